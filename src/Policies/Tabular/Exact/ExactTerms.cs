using FedPG.Envs.Derivatives;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Policies.Tabular.Exact;

/// <summary>A kernel's evaluation that follows a <see cref="PolicyPoint"/>: it is factorised once a theta, however many costs ask. Not thread-safe.</summary>
internal sealed class KernelPoint(PolicyPoint point, ExactEvaluation evaluation, double[] initial)
{
    private readonly PolicyDerivatives _derivatives = new(evaluation, initial);
    private long _version;

    /// <summary>The derivatives at the point's theta.</summary>
    public PolicyDerivatives Current
    {
        get
        {
            if (_version != point.Version)
            {
                _derivatives.SetPolicy(point.LogPolicy);
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

    /// <summary>total += share W.</summary>
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
        derivatives.SetDirection(logDerivative);
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
        for (int k = 0; k < total.Length; k++) total[k] += share * weights[k];
    }
}
