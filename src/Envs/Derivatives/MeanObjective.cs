namespace FedPG.Envs.Derivatives;

/// <summary>The mean of several objectives of the same parameters, Eq. (3). One thread at a time.</summary>
/// <param name="objectives">At least one, all of the same dimension.</param>
internal sealed class MeanObjective(IReadOnlyList<IDifferentiableObjective> objectives) : IDifferentiableObjective
{
    private readonly double[] _term = new double[objectives[0].Dimension];

    /// <inheritdoc/>
    public int Dimension => _term.Length;

    /// <inheritdoc/>
    public double Value(ReadOnlySpan<double> theta)
    {
        double sum = 0;
        foreach (IDifferentiableObjective objective in objectives) sum += objective.Value(theta);
        return sum / objectives.Count;
    }

    /// <inheritdoc/>
    public void Gradient(ReadOnlySpan<double> theta, Span<double> gradient)
    {
        gradient.Clear();
        foreach (IDifferentiableObjective objective in objectives)
        {
            objective.Gradient(theta, _term);
            AddTerm(gradient);
        }
    }

    /// <inheritdoc/>
    public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product)
    {
        product.Clear();
        foreach (IDifferentiableObjective objective in objectives)
        {
            objective.HessianVector(theta, vector, _term);
            AddTerm(product);
        }
    }

    private void AddTerm(Span<double> sum)
    {
        for (int k = 0; k < sum.Length; k++) sum[k] += _term[k] / objectives.Count;
    }
}
