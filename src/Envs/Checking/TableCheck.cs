using System.Globalization;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>The list of states: rows sum to one, every build has the same numbers, and states can be reached.</summary>
internal sealed class TableCheck() : EnvironmentCheck("table")
{
    public override CheckResult Run(CheckSubject subject)
    {
        if (subject.Table is not { } mdp) return Skip("the states are not listed");
        IEnumerable<TransitionKernel> all = mdp.Agents.Select(agent => agent.Kernel);
        TransitionKernel[] kernels = [.. all.Distinct<TransitionKernel>(ReferenceEqualityComparer.Instance)];
        double farthest = kernels.Select(FarthestFromOne).Append(Math.Abs(mdp.Initial.Sum() - 1)).Max();
        string tried = string.Create(CultureInfo.InvariantCulture,
            $"{mdp.States:N0} states, {mdp.Actions} actions, {kernels.Length} kernel{(kernels.Length == 1 ? "" : "s")}, "
            + $"{kernels.Sum(kernel => (long)kernel.RowCount):N0} rows; sums are off one by at most {farthest:G2}");
        if (farthest > TransitionKernel.SumTolerance)
            return Fail(tried, $"a row or the start distribution does not sum to one within {TransitionKernel.SumTolerance}");
        if (Difference(mdp, CheckSubject.TableOf(subject.Build())) is { } difference)
            return Fail(tried, $"the same options give another table when the instance is made again: {difference}");
        int reached = kernels.Max(kernel => Reached(mdp, kernel));
        return reached == mdp.States
            ? Pass(tried)
            : Note(tried, $"{mdp.States - reached:N0} of the states cannot be reached from a start state");
    }

    private static double FarthestFromOne(TransitionKernel kernel)
    {
        double farthest = 0;
        for (int row = 0; row < kernel.RowCount; row++)
        {
            double sum = 0;
            foreach (double probability in kernel.Probabilities(row)) sum += probability;
            farthest = Math.Max(farthest, Math.Abs(sum - 1));
        }
        return farthest;
    }

    private static string? Difference(FiniteMdp one, FiniteMdp? two)
    {
        if ((two?.States, two?.Actions, two?.Agents.Count) != (one.States, one.Actions, one.Agents.Count)) return "its size";
        if (!one.Initial.AsSpan().SequenceEqual(two!.Initial)) return "the start distribution";
        for (int i = 0; i < one.Agents.Count; i++)
        {
            if (!one.Agents[i].Kernel.SameAs(two.Agents[i].Kernel)) return $"the transitions of agent {i}";
            if (!one.Agents[i].Rewards.AsSpan().SequenceEqual(two.Agents[i].Rewards)) return $"the rewards of agent {i}";
        }
        return null;
    }

    /// <summary>How many states can be reached from a start.</summary>
    private static int Reached(FiniteMdp mdp, TransitionKernel kernel)
    {
        bool[] seen = [.. mdp.Initial.Select(p => p > 0)];
        var queue = new Queue<int>(Enumerable.Range(0, mdp.States).Where(s => seen[s]));
        while (queue.TryDequeue(out int state))
        {
            for (int a = 0; a < mdp.Actions; a++)
            {
                foreach (int next in kernel.Next((state * mdp.Actions) + a))
                {
                    if (seen[next]) continue;
                    seen[next] = true;
                    queue.Enqueue(next);
                }
            }
        }
        return seen.Count(s => s);
    }
}
