using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;

namespace FedPG.Cli.Env;

/// <summary>What names one instance of an environment on the command line: <c>ID [--set option=value ...] [--agents N]</c>.</summary>
internal sealed class InstanceOptions
{
    private const string AgentsKey = "agents";

    /// <summary>The environment.</summary>
    public Argument<string> Id { get; } = new("ID")
    {
        Description = "The environment, as `env list` names it, or the path of a finite-MDP file"
            + ": .json, PRISM's .tra or Storm's .drn.",
        CompletionSources = { _ => ExperimentCatalog.Default.Environments.Names.Select(id => new CompletionItem(id)) },
    };

    /// <summary>Its options.</summary>
    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Sets an option; the value is JSON, and what is not JSON is a string. agents=N sets the number of agents.",
        HelpName = "option=value",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The number of agents N.</summary>
    public Option<int?> Agents { get; } = new("--agents") { Description = "The number of agents (default: 1).", HelpName = "N" };

    /// <summary>Checks everything.</summary>
    /// <exception cref="InvalidInputException">Something is wrong; carries every fault.</exception>
    public ConfiguredEnvironment Configure(ParseResult parsed) => Configure(parsed, parsed.GetRequiredValue(Id));

    /// <summary>The same where the environment is named elsewhere.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="id">The environment.</param>
    /// <exception cref="InvalidInputException">Something is wrong; carries every fault.</exception>
    public ConfiguredEnvironment Configure(ParseResult parsed, string id)
    {
        try
        {
            return Read(parsed, id);
        }
        catch (InvalidInputException e) when (parsed.GetValue(Agents) is { } given)
        {
            // The number came by an option of its own, so the fault is that option's.
            string value = given.ToString(CultureInfo.InvariantCulture);
            throw new InvalidInputException(
                [.. e.Errors.Select(f => f is { Source: KeyOverrides.Source, KeyPath: AgentsKey } && f.Value == value
                    ? f with { Source = "--agents", KeyPath = "" }
                    : f)]);
        }
    }

    private ConfiguredEnvironment Read(ParseResult parsed, string id)
    {
        var errors = new ValidationErrors(KeyOverrides.Source);
        JsonObject options = [];
        KeyOverrides.Parse(parsed.GetValue(Set) ?? [], errors).ApplyTo(options, errors);
        int agents = AgentsFrom(options, parsed.GetValue(Agents), errors);

        if (ExperimentCatalog.Default.Environments.Find(id) is null && ModelFile.IsPath(id)) return OfFile(parsed, id, options, errors);
        if (ExperimentCatalog.Default.Environments.Find(id) is null)
            throw new InvalidInputException([.. errors.Items,
                new ValidationError("ID", "", id, ExperimentCatalog.Default.Environments.UnknownId(id))]);
        (JsonElement inlined, string? map) = MapFile.Inline(JsonSerializer.SerializeToElement(options),
            Environment.CurrentDirectory, errors);
        errors.ThrowIfAny();
        ValidationErrors found = errors.Another();
        ConfiguredEnvironment? environment =
            PluginFailure.AsInput(() => ExperimentCatalog.Default.Environments.Configure(id, agents, inlined,
                EnvironmentKeys.CommandLine, found));
        MapFile.Report(errors, found, "map", map);
        errors.ThrowIfAny();
        return environment! with { Build = () => PluginFailure.AsInput(environment!.Build) };
    }

    /// <summary>A finite MDP in a file, which says how many agents there are.</summary>
    private ConfiguredEnvironment OfFile(ParseResult parsed, string path, JsonObject options, ValidationErrors errors)
    {
        if (parsed.GetValue(Agents) is { } given)
            errors.AddRange([new ValidationError(Agents.Name, "", given.ToString(CultureInfo.InvariantCulture),
                "the file says how many agents there are")]);
        ConfiguredEnvironment? configured = ModelFile.Definition(path).ReadOptions(
            1, JsonSerializer.SerializeToElement(options), EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        FederatedEnvironment instance = configured!.Build();
        return configured with { Agents = instance.AgentNames.Count, Build = () => instance };
    }

    /// <summary>The number of agents from <c>--agents</c> or <c>--set agents=N</c>, which is taken out of the options.</summary>
    private static int AgentsFrom(JsonObject options, int? given, ValidationErrors errors)
    {
        if (!options.ContainsKey(AgentsKey)) return given ?? 1;
        JsonElement value = JsonSerializer.SerializeToElement(options[AgentsKey]);
        options.Remove(AgentsKey);
        if (given is not null)
        {
            errors.Add(AgentsKey, value.GetRawText(), "the number of agents is given twice; give either --agents or --set agents=N");
            return given.Value;
        }
        if (WholeNumbers.Of(value, 1, EnvironmentDefinition.AgentLimit) is { } number) return (int)number;
        errors.Add(AgentsKey, value.GetRawText(), $"must be a whole number from 1 to {EnvironmentDefinition.AgentLimit}");
        return 1;
    }
}
