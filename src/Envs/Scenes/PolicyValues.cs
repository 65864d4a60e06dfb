using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Envs.Scenes;

/// <summary>The values of states under a policy.</summary>
internal static class PolicyValues
{
    /// <summary>The expected discounted return from each state, [S].</summary>
    /// <param name="mdp">The environment.</param>
    /// <param name="agent">Whose rewards and dynamics count.</param>
    /// <param name="policy">pi(a|s), [S, A] row by row.</param>
    /// <param name="together">Whether the rewards are the mean over all agents.</param>
    public static double[] Of(FiniteMdp mdp, int agent, double[] policy, bool together)
    {
        FiniteMdpSolver solver = together
            ? FiniteMdpSolver.OfAverage(mdp, Objective.Reward)
            : FiniteMdpSolver.OfAgent(mdp, agent, Objective.Reward);
        return [.. solver.Evaluate(policy).Values.Select(cost => cost == 0 ? 0 : -cost)];
    }

    /// <summary>The least and the largest value among the states that can be acted in and be reached from the start.</summary>
    public static (double Least, double Most) Range(FiniteMdp mdp, int agent, double[] values)
    {
        bool[] reached = Reached(mdp, mdp.Agents[agent].Kernel);
        double[] counted = [.. values.Where((_, s) => reached[s] && !mdp.Terminal[s])];
        return counted.Length == 0 ? (0, 0) : (counted.Min(), counted.Max());
    }

    /// <summary>Which states can be reached from the start by some actions.</summary>
    private static bool[] Reached(FiniteMdp mdp, TransitionKernel kernel)
    {
        bool[] reached = [.. mdp.Initial.Select(p => p > 0)];
        var queue = new Queue<int>(Enumerable.Range(0, mdp.States).Where(s => reached[s]));
        while (queue.TryDequeue(out int state))
        {
            for (int a = 0; a < mdp.Actions; a++)
            {
                foreach (int next in kernel.Next((state * mdp.Actions) + a))
                {
                    if (reached[next]) continue;
                    reached[next] = true;
                    queue.Enqueue(next);
                }
            }
        }
        return reached;
    }
}
