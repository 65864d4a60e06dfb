using FedPG.Envs.Tabular;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>
/// The regret of a tabular softmax policy in plain arrays, by repeated substitution: visits and the exact gradient. Nothing of the project
/// is used but the MDP's numbers.
/// </summary>
/// <param name="mdp">The MDP.</param>
internal sealed class PlainRegret(FiniteMdp mdp)
{
    private readonly int _d = mdp.States * mdp.Actions;

    /// <summary>pi(a|s), [S * A].</summary>
    public double[] Softmax(double[] theta)
    {
        double[] pi = [.. theta.Select(Math.Exp)];
        for (int s = 0; s < mdp.States; s++)
        {
            double sum = pi[(s * mdp.Actions)..((s + 1) * mdp.Actions)].Sum();
            for (int k = s * mdp.Actions; k < (s + 1) * mdp.Actions; k++) pi[k] /= sum;
        }
        return pi;
    }

    /// <summary>(1 - gamma) d(s), by pushing the start forward until what is left no longer counts.</summary>
    public double[] Shares(int agent, double[] theta)
    {
        double[] pi = Softmax(theta), now = [.. mdp.Initial], shares = new double[mdp.States];
        for (double discount = 1; discount > 1e-16; discount *= mdp.Discount)
        {
            double[] next = new double[mdp.States];
            for (int k = 0; k < _d; k++)
            {
                ReadOnlySpan<int> to = mdp.Agents[agent].Kernel.Next(k);
                ReadOnlySpan<double> p = mdp.Agents[agent].Kernel.Probabilities(k);
                for (int e = 0; e < to.Length; e++) next[to[e]] += now[k / mdp.Actions] * pi[k] * p[e];
            }
            for (int s = 0; s < shares.Length; s++) shares[s] += (1 - mdp.Discount) * discount * now[s];
            now = next;
        }
        return shares;
    }

    /// <summary>d(s) pi(a|s) (Q(s,a) - V(s)) of the costs 1 - r, all by iterating until nothing moves.</summary>
    public double[] Gradient(int agent, double[] theta)
    {
        AgentMdp own = mdp.Agents[agent];
        (int states, int actions) = (mdp.States, mdp.Actions);
        double[] pi = new double[_d], v = new double[states], q = new double[_d], d = [.. mdp.Initial];
        for (int s = 0; s < states; s++)
        {
            double most = theta[(s * actions)..((s + 1) * actions)].Max(), sum = 0;
            for (int a = 0; a < actions; a++) sum += pi[(s * actions) + a] = Math.Exp(theta[(s * actions) + a] - most);
            for (int a = 0; a < actions; a++) pi[(s * actions) + a] /= sum;
        }
        for (double moved = 1; moved > 1e-14;)
        {
            moved = 0;
            for (int k = 0; k < _d; k++) q[k] = 1 - own.Rewards[k] + (mdp.Discount * Next(own, k, v));
            for (int s = 0; s < states; s++)
            {
                double value = 0;
                for (int a = 0; a < actions; a++) value += pi[(s * actions) + a] * q[(s * actions) + a];
                moved = Math.Max(moved, Math.Abs(value - v[s]));
                v[s] = value;
            }
        }
        for (double moved = 1; moved > 1e-15;)
        {
            double[] next = [.. mdp.Initial];
            for (int k = 0; k < _d; k++)
            {
                ReadOnlySpan<int> to = own.Kernel.Next(k);
                ReadOnlySpan<double> p = own.Kernel.Probabilities(k);
                for (int e = 0; e < to.Length; e++) next[to[e]] += mdp.Discount * d[k / actions] * pi[k] * p[e];
            }
            moved = next.Zip(d, (a, b) => Math.Abs(a - b)).Max();
            d = next;
        }
        for (int k = 0; k < _d; k++) q[k] = 1 - own.Rewards[k] + (mdp.Discount * Next(own, k, v));
        return [.. Enumerable.Range(0, _d).Select(k => d[k / actions] * pi[k] * (q[k] - v[k / actions]))];
    }

    private static double Next(AgentMdp agent, int row, double[] v)
    {
        double sum = 0;
        ReadOnlySpan<int> to = agent.Kernel.Next(row);
        ReadOnlySpan<double> p = agent.Kernel.Probabilities(row);
        for (int e = 0; e < to.Length; e++) sum += p[e] * v[to[e]];
        return sum;
    }
}
