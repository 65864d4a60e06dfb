using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Policies;
using TorchSharp;

namespace FedPG.Experiments.Runs;

/// <summary>
/// A stored policy in another environment than it was trained in: other tasks, other agents, another slip. The parameters stay; what they
/// act on must have the same form, which is checked. Stateless.
/// </summary>
internal static class HeldOutTasks
{
    private const string Environment = "environment", Options = "options", Id = "id", Mdp = "mdp", Federation = "federation";
    private const string Episodes = "evaluationEpisodes";

    /// <summary>The same parameters in the environment that overrides make of the run's own.</summary>
    /// <param name="stored">The policy.</param>
    /// <param name="reader">Reads the experiment.</param>
    /// <param name="assignments">
    /// Overrides <c>environment.KEY=value</c>, and <c>evaluationEpisodes</c>. Relative paths in them are relative to the current folder.
    /// </param>
    /// <exception cref="InvalidInputException">Another key is set, a value is not allowed, or the policy does not fit there.</exception>
    public static StoredPolicy Move(StoredPolicy stored, ExperimentReader reader, IReadOnlyList<string> assignments)
    {
        RequireEnvironmentKeys(assignments);
        var document = (JsonObject)stored.Experiment.Resolved.DeepClone();
        // What agents are asked in a round may be written for their number; no round is run here.
        document[Federation] = new JsonObject { ["algorithm"] = stored.Experiment.AlgorithmName };
        document.Remove(CurriculumReader.Key);
        if (document[Environment] is JsonObject where) ForgetOther(where, assignments);
        Experiment moved = reader.Read(
            JsonSerializer.SerializeToElement(document), stored.Folder, System.Environment.CurrentDirectory, assignments);
        Require(stored.Experiment, moved);
        int agents = moved.Environment.AgentNames.Count;
        if (stored.OwnRows is { } own && own.Count != agents)
            throw Refused($"the policy has parameters of {own.Count} agents' own, so it cannot serve {agents}");
        return stored with { Experiment = StoredPolicy.Judged(moved, stored.OwnRows) };
    }

    private static void RequireEnvironmentKeys(IReadOnlyList<string> assignments)
    {
        ValidationError[] others =
        [
            .. assignments.Select(a => a.Split('=', 2)).Where(a => !IsOfEnvironment(a[0].Trim())).Select(a => new ValidationError(
                KeyOverrides.Source, a[0], a.Length > 1 ? a[1] : null,
                $"cannot be set for a policy that is trained; allowed: {Environment}.KEY | {Episodes}")),
        ];
        if (others.Length > 0) throw new InvalidInputException(others);
    }

    private static bool IsOfEnvironment(string path) =>
        path is Environment or Episodes || path.StartsWith(Environment + ".", StringComparison.Ordinal);

    /// <summary>Options of one environment mean nothing to another, nor to a finite-MDP file.</summary>
    private static void ForgetOther(JsonObject own, IReadOnlyList<string> assignments)
    {
        bool Sets(string key) => assignments.Any(a => a.StartsWith($"{Environment}.{key}=", StringComparison.Ordinal));
        if (Sets(Mdp))
        {
            foreach (string key in (string[])[Id, "agents", Options]) own.Remove(key);
        }
        else if (Sets(Id))
        {
            foreach (string key in (string[])[Mdp, Options]) own.Remove(key);
        }
    }

    /// <summary>Refuses an environment that the policy was not made for.</summary>
    private static void Require(Experiment trained, Experiment there)
    {
        using Policy own = trained.CreatePolicy(new TensorFormat(trained.Dtype, torch.CPU));
        using Policy other = there.CreatePolicy(new TensorFormat(there.Dtype, torch.CPU));
        string where = there.Environment.Name;
        if (ContextError(trained, own, there, other) is { } told) throw Refused(told);
        string[] differences = [.. ParameterLayoutDifferences.Of(own.Layout, other.Layout)];
        if (differences.Length > 0)
            throw Refused($"the policy does not fit {where} as it is set: {string.Join("; ", differences)}");
        if (own.Contexts is { } known && !own.ServesOtherTasks && !AreEqual(known, other.Contexts!))
        {
            throw Refused(
                $"a policy of kind \"{trained.PolicyKind}\" has a table for each task that it was trained on, and none for others; "
                + "a network or log-linear features can serve tasks they have not seen");
        }
    }

    /// <summary>Why what the policy is told of agents is something else there; null where it is the same.</summary>
    private static string? ContextError(Experiment trained, Policy own, Experiment there, Policy other)
    {
        if (own.Contexts is not { } known || other.Contexts is not { } told) return null;
        bool tasks = trained.Resolved["policy"]?["context"]?.GetValue<string>() == "task";
        if (!tasks)
        {
            return known.Agents == told.Agents
                ? null
                : $"the policy knows its {known.Agents} agents by their numbers (policy.context \"agent\"), "
                    + $"so it cannot serve {told.Agents}";
        }
        string[] before = [.. trained.Environment.Tasks!.Names], now = [.. there.Environment.Tasks!.Names];
        return before.SequenceEqual(now)
            ? null
            : $"the policy was told of each agent [{string.Join(", ", before)}]; there a task is [{string.Join(", ", now)}]";
    }

    private static bool AreEqual(AgentContexts first, AgentContexts second) =>
        first.Agents == second.Agents && first.Size == second.Size && Enumerable.Range(0, first.Agents * first.Size)
            .All(k => first[k / first.Size, k % first.Size] == second[k / first.Size, k % first.Size]);

    private static InvalidInputException Refused(string reason) => new(new ValidationError(KeyOverrides.Source, Environment, null, reason));
}
