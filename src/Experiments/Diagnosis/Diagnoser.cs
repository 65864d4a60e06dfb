using FedPG.Envs.Derivatives;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;
using MathNet.Numerics;

namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// Measures the constants of the paper's assumptions at one theta after another. It sees what no server could: rewards, kernels, and
/// batches of its own. With entropy all of it is of the regularised problem at the round's tau. Deterministic; one thread at a time.
/// </summary>
internal sealed class Diagnoser : IDiagnoser
{
    /// <summary>Batches an agent draws for tr(Sigma).</summary>
    public const int Batches = 16;

    private readonly TrainingSetup _experiment;
    private readonly NoiseMeter _noise;
    private KnownProblem? _problem;
    private double _temperature = double.NaN;

    /// <summary>Prepares the measurement.</summary>
    /// <param name="experiment">The experiment.</param>
    public Diagnoser(TrainingSetup experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        (_experiment, _noise) = (experiment, new NoiseMeter(experiment));
    }

    /// <summary>Measures the constants.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="round">The round, whose tau holds.</param>
    public RoundDiagnostics Diagnose(ReadOnlySpan<double> theta, int round)
    {
        NoiseEstimate noise = _noise.Measure(theta, Batches, round);
        if (ProblemOf(_experiment.Entropy.At(round)) is not { } problem) return new RoundDiagnostics(null, null, noise, null, null, null);
        (double? mu, double? weak) = Domination(problem, theta);
        double[] point = theta.ToArray();
        double? smoothness = Enumerable.Range(0, problem.Agents)
            .Aggregate((double?)0, (largest, i) => Smoothness(problem.Agent(i), point) is { } s ? Math.Max(largest ?? 0, s) : null);
        return new RoundDiagnostics(smoothness, Smoothness(problem.Mean, theta), noise,
            Truncation(problem, theta, noise.Batch?.Horizon, _experiment.Environment.Discount), mu, weak);
    }

    /// <inheritdoc/>
    public void Dispose() => _problem?.Dispose();

    /// <summary>
    /// The largest absolute eigenvalue of the Hessian; null for a policy that cannot be
    /// differentiated twice, and for a Hessian of infinities.
    /// </summary>
    /// <param name="objective">J.</param>
    /// <param name="theta">theta, [d].</param>
    public static double? Smoothness(IDifferentiableObjective objective, ReadOnlySpan<double> theta)
    {
        try
        {
            return Curvature.Smoothness(objective, theta);
        }
        catch (Exception e) when (e is NotSupportedException or NonConvergenceException)
        {
            return null;
        }
    }

    /// <summary>D = ||grad_K J - grad J|| / gamma^K; 0 without a horizon; null where gamma^K is below what rounding leaves.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K; null for gradients that are not truncated.</param>
    /// <param name="discount">gamma.</param>
    public static double? Truncation(KnownProblem problem, ReadOnlySpan<double> theta, int? horizon, double discount)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (horizon is not { } steps) return 0;
        double factor = Math.Pow(discount, steps);
        return factor < 1e-12 ? null : Lanczos.Norm(problem.TruncationError(theta, steps)) / factor;
    }

    /// <summary>||grad J||^2 and ||grad J|| over J - J*; null where J* is unknown or reached to rounding.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="theta">theta, [d].</param>
    public static (double? Mu, double? WeakMu) Domination(KnownProblem problem, ReadOnlySpan<double> theta)
    {
        ArgumentNullException.ThrowIfNull(problem);
        if (problem.Optimum is not { } optimum) return (null, null);
        double value = problem.Mean.Value(theta), gap = value - optimum;
        if (!(gap > 1e-12 * Math.Max(1, Math.Abs(value)))) return (null, null);
        double norm = Lanczos.Norm(problem.Gradient(theta));
        return (norm * norm / gap, norm / gap);
    }

    private KnownProblem? ProblemOf(double temperature)
    {
        if (temperature == _temperature) return _problem;
        _problem?.Dispose();
        (_problem, _temperature) = (ProblemFamily.Of(_experiment.Environment).CreateProblem(_experiment, temperature), temperature);
        return _problem;
    }
}
