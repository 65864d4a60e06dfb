using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// The cost over an infinite horizon, in closed form: P = Q + K'RK + M'PM, X = W + M X M' with W = S_0 + sigma^2 BB'/(1 - gamma), and
/// J = tr(P W) + sigma^2 tr(R)/(1 - gamma). With noise and without discount, J is infinite.
/// </summary>
internal sealed class InfiniteHorizonObjective : LinearQuadraticObjective
{
    private readonly Matrix<double>? _source;
    private readonly double _constant;

    public InfiniteHorizonObjective(LinearQuadraticProblem problem, LinearQuadraticAgent agent, double standardDeviation)
        : base(problem, agent, standardDeviation)
    {
        if (Variance == 0) _source = Start;
        else if (Discount < 1) (_source, _constant) = (Start + (Noise / (1 - Discount)), NoiseCost / (1 - Discount));
    }

    public override double Value(Matrix<double> gain) =>
        _source is not null && CostToGo(gain) is { } value ? (value * _source).Trace() + _constant : double.PositiveInfinity;

    private protected override Matrix<double>? Gradient(Matrix<double> gain)
    {
        Matrix<double> loop = ClosedLoop(gain);
        if (_source is null || CostToGo(gain) is not { } value || MatrixEquations.Lyapunov(loop, _source) is not { } moment) return null;
        return 2 * Advantage(value, gain, loop) * moment;
    }

    private protected override Matrix<double>? HessianVector(Matrix<double> gain, Matrix<double> direction)
    {
        Matrix<double> loop = ClosedLoop(gain);
        if (_source is null || CostToGo(gain) is not { } value || MatrixEquations.Lyapunov(loop, _source) is not { } moment) return null;
        // The derivatives of both equations along V solve equations of the same kind.
        Matrix<double> advantage = Advantage(value, gain, loop);
        Matrix<double>? valueAlong = MatrixEquations.Lyapunov(loop.Transpose(), PlusTransposed(direction.Transpose() * advantage));
        Matrix<double>? momentAlong = MatrixEquations.Lyapunov(loop, -PlusTransposed(B * direction * moment * loop.Transpose()));
        if (valueAlong is null || momentAlong is null) return null;
        return 2 * ((AdvantageAlong(value, valueAlong, loop, direction) * moment) + (advantage * momentAlong));
    }

    private Matrix<double>? CostToGo(Matrix<double> gain) => MatrixEquations.Lyapunov(ClosedLoop(gain).Transpose(), StageCost(gain));
}
