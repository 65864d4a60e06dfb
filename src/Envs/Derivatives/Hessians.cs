namespace FedPG.Envs.Derivatives;

/// <summary>Hessian matrices of objectives that are known exactly.</summary>
internal static class Hessians
{
    /// <summary>The Hessian at theta from d products with unit vectors, made exactly symmetric by the mean with its transpose.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="theta">theta, [d].</param>
    /// <returns>The Hessian, [d, d].</returns>
    /// <exception cref="ArgumentException">theta has not d numbers.</exception>
    public static double[,] Of(IDifferentiableObjective objective, ReadOnlySpan<double> theta)
    {
        ArgumentNullException.ThrowIfNull(objective);
        int d = objective.Dimension;
        double[,] hessian = new double[d, d];
        double[] unit = new double[d], product = new double[d];
        for (int i = 0; i < d; i++)
        {
            unit[i] = 1;
            objective.HessianVector(theta, unit, product);
            unit[i] = 0;
            for (int j = 0; j < d; j++) hessian[i, j] = product[j];
        }
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < i; j++) hessian[i, j] = hessian[j, i] = (hessian[i, j] + hessian[j, i]) / 2;
        }
        return hessian;
    }
}
