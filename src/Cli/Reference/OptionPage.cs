using System.Globalization;
using System.Text;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Schema;
using FedPG.Federation.Setup;

namespace FedPG.Cli.Reference;

/// <summary>The page of all keys of experiment files, but for environments' own options, which have a page each. Stateless.</summary>
internal static class OptionPage
{
    private static readonly string[] Sections = ["environment", "policy", "gradient", "federation"];

    /// <summary>The page.</summary>
    public static string Text()
    {
        ExperimentReader reader = ExperimentReader.Default;
        OptionReader defaults = reader.ReadDefaults();
        var page = new StringBuilder();
        page.Append("# Keys of experiment files\n\n");
        page.Append("What a file looks like: [experiment files](../experiment-files.md). Unknown keys are errors.\n");
        page.Append("A key of another kind of policy, estimator or algorithm is known and not used, so that one file runs with another.\n");
        page.Append("\n## Top level\n");
        Table(page, [.. defaults.Described.Where(option => !Sections.Contains(option.Key))]);
        (string Name, object Defaults)[] sections = [("stopAt", new StopAtOptions()), ("personalise", new PersonaliseOptions())];
        foreach ((string name, object section) in sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### `{name}`\n");
            Table(page, OptionRecord.Describe(section));
        }
        page.Append("\n## environment\n");
        Table(page, [.. defaults.Opened("environment")!.Described]);
        page.Append("\n`options` are those of the environment: [a page each](../environments/README.md), or `fedpg env info ID`.\n");
        page.Append("The key `mdp` names a file in the place of `id`: [finite MDPs in files](../mdp-files.md).\n");
        Kinds(page, "policy", "kind", ExperimentOptions.OfPolicies(reader));
        Kinds(page, "gradient", "estimator", ExperimentOptions.OfEstimators(reader));
        Kinds(page, "federation", "algorithm", ExperimentOptions.OfAlgorithms(reader));
        foreach ((string key, string word, IReadOnlyList<NamedOptions> kinds) in ExperimentOptions.OfObjects())
            Objects(page, key, word, kinds);
        page.Append("\n---\n\n").Append(ReferencePages.Origin);
        return page.ToString();
    }

    /// <summary>What all kinds have, and then what each has of its own.</summary>
    private static void Kinds(StringBuilder page, string section, string key, IReadOnlyList<NamedOptions> kinds)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {section}\n\n`{key}` is one of these. All of them have:\n");
        OptionInfo[] common = [.. kinds[0].Options.Where(option => kinds.All(kind => kind.Options.Contains(option)))];
        Table(page, common);
        foreach (IGrouping<string, NamedOptions> kind in kinds.GroupBy(kind => kind.Name))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {key}: {kind.Key}\n\n");
            page.Append(ReferencePages.Plain(string.Join("; or ", kind.Select(each => each.Summary).Distinct()))).Append(".\n");
            OptionInfo[] own = [.. kind.SelectMany(each => each.Options).Except(common)];
            if (own.Length > 0) Table(page, own);
        }
    }

    /// <summary>A key whose value is an object.</summary>
    private static void Objects(StringBuilder page, string key, string word, IReadOnlyList<NamedOptions> kinds)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n### `{key}` of federation\n");
        foreach (NamedOptions kind in kinds)
        {
            if (word.Length > 0) page.Append(CultureInfo.InvariantCulture, $"\n`\"{word}\": \"{kind.Name}\"`");
            if (kind.Options.Count > 0) Table(page.Append('\n'), kind.Options);
            else page.Append(" takes nothing else.\n");
        }
    }

    private static void Table(StringBuilder page, IReadOnlyList<OptionInfo> options)
    {
        page.Append("\n| key | meaning | default | allowed |\n|---|---|---|---|\n");
        foreach (OptionInfo option in options)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| `{option.Key}` | {ReferencePages.Cell(option.Meaning)} | {ReferencePages.Code(option.Default)} |");
            page.Append(CultureInfo.InvariantCulture, $" {ReferencePages.Cell(option.Allowed)} |\n");
        }
    }
}
