using FedPG.Envs;
using FedPG.Envs.Tabular;

namespace FedPG.Tests.Federation.Estimators.Tabular;

/// <summary>
/// One agent's MDP as plain nested arrays and loops that run until nothing changes any more: what the
/// oracles are checked against. Shares no code with them.
/// </summary>
internal sealed class PlainMdp
{
    private const int Sweeps = 3_000;

    public PlainMdp(FiniteMdp mdp, int agent, Objective objective)
    {
        (States, Actions, Discount, Initial) = (mdp.States, mdp.Actions, mdp.Discount, mdp.Initial);
        AgentMdp own = mdp.Agents[agent];
        Costs = new double[States, Actions];
        Kernel = new double[States, Actions, States];
        for (int s = 0; s < States; s++)
        {
            for (int a = 0; a < Actions; a++)
            {
                int row = (s * Actions) + a;
                Costs[s, a] = (objective == Objective.Regret ? 1 : 0) - own.Rewards[row];
                for (int k = 0; k < own.Kernel.Next(row).Length; k++)
                    Kernel[s, a, own.Kernel.Next(row)[k]] += own.Kernel.Probabilities(row)[k];
            }
        }
    }

    public int States { get; }

    public int Actions { get; }

    public double Discount { get; }

    public double[] Initial { get; }

    public double[,] Costs { get; }

    public double[,,] Kernel { get; }

    /// <summary>pi of logits, [S, A].</summary>
    public double[,] Softmax(IReadOnlyList<double> theta)
    {
        double[,] policy = new double[States, Actions];
        for (int s = 0; s < States; s++)
        {
            double largest = Enumerable.Range(0, Actions).Max(a => theta[(s * Actions) + a]), sum = 0;
            for (int a = 0; a < Actions; a++) sum += policy[s, a] = Math.Exp(theta[(s * Actions) + a] - largest);
            for (int a = 0; a < Actions; a++) policy[s, a] /= sum;
        }
        return policy;
    }

    public double[,] Table(IReadOnlyList<double> theta)
    {
        double[,] table = new double[States, Actions];
        for (int k = 0; k < table.Length; k++) table[k / Actions, k % Actions] = theta[k];
        return table;
    }

    /// <summary>Q and V of a policy, with tau log pi added to the cost.</summary>
    public (double[,] Q, double[] V) Values(double[,] policy, double tau = 0)
    {
        double[] v = new double[States];
        double[,] q = new double[States, Actions];
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            q = Ahead(v);
            for (int s = 0; s < States; s++)
            {
                v[s] = 0;
                for (int a = 0; a < Actions; a++)
                {
                    if (tau != 0) q[s, a] += tau * Math.Log(policy[s, a]);
                    v[s] += policy[s, a] * q[s, a];
                }
            }
        }
        return (q, v);
    }

    /// <summary>d(s), not normalised.</summary>
    public double[] Occupancy(double[,] policy)
    {
        double[] at = [.. Initial], total = new double[States];
        double weight = 1;
        for (int t = 0; t < Sweeps; t++, weight *= Discount)
        {
            double[] next = new double[States];
            for (int s = 0; s < States; s++)
            {
                total[s] += weight * at[s];
                for (int a = 0; a < Actions; a++)
                {
                    for (int to = 0; to < States; to++) next[to] += at[s] * policy[s, a] * Kernel[s, a, to];
                }
            }
            at = next;
        }
        return total;
    }

    /// <summary>c + gamma P v, [S, A].</summary>
    public double[,] Ahead(double[] v)
    {
        double[,] q = new double[States, Actions];
        for (int s = 0; s < States; s++)
        {
            for (int a = 0; a < Actions; a++)
            {
                q[s, a] = Costs[s, a];
                for (int to = 0; to < States; to++) q[s, a] += Discount * Kernel[s, a, to] * v[to];
            }
        }
        return q;
    }

    /// <summary>T Q with the minimum over actions.</summary>
    public double[,] Bellman(double[,] q) =>
        Ahead([.. Enumerable.Range(0, States).Select(s => Enumerable.Range(0, Actions).Min(a => q[s, a]))]);

    /// <summary>(Q - V) / (1 - gamma), row by row.</summary>
    public double[] Natural(IReadOnlyList<double> theta, double tau = 0)
    {
        (double[,] q, double[] v) = Values(Softmax(theta), tau);
        return [.. Enumerable.Range(0, States * Actions).Select(k => (q[k / Actions, k % Actions] - v[k / Actions]) / (1 - Discount))];
    }
}
