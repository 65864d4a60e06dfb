namespace FedPG.Federation.Estimators;

/// <summary>
/// Conjugate gradients (Hestenes and Stiefel 1952) for several symmetric systems A_i x_i = b_i side by side, from x = 0: their products are
/// asked for together, and each ends on its own, so that its numbers do not depend on the others.
/// </summary>
internal static class ConjugateGradients
{
    /// <summary>Solves.</summary>
    /// <param name="right">b, [systems, d] row by row; what is left of it when this returns are the residuals.</param>
    /// <param name="systems">How many there are.</param>
    /// <param name="tolerance">Where a residual over its start ends a system.</param>
    /// <param name="iterations">The most steps.</param>
    /// <param name="products">
    /// Writes A_i v_i of the systems that are still open: v [systems, d], which are open [systems], the products [systems, d].
    /// </param>
    /// <returns>x, [systems, d].</returns>
    public static double[] Solve(double[] right, int systems, double tolerance, int iterations, Action<double[], bool[], double[]> products)
    {
        int size = right.Length / systems;
        double[] x = new double[right.Length], direction = [.. right], product = new double[right.Length];
        double[] squared = new double[systems], enough = new double[systems];
        bool[] open = new bool[systems];
        for (int i = 0; i < systems; i++)
        {
            squared[i] = Dot(Of(right, i), Of(right, i));
            enough[i] = tolerance * tolerance * squared[i];
            open[i] = squared[i] > enough[i];
        }
        for (int k = 0; k < iterations && open.Contains(true); k++)
        {
            products(direction, open, product);
            for (int i = 0; i < systems; i++)
            {
                if (!open[i]) continue;
                bool gained = Step(Of(x, i), Of(right, i), Of(direction, i), Of(product, i), ref squared[i]);
                open[i] = gained && squared[i] > enough[i];
            }
        }
        return x;

        Span<double> Of(double[] vectors, int system) => vectors.AsSpan(system * size, size);
    }

    /// <summary>One step of one system; false where there is nothing to gain along the direction.</summary>
    private static bool Step(
        Span<double> x, Span<double> residual, Span<double> direction, ReadOnlySpan<double> product, ref double squared)
    {
        double curvature = Dot(direction, product);
        // Along the null space of A there is nothing to gain; what is left there is rounding.
        if (!(curvature > 0)) return false;
        double step = squared / curvature;
        for (int j = 0; j < x.Length; j++) x[j] += step * direction[j];
        for (int j = 0; j < x.Length; j++) residual[j] += -step * product[j];
        double next = Dot(residual, residual);
        for (int j = 0; j < x.Length; j++) direction[j] = residual[j] + (next / squared * direction[j]);
        squared = next;
        return true;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }
}
