using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>The policy gradient theorem as score weights: grad J = sum over s, a of W(s,a) grad log pi(a|s).</summary>
internal static class PolicyGradient
{
    /// <summary>
    /// Exact score weights W(s,a) = d(s) pi(a|s) (Q(s,a) - V(s)), Eq. (9) with the occupancy not normalised, so that no 1/(1 - gamma)
    /// stands in front; subtracting V changes nothing in the sum, because each row of scores has mean zero.
    /// </summary>
    /// <param name="policy">pi, [S, A].</param>
    /// <param name="occupancy">d, [S].</param>
    /// <param name="values">V, [S].</param>
    /// <param name="actionValues">Q, [S, A].</param>
    /// <param name="weights">W, [S, A].</param>
    public static void ScoreWeights(
        ReadOnlySpan<double> policy, ReadOnlySpan<double> occupancy, ReadOnlySpan<double> values, ReadOnlySpan<double> actionValues,
        Span<double> weights)
    {
        int actions = policy.Length / occupancy.Length;
        for (int s = 0, k = 0; s < occupancy.Length; s++)
        {
            for (int end = k + actions; k < end; k++) weights[k] = occupancy[s] * policy[k] * (actionValues[k] - values[s]);
        }
    }

    /// <summary>pi = exp log pi, each number's bits independent of its place.</summary>
    /// <param name="logPolicy">log pi, [S, A].</param>
    /// <param name="policy">pi, [S, A], overwritten.</param>
    public static void Probabilities(ReadOnlySpan<double> logPolicy, Span<double> policy)
    {
        ReadOnlySpan<Vector512<double>> logs = MemoryMarshal.Cast<double, Vector512<double>>(logPolicy);
        Span<Vector512<double>> vectors = MemoryMarshal.Cast<double, Vector512<double>>(policy[..logPolicy.Length]);
        for (int k = 0; k < logs.Length; k++) vectors[k] = Vector512.Exp(logs[k]);
        int left = logs.Length * Vector512<double>.Count;
        if (left == logPolicy.Length) return;
        // The last few in a vector of their own: another exponential could round otherwise.
        Span<double> last = stackalloc double[Vector512<double>.Count];
        logPolicy[left..].CopyTo(last);
        Vector512.Exp(Vector512.Create<double>(last)).CopyTo(last);
        last[..(logPolicy.Length - left)].CopyTo(policy[left..]);
    }

    /// <summary>J = sum over s of d(s) sum over a of pi(a|s) c(s,a).</summary>
    public static double Objective(ReadOnlySpan<double> policy, ReadOnlySpan<double> occupancy, ReadOnlySpan<double> costs)
    {
        int actions = policy.Length / occupancy.Length;
        double sum = 0;
        for (int s = 0; s < occupancy.Length; s++)
        {
            double cost = 0;
            for (int a = 0; a < actions; a++) cost += policy[(s * actions) + a] * costs[(s * actions) + a];
            sum += occupancy[s] * cost;
        }
        return sum;
    }

    /// <summary>Adds the entropy term: c(s,a) + tau log pi(a|s), whose expected discounted sum the regularised objective is.</summary>
    public static void AddEntropy(ReadOnlySpan<double> costs, ReadOnlySpan<double> logPolicy, double temperature, Span<double> regularised)
    {
        for (int k = 0; k < costs.Length; k++) regularised[k] = costs[k] + (temperature * logPolicy[k]);
    }
}
