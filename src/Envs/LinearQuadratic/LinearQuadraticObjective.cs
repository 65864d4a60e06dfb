using FedPG.Envs.Derivatives;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// J(K) = E sum over t of gamma^t (x'Qx + u'Ru) of the policy u = -K x + sigma eps, theta = K row by row, d = k m. The discount is
/// absorbed: with A and B times the root of gamma every formula is that of the undiscounted problem. Where the cost is infinite, value,
/// gradient and products are <see cref="double.PositiveInfinity"/> and <see cref="double.NaN"/>. Symbols: M = A - B K, P the cost to go, X
/// the second moment of the state, E = (R + B'PB) K - B'PA, so that grad J = 2 E X.
/// </summary>
public abstract class LinearQuadraticObjective : IDifferentiableObjective
{
    private readonly LinearQuadraticProblem _problem;

    /// <summary>Prepares the scaled matrices.</summary>
    private protected LinearQuadraticObjective(LinearQuadraticProblem problem, LinearQuadraticAgent agent, double standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(agent);
        _problem = problem;
        double root = Math.Sqrt(problem.Discount);
        (A, B, Q, R, Discount, Start) = (root * agent.A, root * agent.B, agent.Q, agent.R, problem.Discount, problem.StartCovariance);
        Variance = standardDeviation * standardDeviation;
        Noise = Variance * B * B.Transpose();
        NoiseCost = Variance * R.Trace();
    }

    /// <inheritdoc/>
    public int Dimension => _problem.Controls * _problem.States;

    /// <summary>A and B, times the root of the discount.</summary>
    private protected Matrix<double> A { get; }

    /// <inheritdoc cref="A"/>
    private protected Matrix<double> B { get; }

    /// <summary>The costs.</summary>
    private protected Matrix<double> Q { get; }

    /// <inheritdoc cref="Q"/>
    private protected Matrix<double> R { get; }

    /// <summary>gamma.</summary>
    private protected double Discount { get; }

    /// <summary>S_0.</summary>
    private protected Matrix<double> Start { get; }

    /// <summary>sigma^2.</summary>
    private protected double Variance { get; }

    /// <summary>What a step's noise adds to the second moment of the next state: sigma^2 BB', B scaled.</summary>
    private protected Matrix<double> Noise { get; }

    /// <summary>What a step's noise costs: sigma^2 tr R.</summary>
    private protected double NoiseCost { get; }

    /// <inheritdoc/>
    public double Value(ReadOnlySpan<double> theta) => Value(_problem.GainOf(theta));

    /// <inheritdoc/>
    public void Gradient(ReadOnlySpan<double> theta, Span<double> gradient) => Write(Gradient(_problem.GainOf(theta)), gradient);

    /// <inheritdoc/>
    public void HessianVector(ReadOnlySpan<double> theta, ReadOnlySpan<double> vector, Span<double> product) =>
        Write(HessianVector(_problem.GainOf(theta), _problem.GainOf(vector)), product);

    /// <summary>J(K); positive infinity where the sum has no limit.</summary>
    /// <param name="gain">K, [k, m].</param>
    public abstract double Value(Matrix<double> gain);

    /// <summary>grad J(K), [k, m]; null where J is infinite.</summary>
    private protected abstract Matrix<double>? Gradient(Matrix<double> gain);

    /// <summary>The derivative of grad J(K) along a direction V, [k, m]; null where J is infinite.</summary>
    private protected abstract Matrix<double>? HessianVector(Matrix<double> gain, Matrix<double> direction);

    /// <summary>M = A - B K.</summary>
    private protected Matrix<double> ClosedLoop(Matrix<double> gain) => A - (B * gain);

    /// <summary>Q + K'RK: the cost of a state under the gain.</summary>
    private protected Matrix<double> StageCost(Matrix<double> gain) => Q + (gain.Transpose() * R * gain);

    /// <summary>E = (R + B'PB) K - B'PA = RK - B'PM.</summary>
    private protected Matrix<double> Advantage(Matrix<double> value, Matrix<double> gain, Matrix<double> loop) =>
        (R * gain) - (B.Transpose() * value * loop);

    /// <summary>The derivative of E along V, with P' that of P: (R + B'PB) V - B'P'M.</summary>
    private protected Matrix<double> AdvantageAlong(
        Matrix<double> value, Matrix<double> valueAlong, Matrix<double> loop, Matrix<double> direction) =>
        (R * direction) + (B.Transpose() * ((value * B * direction) - (valueAlong * loop)));

    private protected static Matrix<double> PlusTransposed(Matrix<double> matrix) => matrix + matrix.Transpose();

    private static void Write(Matrix<double>? matrix, Span<double> target)
    {
        if (matrix is null) target.Fill(double.NaN);
        else matrix.Transpose().ToColumnMajorArray().CopyTo(target);
    }
}
