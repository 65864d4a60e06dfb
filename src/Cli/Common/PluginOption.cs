using System.CommandLine;
using System.Runtime.CompilerServices;
using FedPG.Core.Options;
using FedPG.Experiments.Plugins;

namespace FedPG.Cli.Common;

/// <summary><c>--plugin FILE.dll</c>, which every command takes: loaded before the command does anything.</summary>
internal static class PluginOption
{
    public const string Name = "--plugin";

    public static Option<string[]> Option { get; } = new(Name)
    {
        Description = "Loads a plug-in: an assembly that adds environments, policies, estimators and algorithms. Repeatable.",
        HelpName = "FILE.dll",
        Recursive = true,
    };

    /// <summary>Loads what the command line names. Help loads nothing.</summary>
    /// <exception cref="InvalidInputException">A file cannot be loaded; carries the faults of all.</exception>
    public static void Load(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExamples) return;
        Load(parsed.GetValue(Option) ?? []);
    }

    /// <summary>Not inlined, so that a command that needs no experiment and no plug-in does not load the libraries of both.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Load(string[] paths)
    {
        PluginHost.Default.Notice = Console.Error.WriteLine;
        var errors = new List<ValidationError>();
        foreach (string path in paths)
        {
            try
            {
                PluginHost.Default.Load(path);
            }
            catch (InvalidInputException e)
            {
                errors.AddRange(e.Errors);
            }
        }
        if (errors.Count > 0) throw new InvalidInputException(errors);
    }
}
