using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Schema;

namespace FedPG.Cli.Common;

/// <summary>
/// What is wrong with a command line, one line a fault like all other input: the option or word, its value, what is allowed. The parser's
/// own messages name types, run over several lines and say twice what is wrong once; and it takes a misspelt option for the value of an
/// argument.
/// </summary>
internal static class CommandLineErrors
{
    /// <summary>Every fault; empty when the line can be run.</summary>
    public static IReadOnlyList<ValidationError> Of(ParseResult parsed)
    {
        CommandResult result = parsed.CommandResult;
        string command = PathOf(result);
        string[] options = [.. parsed.UnmatchedTokens.Concat(Arguments(result)).Where(IsOption).Distinct()];
        if (options.Length > 0) return [.. options.Select(o => UnknownOption(o, command, result))];

        var errors = new List<ValidationError>();
        string[] commands = [.. result.Command.Subcommands.Select(c => c.Name)];
        if (commands.Length > 0)
        {
            if (parsed.UnmatchedTokens is [{ } word, ..])
                errors.Add(new ValidationError(Shown(word), "", null,
                    $"is not a command of \"{command}\"; {Hint(Meant(word, commands))}there are {string.Join(", ", commands)}"));
            else if (parsed.Errors.Count > 0)
                errors.Add(new ValidationError(command, "", null,
                    $"a command is missing; there are {string.Join(", ", commands)}; see {command} --help"));
            return errors;
        }
        errors.AddRange(
            parsed.UnmatchedTokens.Select(t => new ValidationError(Shown(t), "", null, $"is one word too many; see {command} --help")));
        foreach (ParseError error in parsed.Errors)
        {
            if (OptionOf(error.SymbolResult) is { } option) errors.Add(Describe(option, error));
            else if (errors.Count == 0) errors.Add(Describe(command, result, error));
        }
        return [.. errors.Distinct()];
    }

    /// <summary>A word as a line can show it: one that is empty, blank or of several lines in quotes.</summary>
    private static string Shown(string word) =>
        word.Length == 0 || word.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? JsonSerializer.Serialize(word) : word;

    /// <summary>The words that were taken as values of arguments, and of options that take several.</summary>
    private static IEnumerable<string> Arguments(CommandResult result) =>
        result.Children.SelectMany(child => child switch
        {
            ArgumentResult argument => argument.Tokens,
            OptionResult { Option.Arity.MaximumNumberOfValues: > 1 } option => option.Tokens,
            _ => [],
        }).Select(token => token.Value);

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-' && (word[1] == '-' || char.IsAsciiLetter(word[1]));

    private static ValidationError UnknownOption(string word, string command, CommandResult result)
    {
        string[] known = [.. result.Command.Options.Select(o => o.Name), PluginOption.Name, "--help"];
        string[] given = word.Split('=', 2);
        // A key of the experiment is no option, but what --set takes.
        string[] keys = known.Contains("--set") && result.Command.Name is "train" or "compare" or "advise" or "sweep"
            ? [.. ExperimentKeys.EndingWith(ExperimentReader.Default, given[0])] : [];
        string value = given.Length > 1 ? given[1] : "VALUE";
        string hint = keys.Length > 0
            ? $"a key of the experiment is set by {string.Join(" or ", keys.Select(key => $"--set {key}={value}"))}; "
            : NearestName.Near(given[0], known) is { } near ? $"the nearest is \"{near}\"; "
            : "";
        return new ValidationError(Shown(word), "", null, $"is not an option of \"{command}\"; {hint}see {command} --help");
    }

    /// <summary>The command that a word stands for elsewhere, or that is near it; null where none is.</summary>
    private static string? Meant(string word, string[] commands)
    {
        string? known = word.ToUpperInvariant() switch
        {
            "RUN" or "START" or "FIT" or "LEARN" => "train",
            "EVALUATE" or "TEST" or "PLAY" => "eval",
            "LS" or "PS" => commands.Contains("list") ? "list" : "runs",
            "ENVS" or "ENVIRONMENT" or "ENVIRONMENTS" => "env",
            "SEARCH" or "TUNE" or "GRID" => "sweep",
            "PLOT" or "TENSORBOARD" => "report",
            "SAVE" or "ONNX" => "export",
            "BENCHMARK" => "bench",
            "SHOW" => commands.Contains("render") ? "render" : "info",
            "VERSION" => "info",
            _ => null,
        };
        return known is not null && commands.Contains(known) ? known : NearestName.Near(word, commands);
    }

    private static string Hint(string? name) => name is null ? "" : $"the nearest is \"{name}\", and ";

    private static ValidationError Describe(OptionResult option, ParseError error)
    {
        string name = option.Option.Name, help = option.Option.HelpName is { } h ? $" {h}" : "";
        string value = string.Join(' ', option.Tokens.Select(t => t.Value));
        if (option.Tokens.Count == 0) return new ValidationError(name, "", null, $"a value is missing: {name}{help}");
        if (option.Tokens.Count > option.Option.Arity.MaximumNumberOfValues)
            return new ValidationError(name, "", value, "must be given once");
        // Messages of this program's own validators say what is allowed, and nothing else.
        if (error.Message.StartsWith("must ", StringComparison.Ordinal)) return new ValidationError(name, "", value, error.Message);
        Type type = Nullable.GetUnderlyingType(option.Option.ValueType) ?? option.Option.ValueType;
        bool whole = type == typeof(int) || type == typeof(long);
        return new ValidationError(name, "", value, whole ? "must be a whole number" : $"must be{help}");
    }

    private static ValidationError Describe(string command, CommandResult result, ParseError error)
    {
        string[] missing =
            [.. result.Command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && result.GetResult(a) is not { Tokens.Count: > 0 })
                .Select(a => a.Name)];
        return missing.Length > 0
            ? new ValidationError(command, "", null, $"{string.Join(" and ", missing)} is missing; see {command} --help")
            : new ValidationError(command, "", null,
                string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static OptionResult? OptionOf(SymbolResult? symbol) => symbol as OptionResult ?? symbol?.Parent as OptionResult;

    private static string PathOf(CommandResult result)
    {
        // The root is called by the name of the assembly, which users never type otherwise.
        string name = result.Parent is null ? "fedpg" : result.Command.Name;
        return result.Parent is CommandResult parent ? $"{PathOf(parent)} {name}" : name;
    }
}
