using FedPG.Envs.Tabular;
using FedPG.Policies.Tabular;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// Where TD(0) with linear features comes to rest for one agent (Tsitsiklis and Van Roy 1997): A theta* = b with A = F'D (I - gamma P_pi) F
/// and b = F'D c_pi, F the features [S, m], D the stationary distribution of the fixed policy's chain. Immutable.
/// </summary>
internal sealed class TdFixedPoint
{
    /// <summary>The most states: beyond, the stationary distribution by elimination takes minutes.</summary>
    public const int MaxStates = 2_000;

    /// <summary>Smaller than this over the largest, a singular value of A counts as 0.</summary>
    private const double Singular = 1e-12;

    private readonly Matrix<double> _a;
    private readonly Vector<double> _b;

    private TdFixedPoint(Matrix<double> a, Vector<double> b, Matrix<double> metric, double[] stationary)
    {
        (_a, _b, Metric, Stationary) = (a, b, metric, stationary);
        Weights = a.Solve(b).ToArray();
    }

    /// <summary>theta*, [m].</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>D, [S].</summary>
    public IReadOnlyList<double> Stationary { get; }

    /// <summary>
    /// F'D F: (theta - theta*)' of it (theta - theta*) is the mean squared error of the values at the stationary distribution. [m, m].
    /// </summary>
    internal Matrix<double> Metric { get; }

    /// <summary>Computes it.</summary>
    /// <param name="mdp">The environment.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="costs">Its costs, [S, A].</param>
    /// <param name="values">Features and the fixed policy.</param>
    /// <returns>The point, or why there is none, as "has ...".</returns>
    public static (TdFixedPoint? Point, string? Error) Of(FiniteMdp mdp, AgentMdp agent, ReadOnlySpan<double> costs, StateValues values)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(values);
        (int states, int actions, int count) = (mdp.States, mdp.Actions, values.Features.Count);
        if (states > MaxStates) return (null, $"has {states} states; at most {MaxStates} are allowed");
        if (mdp.HasTerminalStates)
            return (null, "has terminal states, where the chain of a fixed policy ends; an environment that goes on is needed");
        Matrix<double> chain = Matrix<double>.Build.Dense(states, states);
        Vector<double> cost = Vector<double>.Build.Dense(states);
        for (int pair = 0; pair < states * actions; pair++)
        {
            (int s, double p) = (pair / actions, values.Target[pair]);
            cost[s] += p * costs[pair];
            ReadOnlySpan<int> next = agent.Kernel.Next(pair);
            ReadOnlySpan<double> probabilities = agent.Kernel.Probabilities(pair);
            for (int k = 0; k < next.Length; k++) chain[s, next[k]] += p * probabilities[k];
        }
        // d'(I - P + 11') = 1': the only solution is the stationary distribution where there is only one.
        Matrix<double> identity = Matrix<double>.Build.DenseIdentity(states);
        Vector<double> stationary = (identity - chain + Matrix<double>.Build.Dense(states, states, 1)).Transpose()
            .Solve(Vector<double>.Build.Dense(states, 1));
        const double tolerance = 1e-8;
        if (!((stationary * chain) - stationary).All(x => Math.Abs(x) <= tolerance) || stationary.Any(x => x < -tolerance))
            return (null, "has no single stationary distribution under the policy that is evaluated");
        Matrix<double> features = Matrix<double>.Build.Dense(states, count, (s, m) => values.Features[s, m]);
        Matrix<double> weighted = Matrix<double>.Build.Dense(count, states, (m, s) => features[s, m] * stationary[s]);
        Matrix<double> a = weighted * (features - (mdp.Discount * (chain * features)));
        double[] singular = [.. a.Svd(computeVectors: false).S];
        if (!(singular[^1] > Singular * singular[0]))
        {
            return (null, "has no single TD fixed point: the features are dependent, or the policy's chain never comes back to some of "
                + "the states they tell apart");
        }
        return (new TdFixedPoint(a, weighted * cost, weighted * features, [.. stationary]), null);
    }

    /// <summary>Computes the point of an agent that is known to have one.</summary>
    /// <param name="mdp">The environment.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="costs">Its costs, [S, A].</param>
    /// <param name="values">Features and the fixed policy.</param>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static TdFixedPoint OrThrow(FiniteMdp mdp, AgentMdp agent, ReadOnlySpan<double> costs, StateValues values)
    {
        (TdFixedPoint? point, string? error) = Of(mdp, agent, costs, values);
        return point ?? throw new ArgumentException($"agent {agent.Name} {error}", nameof(agent));
    }

    /// <summary>A theta - b, [m].</summary>
    /// <param name="theta">theta, [m].</param>
    /// <param name="direction">Takes it, [m].</param>
    public void MeanDirection(ReadOnlySpan<double> theta, Span<double> direction)
    {
        for (int k = 0; k < direction.Length; k++)
        {
            double sum = -_b[k];
            for (int j = 0; j < theta.Length; j++) sum += _a[k, j] * theta[j];
            direction[k] = sum;
        }
    }

    /// <summary>The mean squared error of the values at the stationary distribution, against those of theta*.</summary>
    /// <param name="theta">theta, [m].</param>
    public double SquaredError(ReadOnlySpan<double> theta)
    {
        Vector<double> difference = Vector<double>.Build.DenseOfArray(theta.ToArray()) - Vector<double>.Build.DenseOfEnumerable(Weights);
        return difference * (Metric * difference);
    }
}
