using FedPG.Core.Options;
using FedPG.Policies;
using TorchSharp;

namespace FedPG.Experiments.Runs;

/// <summary>Has an experiment start from a trained policy. Stateless.</summary>
internal static class StartFrom
{
    /// <summary>The experiment, starting from a trained policy.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="stored">The policy.</param>
    /// <param name="source">What named it, as messages call it.</param>
    /// <exception cref="InvalidInputException">
    /// The policy is of another kind or has other parameters than the experiment's, or the experiment says itself where to start. What the
    /// experiment's policy is told of agents may be new: it starts with weights of zero.
    /// </exception>
    public static Experiment Apply(Experiment experiment, StoredPolicy stored, string source)
    {
        if (experiment.InitialParameters is not null) throw Refused("cannot stand beside \"policy.initial\" in the experiment");
        if (experiment.PolicyKind != stored.Experiment.PolicyKind)
        {
            throw Refused(
                $"holds a policy of kind \"{stored.Experiment.PolicyKind}\", and the experiment has \"{experiment.PolicyKind}\"");
        }
        if (stored.OwnRows is not null)
            throw Refused("holds parameters of each agent's own, which are no start for others; allowed: a policy that agents share");
        using Policy from = stored.Experiment.CreatePolicy(new TensorFormat(stored.Experiment.Dtype, torch.CPU));
        using Policy to = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, torch.CPU));
        double[] theta = PolicyTransfer.Map(from, stored.Parameters, to, out IReadOnlyList<string> differences);
        if (differences.Count > 0) throw Refused($"holds a policy that does not fit the experiment's: {string.Join("; ", differences)}");
        if (to.ErrorOfStart(theta) is { } error) throw Refused($"holds parameters that do not fit: they {error}");
        return experiment with { InitialParameters = theta, Start = new StartPolicy(stored.Folder, stored.Rounds, stored.Checksum) };

        InvalidInputException Refused(string reason) =>
            new(new ValidationError(source, "", stored.Folder.Length == 0 ? null : stored.Folder, reason));
    }
}
