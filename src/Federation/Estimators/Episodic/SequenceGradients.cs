using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The gradients that a rollout buffer and its score weights give where the policy remembers: each trajectory is one sequence, and
/// gradients go back to its first step. Trajectories are filled up with steps of weight 0 to a length that follows from the agent's own
/// batch, and agents of the same length are evaluated together, so an agent's bits do not depend on the others. Stateless.
/// </summary>
internal static class SequenceGradients
{
    /// <summary>Lengths are multiples of this.</summary>
    private const int Grain = 16;

    /// <summary>The steps of an agent that are evaluated together, about.</summary>
    private const int LargestBatch = 4096;

    /// <summary>Writes sum over pairs of weight times grad log pi.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="pairs">The rollout buffer, with the trajectories of its pairs.</param>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="gradients">[n, d], overwritten.</param>
    public static void Write(EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows, Tensor gradients)
    {
        gradients.zero_();
        using IDisposable outer = NewDisposeScope();
        IEnumerable<(int Agent, List<List<int>> Trajectories, int Length)> played = Enumerable.Range(0, pairs.Counts.Length)
            .Where(agent => pairs.Counts[agent] > 0)
            .Select(agent => (agent, TrajectoriesOf(pairs, agent)))
            .Select(of => (of.agent, of.Item2, Filled(of.Item2.Max(trajectory => trajectory.Count))));
        foreach (IGrouping<(int Length, int Count), (int Agent, List<List<int>> Trajectories, int Length)> alike
            in played.GroupBy(of => (of.Length, of.Trajectories.Count)))
        {
            int some = Math.Max(1, LargestBatch / alike.Key.Length);
            for (int first = 0; first < alike.Key.Count; first += some)
            {
                using IDisposable scope = NewDisposeScope();
                Add(policy, pairs, rows, [.. alike.Select(of => (of.Agent, of.Trajectories.Skip(first).Take(some).ToList()))],
                    alike.Key.Length, gradients);
            }
        }
    }

    private static void Add(
        EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows, List<(int Agent, List<List<int>> Trajectories)> chosen, int length,
        Tensor gradients)
    {
        using Tensor agents = tensor(chosen.Select(of => (long)of.Agent).ToArray(), device: rows.device);
        Tensor thetas = rows.index_select(0, agents), part = empty_like(thetas);
        Tensor seen = Gathered(pairs.Observations), actions = Gathered(pairs.Actions), weights = Gathered(pairs.Weights);
        policy.Evaluate(thetas, seen, length, heads => policy.LogProbabilities(heads, actions.shape[0] == heads.shape[0]
            ? actions
            : actions.expand(heads.shape[0], -1, -1))).Backward(weights, part);
        for (int k = 0; k < chosen.Count; k++) gradients[chosen[k].Agent].Add(part[k]);

        Tensor Gathered(Tensor all)
        {
            long[] shape = all.shape;
            Tensor some = zeros([chosen.Count, chosen[0].Trajectories.Count * length, .. shape[2..]], dtype: all.dtype);
            Span<byte> from = all.bytes, to = some.bytes;
            int pair = from.Length / (int)(shape[0] * shape[1]), own = from.Length / (int)shape[0], at = 0;
            foreach ((int agent, List<List<int>> trajectories) in chosen)
            {
                foreach (List<int> trajectory in trajectories)
                {
                    for (int t = 0; t < trajectory.Count; t++)
                        from.Slice((agent * own) + (trajectory[t] * pair), pair).CopyTo(to[((at + t) * pair)..]);
                    at += length;
                }
            }
            return some.to(rows.device);
        }
    }

    /// <summary>The pairs of each trajectory, in the order of their steps.</summary>
    private static List<List<int>> TrajectoriesOf(RolloutBuffer pairs, int agent)
    {
        ReadOnlySpan<int> owners = pairs.OwnersOf(agent)[..pairs.Counts[agent]];
        List<List<int>> trajectories = [];
        for (int p = 0; p < owners.Length; p++)
        {
            while (trajectories.Count <= owners[p]) trajectories.Add([]);
            trajectories[owners[p]].Add(p);
        }
        return trajectories;
    }

    private static int Filled(int length) => (length + Grain - 1) / Grain * Grain;
}
