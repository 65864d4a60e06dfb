using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Reference;

/// <summary>The page of the tables and keys in a run's folder. Stateless.</summary>
internal static class FilePage
{
    /// <summary>The page.</summary>
    public static string Text()
    {
        var page = new StringBuilder();
        page.Append("# Columns and keys of a run's files\n\n");
        page.Append("What else lies in the folder: [what a run leaves behind](../run-folder.md). Numbers read back to the\n");
        page.Append("same bits, and have a point.\n");
        Table(page, RunFolder.MetricsFile, "One row a round; round 0 is before the first one.", RunColumns.Metrics);
        page.Append("\nWhat an algorithm or an estimator records itself follows as more columns.\n");
        Table(page, RunFolder.AgentsFile, "One row a round and agent.", RunColumns.Agents);
        Table(page, RunFolder.ExchangeFile, "What crossed between agents and server; nothing else did.", RunColumns.Exchange);
        Table(page, RunFolder.DiagnosticsFile, "With `diagnoseEvery`: the theory's constants along the way.", RunColumns.Diagnostics);
        page.Append(CultureInfo.InvariantCulture, $"\n## {RunFolder.SummaryFile}\n\n");
        page.Append("The result, with these keys (those that do not apply are left out or null):\n\n");
        page.Append(string.Join(", ", Keys(typeof(RunSummary)).Select(key => $"`{key}`"))).Append(".\n\n");
        page.Append("Each of `agents`: ").Append(string.Join(", ", Keys(typeof(AgentSummary)).Select(key => $"`{key}`"))).Append(".\n");
        page.Append("What they mean stands beside the properties of [RunSummary](xref:FedPG.Experiments.Runs.RunSummary).\n");
        page.Append("\n---\n\n").Append(ReferencePages.Origin);
        return page.ToString();
    }

    private static void Table(StringBuilder page, string file, string about, IReadOnlyList<RunColumn> columns)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {file}\n\n{about}\n\n| column | meaning | there |\n|---|---|---|\n");
        foreach (RunColumn column in columns)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| `{column.Name}` | {ReferencePages.Cell(column.Meaning)} | {column.Where ?? "always"} |\n");
        }
    }

    /// <summary>The keys that a record is written with.</summary>
    private static IEnumerable<string> Keys(Type record) => record.GetProperties()
        .Where(property => property.GetMethod is { IsStatic: false }
            && property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
        .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
            ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name));
}
