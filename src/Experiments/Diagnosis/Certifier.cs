using System.Globalization;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;
using MathNet.Numerics;

namespace FedPG.Experiments.Diagnosis;

/// <summary>Splits what is left of a run's gap by the laws near a minimum. Deterministic.</summary>
internal sealed class Certifier
{
    /// <summary>Batches an agent draws for tr(Sigma).</summary>
    public const int Batches = 16;

    /// <summary>Beyond this many agents the mean of A_i b_i would take longer than a certificate may.</summary>
    private const int MaxAgents = 1024;

    /// <summary>Beyond this many parameters the products that A^+ takes would cost more than seconds.</summary>
    private const int MaxParameters = 100_000;

    /// <summary>The Hessian-vector products of a solution: fewer where each has many parameters, so that all take seconds.</summary>
    private const int MaxProducts = 80, MinProducts = 16, ProductNumbers = 2_000_000;

    private readonly Experiment _experiment;
    private readonly KnownProblem _problem;
    private readonly double[] _theta;
    private readonly int _round;
    private readonly double _eta;
    private readonly LimitLaws _laws;
    private readonly List<string> _notes = [];
    private readonly Action<string> _stage;
    private PositiveInverse? _inverse;

    private Certifier(Experiment experiment, KnownProblem problem, ReadOnlySpan<double> theta, int round, Action<string> stage)
    {
        _stage = stage;
        (_experiment, _problem, _theta, _round) = (experiment, problem, theta.ToArray(), round);
        _eta = experiment.Federation.LocalStepSize.At(round - 1);
        _laws = IsPlain(experiment) ? experiment.CreateAlgorithm().Limits : LimitLaws.Unknown;
        Alpha = experiment.Federation.GlobalStepSize * _eta * experiment.Federation.LocalSteps;
    }

    private double Alpha { get; }

    /// <summary>The certificate of parameters.</summary>
    /// <param name="experiment">The experiment that was run.</param>
    /// <param name="theta">The final thetabar, [d].</param>
    /// <param name="round">The rounds that were run; the laws are those of the last one.</param>
    /// <param name="stage">Hears what is computed next; null where nobody asks.</param>
    /// <returns>null before the first round, and where the problem is not known.</returns>
    public static Certificate? Of(Experiment experiment, ReadOnlySpan<double> theta, int round, Action<string>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (round < 1) return null;
        using KnownProblem? problem = ProblemFamily.Of(experiment.Environment).CreateProblem(experiment, experiment.Entropy.At(round));
        return problem is null ? null : new Certifier(experiment, problem, theta, round, stage ?? (_ => { })).Certify();
    }

    private Certificate Certify()
    {
        _stage("certificate: noise of the gradients");
        NoiseEstimate noise = NoiseMeter.Of(_experiment, _theta, Batches, _round);
        double scale = Alpha / (4.0 * _problem.Agents * _experiment.Federation.LocalSteps);
        double? gap = _problem.Mean.Value(_theta) - _problem.Optimum;
        (double[]? drift, double? heterogeneity, double[]? truncationError, double? truncation, double? quadratic) =
            (null, null, null, null, null);
        try
        {
            if (_theta.Length <= MaxParameters)
            {
                _stage("certificate: curvature");
                _inverse = new PositiveInverse(_problem.Mean, _theta, Math.Clamp(ProductNumbers / _theta.Length, MinProducts, MaxProducts));
                quadratic = Energy(_problem.Gradient(_theta));
                _stage("certificate: heterogeneity");
                (drift, heterogeneity) = Heterogeneity();
                _stage("certificate: truncation");
                (truncationError, truncation) = Truncation(noise);
            }
            else
            {
                Note($"no curvature: {_theta.Length} parameters are more than {MaxParameters}");
            }
        }
        catch (NotSupportedException)
        {
            Note("no curvature: this policy cannot be differentiated twice");
        }
        catch (NonConvergenceException)
        {
            // A run is over by now, and its summary must not be lost to a matrix of infinities.
            Note("no curvature: the Hessian has no eigenvalues in floating point");
        }
        if (_laws.Noise is null) Note("no law is known for this algorithm's noise or drift");
        double? floor = noise.BatchVariance == 0 ? 0 : scale * noise.BatchVariance * _laws.Noise;
        double? interaction = (heterogeneity, truncation) switch
        {
            (null, _) or (_, null) => null,
            (0, _) or (_, 0) => 0,
            _ => -Lanczos.Dot(_inverse!.Solve(drift), truncationError),
        };
        bool valid = IsValid(gap, quadratic);
        return new Certificate
        {
            Temperature = _experiment.Entropy.At(_round),
            Gap = gap,
            HeterogeneityBias = heterogeneity,
            TruncationBias = truncation,
            Interaction = interaction,
            NoiseFloor = floor,
            NoiseFloorError = floor is null ? null : scale * noise.BatchVarianceError * (_laws.Noise ?? 0),
            Remainder = gap - heterogeneity - truncation - interaction - floor,
            QuadraticGap = quadratic,
            Alpha = Alpha,
            AlphaL = Alpha * _inverse?.Largest,
            NegativeCurvature = _inverse?.Smallest,
            Valid = valid,
            Notes = _notes,
        };
    }

    /// <summary>
    /// eta (H - 1) / 2 mean A_i (b_i - b), and the gap it causes. The mean gradient b is taken out of every b_i: at the optimum it is 0,
    /// and elsewhere it would count the way that is still to go as heterogeneity.
    /// </summary>
    private (double[]? Drift, double? Gap) Heterogeneity()
    {
        if (_laws.Heterogeneity is not { } factor) return (null, null);
        double[] drift = new double[_theta.Length];
        if (factor == 0 || _experiment.Federation.LocalSteps == 1) return (drift, 0);
        if (_problem.Agents > MaxAgents)
        {
            Note($"no heterogeneity bias: {_problem.Agents} agents are more than {MaxAgents}");
            return (null, null);
        }
        drift = PlainDrift(_problem, _theta, factor * _eta * (_experiment.Federation.LocalSteps - 1) / 2);
        return (drift, Energy(drift));
    }

    /// <summary>factor mean A_i (b_i - b), [d].</summary>
    internal static double[] PlainDrift(KnownProblem problem, ReadOnlySpan<double> theta, double factor)
    {
        double[] mean = problem.Gradient(theta), own = new double[theta.Length], product = new double[theta.Length],
            drift = new double[theta.Length];
        for (int i = 0; i < problem.Agents; i++)
        {
            problem.Agent(i).Gradient(theta, own);
            Lanczos.AddMultiple(own, -1, mean);
            problem.Agent(i).HessianVector(theta, own, product);
            Lanczos.AddMultiple(drift, factor / problem.Agents, product);
        }
        return drift;
    }

    private (double[]? Error, double? Gap) Truncation(NoiseEstimate noise)
    {
        if (noise.Batch is not { } batch)
        {
            Note("no truncation bias: the estimator does not say what its expectation is");
            return (null, null);
        }
        if (batch.Horizon is not { } horizon) return (new double[_theta.Length], 0);
        double[] error = _problem.TruncationError(_theta, horizon);
        return (error, Energy(error));
    }

    /// <summary>g' Abar^+ g / 2.</summary>
    private double Energy(double[] gradient) => Lanczos.Dot(_inverse!.Solve(gradient), gradient) / 2;

    private bool IsValid(double? gap, double? quadratic)
    {
        int before = _notes.Count;
        if (_inverse is not { } inverse) return false;
        if (Alpha * inverse.Largest > 0.5) Note($"alpha L = {Short(Alpha * inverse.Largest)} is not small");
        if (inverse.Smallest < -1e-2 * inverse.Largest)
            Note($"curvature reaches from {Short(inverse.Smallest)} to {Short(inverse.Largest)}");
        if (inverse.RelativeResidual > 0.1)
            Note($"A^+ leaves {Short(inverse.RelativeResidual)} of a right-hand side: biases are lower bounds");
        if (gap is { } g && quadratic is { } q && g > 1e-10 && (q > 3 * g || q < g / 3))
            Note(
                $"a quadratic objective with this gradient and curvature would have a gap of {Short(q)}: the "
                    + "minimum is too far for the laws");
        return _notes.Count == before;
    }

    private void Note(string note) => _notes.Add(note);

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>Other directions than the gradient have other laws.</summary>
    private static bool IsPlain(Experiment experiment) =>
        experiment.Resolved["gradient"]?["direction"] is not { } direction || (string?)direction == "plain";
}
