using System.Globalization;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>Listed states: rows that sum to one, the same numbers in every build, states that can be reached.</summary>
internal static class TableCheck
{
    private const string Name = "table";

    public static CheckResult Run(CheckSubject subject)
    {
        if (subject.Instance is not FiniteMdp mdp) return CheckResult.Skip(Name, "the states are not listed");
        double farthest = Math.Abs(mdp.Initial.Sum() - 1);
        TransitionKernel[] kernels = [.. mdp.Agents.Select(a => a.Kernel).Distinct<TransitionKernel>(ReferenceEqualityComparer.Instance)];
        foreach (TransitionKernel kernel in kernels)
        {
            for (int row = 0; row < kernel.RowCount; row++)
            {
                double sum = 0;
                foreach (double p in kernel.Probabilities(row)) sum += p;
                farthest = Math.Max(farthest, Math.Abs(sum - 1));
            }
        }
        string tried = string.Create(CultureInfo.InvariantCulture,
            $"{mdp.States:N0} states, {mdp.Actions} actions, {kernels.Length} kernel{(kernels.Length == 1 ? "" : "s")}, {kernels.Sum(k => (long)k.RowCount):N0} rows; sums are off one by at most {farthest:G2}");
        if (farthest > TransitionKernel.SumTolerance) return CheckResult.Fail(Name, tried, $"a row or the start distribution does not sum to one within {TransitionKernel.SumTolerance}");
        if (subject.Build() is not FiniteMdp again || Difference(mdp, again) is { } difference)
            return CheckResult.Fail(Name, tried, $"the same options give another table when the instance is made again: {Difference(mdp, subject.Build() as FiniteMdp)}");
        int reached = mdp.Agents.Select(a => a.Kernel).Distinct<TransitionKernel>(ReferenceEqualityComparer.Instance).Max(k => Reached(mdp, k));
        return reached == mdp.States
            ? CheckResult.Pass(Name, tried)
            : CheckResult.Note(Name, tried, $"{mdp.States - reached:N0} of the states cannot be reached from a start state");
    }

    private static string? Difference(FiniteMdp one, FiniteMdp? two)
    {
        if (two is null || two.States != one.States || two.Actions != one.Actions || two.Agents.Count != one.Agents.Count) return "its size";
        if (!one.Initial.AsSpan().SequenceEqual(two.Initial)) return "the start distribution";
        for (int i = 0; i < one.Agents.Count; i++)
        {
            if (!one.Agents[i].Kernel.SameAs(two.Agents[i].Kernel)) return $"the transitions of agent {i}";
            if (!one.Agents[i].Rewards.AsSpan().SequenceEqual(two.Agents[i].Rewards)) return $"the rewards of agent {i}";
        }
        return null;
    }

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
