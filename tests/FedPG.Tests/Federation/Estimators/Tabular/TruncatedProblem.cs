using FedPG.Envs;
using FedPG.Envs.Tabular;

namespace FedPG.Tests.Federation.Estimators.Tabular;

/// <summary>Ways to get the truncated gradient wrong, to show that the tests of estimators would see it.</summary>
public enum Mistake
{
    None,

    /// <summary>The score of step t is weighted by the costs to go as seen from step t, without gamma^t.</summary>
    ScoresNotDiscounted,

    /// <summary>No truncation.</summary>
    EndlessHorizon,

    /// <summary>K + 1 steps instead of K.</summary>
    OneStepTooMany,

    /// <summary>A terminated trajectory pays nothing.</summary>
    FreeAfterTheEnd,

    /// <summary>A terminated trajectory has no entropy.</summary>
    NoEntropyAfterTheEnd,

    /// <summary>The first agent's costs and kernel.</summary>
    AnotherAgent,
}

/// <summary>
/// J_K = E sum over t below K of gamma^t (c_t + tau log pi(a_t|s_t)) by dynamic programming, for a tabular policy; a terminal state is a
/// state like any other, which costs 1 under regret and has its own entropy.
/// </summary>
internal sealed class TruncatedProblem
{
    private readonly FiniteMdp _mdp;
    private readonly TransitionKernel _kernel;
    private readonly double[] _costs;
    private readonly int _horizon;
    private readonly double _tau;
    private readonly Mistake _mistake;

    public TruncatedProblem(FiniteMdp mdp, int agent, Objective objective, int horizon, double tau, Mistake mistake = Mistake.None)
    {
        AgentMdp of = mdp.Agents[mistake == Mistake.AnotherAgent ? 0 : agent];
        (_mdp, _kernel, _costs, _tau, _mistake) = (mdp, of.Kernel, objective.Costs(of), tau, mistake);
        _horizon = mistake switch
        {
            Mistake.EndlessHorizon => horizon + 2000,
            Mistake.OneStepTooMany => horizon + 1,
            _ => horizon,
        };
    }

    /// <summary>pi of logits, [S, A].</summary>
    public static double[] Softmax(double[] logits, int actions) =>
        [.. logits.Chunk(actions).SelectMany(row => row.Select(x => Math.Exp(x) / row.Sum(Math.Exp)))];

    public double Objective(double[] policy) => _mdp.Initial.Zip(Values(policy)[0], (p, v) => p * v).Sum();

    /// <summary>The gradient in the logits, [S, A]: sum over t of gamma^t P(s_t = s) pi(a|s) (Q_t(s,a) - V_t(s)).</summary>
    public double[] Gradient(double[] policy)
    {
        double[][] values = Values(policy);
        double[] gradient = new double[policy.Length], reached = [.. _mdp.Initial];
        for (int t = 0; t < _horizon; t++)
        {
            double discount = _mistake == Mistake.ScoresNotDiscounted ? 1 : Math.Pow(_mdp.Discount, t);
            double[] next = new double[_mdp.States];
            for (int row = 0; row < policy.Length; row++)
            {
                int s = row / _mdp.Actions;
                gradient[row] += discount * reached[s] * policy[row] * (ActionValue(row, policy, values[t + 1]) - values[t][s]);
                for (int k = 0; k < _kernel.Next(row).Length; k++)
                    next[_kernel.Next(row)[k]] += reached[s] * policy[row] * _kernel.Probabilities(row)[k];
            }
            reached = next;
        }
        return gradient;
    }

    /// <summary>V_t(s), the expected costs of steps t to K - 1 discounted from step t on, for t = 0 to K.</summary>
    private double[][] Values(double[] policy)
    {
        double[][] values = new double[_horizon + 1][];
        values[_horizon] = new double[_mdp.States];
        for (int t = _horizon - 1; t >= 0; t--)
        {
            values[t] = new double[_mdp.States];
            for (int row = 0; row < policy.Length; row++)
                values[t][row / _mdp.Actions] += policy[row] * ActionValue(row, policy, values[t + 1]);
        }
        return values;
    }

    private double ActionValue(int row, double[] policy, double[] next)
    {
        bool terminal = _mdp.Terminal[row / _mdp.Actions];
        double cost = terminal && _mistake == Mistake.FreeAfterTheEnd ? 0 : _costs[row];
        double entropy = terminal && _mistake == Mistake.NoEntropyAfterTheEnd ? 0 : _tau * Math.Log(policy[row]);
        return cost + entropy + (_mdp.Discount * _kernel.Expectation(row, next));
    }
}

/// <summary>Mean and variance of vectors, coordinate by coordinate (Welford).</summary>
internal sealed class VectorMoments(int length)
{
    private readonly double[] _mean = new double[length], _squares = new double[length];

    public int Count { get; private set; }

    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The trace of the covariance: E ||x - mean||^2.</summary>
    public double TotalVariance => _squares.Sum() / (Count - 1);

    public void Add(ReadOnlySpan<double> vector)
    {
        Count++;
        for (int k = 0; k < _mean.Length; k++)
        {
            double before = vector[k] - _mean[k];
            _mean[k] += before / Count;
            _squares[k] += before * (vector[k] - _mean[k]);
        }
    }

    /// <summary>The largest |mean - expected| in standard errors; a coordinate that never varied must be right but for rounding.</summary>
    public double LargestZ(double[] expected)
    {
        double largest = 0;
        for (int k = 0; k < _mean.Length; k++)
        {
            double error = Math.Abs(_mean[k] - expected[k]), standard = Math.Sqrt(_squares[k] / (Count - 1) / Count);
            if (error > 1e-12) largest = Math.Max(largest, error / standard);
        }
        return largest;
    }
}
