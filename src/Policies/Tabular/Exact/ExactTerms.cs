using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Policies.Tabular.Exact;

/// <summary>
/// A kernel's evaluation that follows a <see cref="PolicyPoint"/>: it is factorised once a theta, however many costs ask. Not thread-safe.
/// </summary>
/// <param name="point">The policies.</param>
/// <param name="evaluation">The kernel.</param>
/// <param name="initial">rho, [S].</param>
/// <param name="policy">Which of the point's G policies moves by it.</param>
internal sealed class KernelPoint(PolicyPoint point, ExactEvaluation evaluation, double[] initial, int policy = 0)
{
    private readonly PolicyDerivatives _derivatives = new(evaluation, initial);
    private long _version;

    /// <summary>Of numbers of all G policies, [G, S, A], those of this one, [S, A].</summary>
    /// <param name="all">The numbers.</param>
    /// <param name="size">S A.</param>
    public Span<double> Own(Span<double> all, int size) => all.Slice(policy * size, size);

    /// <inheritdoc cref="Own(Span{double}, int)"/>
    public ReadOnlySpan<double> Own(ReadOnlySpan<double> all, int size) => all.Slice(policy * size, size);

    /// <summary>The derivatives at the point's theta.</summary>
    public PolicyDerivatives Current
    {
        get
        {
            if (_version != point.Version)
            {
                _derivatives.SetPolicy(Own(point.LogPolicy, initial.Length * evaluation.Kernel.Actions));
                _version = point.Version;
            }
            return _derivatives;
        }
    }
}

/// <summary>One cost on one kernel as a share of a mean objective; keeps its score weights of the current theta. Not thread-safe.</summary>
internal sealed class CostTerm(PolicyPoint point, KernelPoint kernel, double[] costs, double share)
{
    private readonly double[] _advantages = new double[costs.Length], _weights = new double[costs.Length], _work = new double[costs.Length];
    private double _objective;
    private long _version;

    /// <summary>share J.</summary>
    public double Objective(double temperature)
    {
        Update(temperature);
        return share * _objective;
    }

    /// <summary>total += share W, total [G, S, A].</summary>
    public void AddWeights(double temperature, Span<double> total)
    {
        Update(temperature);
        AddShare(_weights, total);
    }

    /// <summary>total += share dW along a direction of log pi.</summary>
    public void AddWeightDerivative(double temperature, ReadOnlySpan<double> logDerivative, Span<double> total)
    {
        Update(temperature);
        PolicyDerivatives derivatives = kernel.Current;
        derivatives.SetDirection(kernel.Own(logDerivative, costs.Length));
        derivatives.WeightDerivative(_advantages, temperature, _work);
        AddShare(_work, total);
    }

    /// <summary>total += share W of the first steps.</summary>
    public void AddTruncatedWeights(double temperature, int horizon, Span<double> total)
    {
        kernel.Current.TruncatedWeights(costs, temperature, horizon, _work);
        AddShare(_work, total);
    }

    private void Update(double temperature)
    {
        if (_version == point.Version) return;
        _objective = kernel.Current.Evaluate(costs, temperature, _advantages, _weights);
        _version = point.Version;
    }

    private void AddShare(double[] weights, Span<double> total)
    {
        Span<double> own = kernel.Own(total, costs.Length);
        for (int k = 0; k < own.Length; k++) own[k] += share * weights[k];
    }
}
