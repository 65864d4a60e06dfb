using System.CommandLine;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments.Presets;
using FedPG.Experiments.Runs;
using Spectre.Console;

namespace FedPG.Cli.Train;

/// <summary>The options of <c>fedpg train</c> that name an experiment that is built in.</summary>
internal static class PresetOptions
{
    /// <summary>An experiment that is known to work, in the place of a file.</summary>
    public static readonly Option<string?> Preset = new("--preset")
    {
        Description = "Train a built-in experiment in the place of a file; --list-presets has their names.", HelpName = "NAME",
    };

    /// <summary>What there is.</summary>
    public static readonly Option<bool> List = new("--list-presets") { Description = "List the built-in experiments, and train nothing." };

    /// <summary>The preset that a command line names; null for none. It cannot stand beside a file.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="file">The file that it names; null for none.</param>
    public static string? Of(ParseResult parsed, string? file)
    {
        if (parsed.GetValue(Preset) is not { } name) return null;
        if (file is not null)
        {
            throw new InvalidInputException(
                new ValidationError(Preset.Name, "", name, "cannot stand beside EXPERIMENT.json: each is a whole experiment"));
        }
        return name;
    }

    /// <summary>Prints names and what they learn.</summary>
    /// <param name="json">Whether as one JSON document.</param>
    public static void Print(bool json)
    {
        if (json)
        {
            JsonNode[] all =
            [
                .. PresetLibrary.Names.Select(name => new JsonObject { ["name"] = name, ["summary"] = PresetLibrary.SummaryOf(name) }),
            ];
            Console.WriteLine(new JsonArray(all).ToJsonString(RunFolder.JsonOptions));
            return;
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = 180;
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("preset").NoWrap(), new TableColumn("what it learns"));
        foreach (string name in PresetLibrary.Names) table.AddRow(name, PresetLibrary.SummaryOf(name).EscapeMarkup());
        console.Write(table);
    }
}
