using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;

namespace FedPG.Experiments.Reading;

/// <summary>
/// Reads the environment section of experiment files: a registered environment with its options, or a finite-MDP file. Stateless.
/// </summary>
internal static class EnvironmentReader
{
    /// <summary>The section.</summary>
    public const string Section = "environment";

    private const string MdpKey = "mdp", FramesKey = "frameStack";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="environments">The environments that can be named.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="errors">Where faults are noted.</param>
    /// <returns>The environment, made for all agents; null where it has faults.</returns>
    public static FederatedEnvironment? Read(
        OptionReader reader, Catalog<EnvironmentDefinition> environments, string folder, Objective objective, ValidationErrors errors)
    {
        OptionReader environment = reader.Section(Section);
        if (GivenEnvironment.RefuseIn(environment)) return null;
        FederatedEnvironment? instance;
        if (environment.Has(MdpKey))
        {
            instance = ReadMdp(environment, folder, errors);
            if (ReadEpisodic(environment) && instance is not null) instance = EpisodicEnvironment.Of(instance);
            _ = (environment.Raw("id"), environment.Raw("agents"), environment.Raw("options"));
            bool takesOptions = environment.Raw(MdpKey) is { ValueKind: JsonValueKind.String } named
                && ModelFile.TakesOptions(named.GetString()!);
            foreach (string key in (string[])["id", "agents", "options"])
            {
                if (environment.Has(key) && !(takesOptions && key == "options"))
                    environment.Reject(key, "cannot stand beside \"mdp\": the file says all about the environment");
            }
        }
        else
        {
            string id = environment.Text("id", "GridWorld-v0", "the environment's id");
            int agents = environment.Integer("agents", 8, 1, EnvironmentDefinition.AgentLimit, "N, the number of agents");
            _ = environment.Raw(MdpKey);
            int before = errors.Items.Count;
            (JsonElement options, string? map) = MapFile.Inline(environment.Raw("options"), folder, errors);
            options = environments.Find(id)?.WithFolders(options, folder) ?? options;
            ValidationErrors found = errors.Another();
            ConfiguredEnvironment? configured = errors.Items.Count > before
                ? null
                : environments.Configure(id, agents, options, EnvironmentKeys.Experiment, found);
            MapFile.Report(errors, found, "environment.options.map", map);
            environment.Resolved["options"] = configured?.ResolvedOptions.DeepClone();
            instance = configured is not null && errors.Items.Count == before ? configured.Build() : null;
            bool stepped = ReadEpisodic(environment);
            if (instance is not null)
                instance = FlatActions.Of(stepped ? EpisodicEnvironment.Of(instance, configured!.Definition.StepLimit) : instance);
        }
        instance = ReadFrames(environment, instance);
        environment.Finish();
        if (instance is not null && objective == Objective.Regret)
        {
            bool fromFile = environment.Has(MdpKey);
            RegretRewards.Check(
                instance, environment.PathOf(fromFile ? MdpKey : "id"),
                fromFile ? Path.GetFullPath(environment.Raw(MdpKey).GetString()!, folder) : null, errors);
        }
        return instance;
    }

    private static bool ReadEpisodic(OptionReader environment) => environment.Flag(
        "stepped", false,
        "whether it is only stepped, as if its states could not be listed, nor its matrices be known; "
        + "environments of which nothing else is known always are");

    /// <summary>An environment whose latest observations are seen at once, where the section asks for it.</summary>
    private static FederatedEnvironment? ReadFrames(OptionReader environment, FederatedEnvironment? instance)
    {
        if (!environment.Has(FramesKey)) return instance;
        OptionReader section = environment.Section(FramesKey);
        FrameStackOptions options = OptionRecord.Read(section, new FrameStackOptions());
        section.Finish();
        if (instance is null || options.Frames == 1) return instance;
        if (FrameStack.ErrorOf(instance) is not { } error) return FrameStack.Of(instance, options);
        environment.Reject(FramesKey, error);
        return instance;
    }

    private static FiniteMdp? ReadMdp(OptionReader environment, string folder, ValidationErrors errors)
    {
        int before = errors.Items.Count;
        string given = environment.Text(MdpKey, "", "the path of a finite-MDP file");
        if (errors.Items.Count > before) return null;
        if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal))
        {
            environment.Reject(MdpKey, "must be the path of a finite-MDP file");
            return null;
        }
        try
        {
            string path = Path.GetFullPath(given, folder);
            environment.Resolved[MdpKey] = path;
            if (!ModelFile.TakesOptions(path)) return FiniteMdpFile.Read(path);
            ModelFileOptions options = OptionRecord.Read(environment.Section("options"), new ModelFileOptions());
            environment.Opened("options")!.Finish();
            return errors.Items.Count > before ? null : ModelFile.Read(path, options);
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors);
            return null;
        }
    }
}
