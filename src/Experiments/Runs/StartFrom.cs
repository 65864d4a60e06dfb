using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Policies;
using FedPG.Policies.Networks;
using TorchSharp;

namespace FedPG.Experiments.Runs;

/// <summary>Has an experiment start from a trained policy. Stateless.</summary>
internal static class StartFrom
{
    private const string Environment = "environment";

    /// <summary>The experiment, starting from a trained policy.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stored">The policy.</param>
    /// <param name="source">What named it, as messages call it.</param>
    /// <exception cref="InvalidInputException">
    /// The policy is of another kind or has other parameters than the experiment's, or the experiment says itself where to start. What the
    /// experiment's policy is told of agents may be new, and so may be what agents have to themselves: a context and an embedding start
    /// with weights of zero, own heads where the common one is.
    /// </exception>
    public static Experiment Apply(Experiment experiment, StoredPolicy stored, string source)
    {
        if (experiment.InitialParameters is not null) throw Refused("cannot stand beside \"policy.initial\" in the experiment");
        if (experiment.PolicyKind != stored.Experiment.PolicyKind)
        {
            throw Refused(
                $"holds a policy of kind \"{stored.Experiment.PolicyKind}\", and the experiment has \"{experiment.PolicyKind}\"");
        }
        using Policy from = stored.Experiment.CreatePolicy(new TensorFormat(stored.Experiment.Dtype, torch.CPU));
        using Policy to = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, torch.CPU));
        int shared = from.Layout.SharedLength;
        bool isShared = stored.OwnRows?.All(row => row.AsSpan(0, shared).SequenceEqual(stored.Parameters)) ?? true;
        if (!isShared || (stored.OwnRows is not null && from.Layout.PersonalLength == 0))
        {
            throw Refused(
                "holds a whole policy of each agent's own, which is no start for others; "
                + "allowed: a policy that agents share, whole or in part");
        }
        double[] theta = PolicyTransfer.Map(from, stored.ParametersOf(0), to, out IReadOnlyList<string> differences);
        if (differences.Count > 0) throw Refused($"holds a policy that does not fit the experiment's: {string.Join("; ", differences)}");
        if (to.ErrorOfStart(theta) is { } error) throw Refused($"holds parameters that do not fit: they {error}");
        return experiment with
        {
            InitialParameters = theta,
            InitialPersonal = to.Layout.PersonalLength == 0 ? null : PersonalOf(experiment, stored, from, to, theta),
            Start = new StartPolicy(stored.Folder, stored.Rounds, stored.Checksum),
        };

        InvalidInputException Refused(string reason) =>
            new(new ValidationError(source, "", stored.Folder.Length == 0 ? null : stored.Folder, reason));
    }

    /// <summary>
    /// Where each agent's personal parameters start, [N][dp]. Agents of the same environment keep what is theirs. Others start as in a run
    /// of their own, or with the common policy's part where that was shared. New embeddings are drawn from the agents' streams.
    /// </summary>
    private static double[][] PersonalOf(Experiment experiment, StoredPolicy stored, Policy from, Policy to, double[] theta)
    {
        int agents = experiment.Environment.AgentNames.Count, shared = to.Layout.SharedLength;
        bool had = from.Layout.PersonalLength > 0;
        bool newEmbedding = !HasEmbedding(from) && HasEmbedding(to);
        if (had && IsSame(experiment, stored.Experiment))
        {
            double[][] rows = [.. stored.OwnRows!.Select(row => PolicyTransfer.Map(from, row, to, out _))];
            return [.. rows.Select((row, i) => newEmbedding ? to.InitialPersonal(row, KeyOf(i, 1)) : row[shared..])];
        }
        double[] common = had ? [.. theta[..shared], .. to.InitialParameters(KeyOf(0, 0))[shared..]] : theta;
        return [.. Enumerable.Range(0, agents).Select(i => to.InitialPersonal(common, KeyOf(i, 1)))];

        StreamKey KeyOf(int agent, int step) => new(experiment.Seed, StreamPurpose.Initialisation, agent, 0, step);
    }

    private static bool HasEmbedding(Policy policy) =>
        policy.Layout.Slices.Any(slice => Embeddings.Own(slice.Name) == Embeddings.Vector);

    /// <summary>
    /// Whether the agents are the same: names say nothing of what they want, the whole environment does, unless a program made it by hand.
    /// </summary>
    private static bool IsSame(Experiment one, Experiment other) =>
        JsonNode.DeepEquals(one.Resolved[Environment], other.Resolved[Environment])
        && (one.GivenEnvironment is not { Origin: null } || ReferenceEquals(one.GivenEnvironment, other.GivenEnvironment));
}
