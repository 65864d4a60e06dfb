using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;

namespace FedPG.Cli.Env;

/// <summary>The commands <c>fedpg env list | info | export | trace | speed | render</c>.</summary>
internal static class EnvCommands
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The command <c>env</c> with its subcommands. Bad input leaves an action as <see cref="InvalidInputException"/>.</summary>
    public static Command Create() => new("env", "Lists, describes, exports, steps, times, checks and shows environments.")
    {
        List(), Info(), Export(), EnvTraceCommand.Create(), EnvSpeedCommand.Create(), EnvCheckCommand.Create(), EnvRenderCommand.Create(),
    };

    private static Command List()
    {
        Option<bool> json = JsonOption();
        var command = new Command("list", "Lists the environments.") { json };
        command.SetAction(parsed =>
        {
            EnvironmentDefinition[] all =
                [.. ExperimentCatalog.Default.Environments.AllIds.Select(id => ExperimentCatalog.Default.Environments.Find(id)!)];
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                output.WriteLine(
                    new JsonArray(
                        [
                            .. all.Select(d => new JsonObject { ["id"] = d.Id, ["summary"] = d.Summary,
                                ["stepLimit"] = d.StepLimit })]).ToJsonString(Indented));
                return;
            }
            int width = all.Max(d => d.Id.Length);
            foreach (EnvironmentDefinition definition in all)
                output.WriteLine($"{definition.Id.PadRight(width)}  {definition.Summary}{Limit(definition)}");
        });
        return command;
    }

    private static Command Info()
    {
        var choice = new InstanceOptions();
        Option<bool> json = JsonOption();
        var markdown = new Option<bool>("--markdown")
        {
            Description = "The environment's page in docs/environments instead: Markdown, of the defaults.",
        };
        var command = new Command("info", "Describes an environment, and the instance that the options make.")
        {
            choice.Id, choice.Set, choice.Agents, json, markdown,
        };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment environment = choice.Configure(parsed);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(markdown))
            {
                if (parsed.GetValue(json))
                    throw new InvalidInputException(
                        new ValidationError("--markdown", "", null, "is not used together with --json; give one of them"));
                output.Write(EnvironmentPage.Of(environment.Definition));
                return;
            }
            FederatedEnvironment instance = environment.Build();
            if (parsed.GetValue(json)) output.WriteLine(InfoJson(environment, instance).ToJsonString(Indented));
            else WriteInfo(output, environment, instance);
        });
        return command;
    }

    private static Command Export()
    {
        var choice = new InstanceOptions();
        var file = new Option<string?>("--out")
        {
            Description = "The file to write, default stdout (an existing one is replaced).",
            HelpName = "FILE",
        };
        var command = new Command("export", "Writes an environment as a finite-MDP file.") { choice.Id, choice.Set, choice.Agents, file };
        command.SetAction(parsed =>
        {
            FederatedEnvironment instance = choice.Configure(parsed).Build();
            if (FiniteMdp.Find(instance) is not { } mdp)
                throw new InvalidInputException(new ValidationError("ID", "", instance.Name,
                    "its states cannot be listed, so it has no finite-MDP file"));
            if (parsed.GetValue(file) is { } path) WriteFile(mdp, path);
            else WriteTo(parsed.InvocationConfiguration.Output, mdp);
        });
        return command;
    }

    private static void WriteFile(FiniteMdp mdp, string path)
    {
        if (path.Length == 0) throw new InvalidInputException(new ValidationError("--out", "", path, "must be the path of a file"));
        try
        {
            FiniteMdpFile.Write(mdp, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = e switch
            {
                _ when Directory.Exists(path) => "is a folder; a file is needed",
                DirectoryNotFoundException => "the folder of the file does not exist",
                UnauthorizedAccessException => "the file cannot be written: permission denied",
                _ => $"the file cannot be written: {e.Message}",
            };
            throw new InvalidInputException(new ValidationError("--out", "", path, reason));
        }
    }

    private static void WriteTo(TextWriter output, FiniteMdp mdp)
    {
        if (ReferenceEquals(output, Console.Out))
        {
            // Straight to the stream: a large environment never lies in memory as text.
            using Stream stream = Console.OpenStandardOutput();
            FiniteMdpFile.Write(mdp, stream);
            return;
        }
        using var buffer = new MemoryStream();
        FiniteMdpFile.Write(mdp, buffer);
        output.Write(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteInfo(TextWriter output, ConfiguredEnvironment environment, FederatedEnvironment instance)
    {
        EnvironmentDefinition definition = environment.Definition;
        output.WriteLine($"{definition.Id}: {definition.Summary}");
        foreach ((string heading, string text) in definition.Headings())
        {
            if (heading == "Heterogeneity") WriteArguments(output, definition);
            output.WriteLine();
            output.WriteLine(heading);
            output.WriteLine($"  {text}");
        }
        output.WriteLine();
        output.WriteLine("This instance");
        (string Name, string Value)[] facts =
        [
            ("options", Given(environment.ResolvedOptions).ToJsonString(Compact)),
            ("step limit", definition.StepLimit is { } limit ? Text(limit) : "none"),
            .. EnvironmentFacts.Words(instance),
        ];
        int width = facts.Max(f => f.Name.Length);
        foreach ((string name, string value) in facts) output.WriteLine($"  {name.PadRight(width)}  {value}");
        foreach (string line in instance.Map) output.WriteLine($"  {line}");
    }

    /// <summary>Options without those that nothing was given for.</summary>
    private static JsonObject Given(JsonObject options) =>
        new([.. options.Where(option => option.Value is not null)
            .Select(option => KeyValuePair.Create(option.Key, option.Value?.DeepClone()))]);

    private static void WriteArguments(TextWriter output, EnvironmentDefinition definition)
    {
        output.WriteLine();
        output.WriteLine("Arguments");
        IReadOnlyList<OptionInfo> options = definition.Arguments();
        if (options.Count == 0)
        {
            output.WriteLine("  none");
            return;
        }
        int key = options.Max(o => o.Key.Length), value = options.Max(o => o.Default.Length);
        foreach (OptionInfo option in options)
        {
            output.WriteLine($"  {option.Key.PadRight(key)}  default {option.Default.PadRight(value)}  {option.Allowed}");
            output.WriteLine($"  {"".PadRight(key)}  {option.Meaning}");
        }
    }

    private static JsonObject InfoJson(ConfiguredEnvironment environment, FederatedEnvironment instance)
    {
        JsonObject info = DefinitionJson(environment);
        foreach ((string key, JsonNode? value) in EnvironmentFacts.Json(instance)) info[key] = value?.DeepClone();
        return info;
    }

    private static JsonObject DefinitionJson(ConfiguredEnvironment environment) => new()
    {
        ["id"] = environment.Definition.Id,
        ["summary"] = environment.Definition.Summary,
        ["stepLimit"] = environment.Definition.StepLimit,
        ["headings"] =
            new JsonObject([.. environment.Definition.Headings().Select(h => KeyValuePair.Create(h.Heading, (JsonNode?)h.Text))]),
        ["arguments"] = new JsonArray([.. environment.Definition.Arguments().Select(o => new JsonObject
        {
            ["key"] = o.Key,
            ["default"] = o.Default,
            ["allowed"] = o.Allowed,
            ["meaning"] = o.Meaning,
        })]),
        ["options"] = environment.ResolvedOptions.DeepClone(),
    };

    private static JsonSerializerOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Limit(EnvironmentDefinition definition) =>
        definition.StepLimit is { } limit ? $" At most {Text(limit)} steps." : "";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static Option<bool> JsonOption() => new("--json") { Description = "One JSON document on stdout." };
}
