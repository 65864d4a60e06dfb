using System.Text.Json;
using FedPG.Envs;
using FedPG.Envs.Files;
using FedPG.Envs.Options;
using FedPG.Envs.Wrappers;

namespace FedPG.Federation.Experiment;

/// <summary>Reads the environment section of experiment files: a registered environment with its options, or a finite-MDP file. Stateless.</summary>
internal static class EnvironmentReader
{
    private const string RegretRewards = "the regret 1 - r allows rewards in [0, 1]; other rewards need \"objective\": \"reward\"";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="environments">The environments that can be named.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="faults">Where faults are noted.</param>
    /// <returns>The environment, made for all agents; null where it has faults.</returns>
    public static EnvironmentInstance? Read(OptionReader reader, EnvironmentRegistry environments, string folder, Objective objective, FaultList faults)
    {
        OptionReader environment = reader.Section("environment");
        EnvironmentInstance? instance;
        if (environment.Has("mdp"))
        {
            instance = ReadMdp(environment, folder, faults);
            if (ReadStepped(environment) && instance is not null) instance = SteppedEnvironment.Of(instance);
            _ = (environment.Raw("id"), environment.Raw("agents"), environment.Raw("options"));
            foreach (string key in (string[])["id", "agents", "options"])
            {
                if (environment.Has(key)) environment.Reject(key, "cannot stand beside \"mdp\": the file says all about the environment");
            }
        }
        else
        {
            string id = environment.Text("id", "GridWorld-v0", "the environment's id");
            int agents = environment.Integer("agents", 8, 1, EnvironmentDefinition.AgentLimit, "N, the number of agents");
            _ = environment.Raw("mdp");
            int before = faults.Faults.Count;
            (JsonElement options, string? map) = MapFile.Inline(environment.Raw("options"), folder, faults);
            FaultList found = faults.Another();
            ConfiguredEnvironment? configured = faults.Faults.Count > before ? null : environments.Configure(id, agents, options, EnvironmentKeys.Experiment, found);
            MapFile.Report(faults, found, "environment.options.map", map);
            environment.Resolved["options"] = configured?.ResolvedOptions.DeepClone();
            instance = configured is not null && faults.Faults.Count == before ? configured.Build() : null;
            bool stepped = ReadStepped(environment);
            if (instance is not null) instance = FlatActions.Of(stepped ? SteppedEnvironment.Of(instance, configured!.Definition.StepLimit) : instance);
        }
        environment.Finish();
        if (objective == Objective.Reward) return instance;
        if (instance is FiniteMdp mdp)
            CheckRewards(mdp, environment, environment.Has("mdp") ? Path.GetFullPath(environment.Raw("mdp").GetString()!, folder) : null, faults);
        else if (instance is not null && !(NumberRange.UnitInterval.Contains(instance.RewardRange.Minimum) && NumberRange.UnitInterval.Contains(instance.RewardRange.Maximum)))
            faults.Add(environment.PathOf("id"), instance.Name, $"pays rewards that are {instance.RewardRange}; {RegretRewards}");
        return instance;
    }

    private static bool ReadStepped(OptionReader environment) => environment.Flag(
        "stepped", false, "whether it is only stepped, as if its states could not be listed, nor its matrices be known; environments of which nothing else is known always are");

    private static FiniteMdp? ReadMdp(OptionReader environment, string folder, FaultList faults)
    {
        const string key = "mdp";
        int before = faults.Faults.Count;
        string given = environment.Text(key, "", "the path of a finite-MDP file");
        if (faults.Faults.Count > before) return null;
        if (given.Length == 0 || given.Contains('\0', StringComparison.Ordinal))
        {
            environment.Reject(key, "must be the path of a finite-MDP file");
            return null;
        }
        try
        {
            string path = Path.GetFullPath(given, folder);
            environment.Resolved[key] = path;
            return FiniteMdpFile.Read(path);
        }
        catch (InvalidInputException e)
        {
            faults.AddRange(e.Faults);
            return null;
        }
    }

    /// <summary>The regret 1 - r needs rewards in [0, 1]; the first offenders are named one by one, in the file they come from.</summary>
    private static void CheckRewards(FiniteMdp mdp, OptionReader environment, string? file, FaultList faults)
    {
        // In a file each number can be mended; of a registered environment there is one thing to say.
        int most = file is null ? 1 : 20;
        var found = new List<Fault>();
        for (int i = 0; i < mdp.Agents.Count && found.Count <= most; i++)
        {
            for (int k = 0; k < mdp.Agents[i].Rewards.Length && found.Count <= most; k++)
            {
                double reward = mdp.Agents[i].Rewards[k];
                if (reward is >= 0 and <= 1) continue;
                string key = $"agents[{i}].rewards[{k / mdp.Actions}][{k % mdp.Actions}]";
                string value = reward.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
                found.Add(file is not null
                    ? new Fault(file, key, value, RegretRewards)
                    : new Fault(faults.Source, environment.PathOf("id"), value, $"is {key} of this environment; {RegretRewards}"));
            }
        }
        faults.AddRange(found.Take(most));
        if (found.Count > most && file is not null) faults.Add(environment.PathOf("mdp"), null, "and more rewards outside [0, 1]");
    }
}
