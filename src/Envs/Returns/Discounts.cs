namespace FedPG.Envs.Returns;

/// <summary>The powers of the discount over a horizon, and what is left of their sum. Immutable: the arrays are only read.</summary>
internal sealed class Discounts
{
    /// <summary>Computes both.</summary>
    /// <param name="discount">gamma, in [0, 1].</param>
    /// <param name="horizon">K, 1 or more.</param>
    public Discounts(double discount, int horizon)
    {
        (Powers, Remaining) = (new double[horizon], new double[horizon + 1]);
        for (int t = 0; t < horizon; t++) Powers[t] = Math.Pow(discount, t);
        for (int t = horizon - 1; t >= 0; t--) Remaining[t] = Remaining[t + 1] + Powers[t];
    }

    /// <summary>gamma^t, [K].</summary>
    public double[] Powers { get; }

    /// <summary>The sum of gamma^u over u from t on, [K + 1].</summary>
    public double[] Remaining { get; }
}
