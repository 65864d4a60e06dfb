using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Federation.Schedules;
using FedPG.Federation.Setup;
using FedPG.Policies;
using MathNet.Numerics;
using static TorchSharp.torch;

namespace FedPG.Experiments.Diagnosis;

/// <summary>Which theorem applies to an experiment, with which constants, and what follows for its settings. Deterministic.</summary>
internal sealed class Adviser
{
    private const int MaxPathSteps = 40, MeasureEvery = 10, Batches = 16, MaxAgents = 256;

    private readonly Experiment _experiment;
    private readonly double _constant;
        private readonly List<string> _reasons = [], _unknown = [];
    private readonly double[] _start;
    private readonly int _agents, _localSteps, _rounds;
    private readonly double _temperature;

    private Adviser(Experiment experiment, double constant, Policy policy)
    {
        (_experiment, _constant) = (experiment, constant);
        (_agents, _localSteps, _rounds) = (experiment.Environment.AgentNames.Count, experiment.Federation.LocalSteps, Math.Max(1,
            experiment.Federation.Rounds));
        _temperature = experiment.Entropy.At(experiment.Federation.Rounds);
        _start = experiment.InitialParameters
            ?? policy.InitialParameters(new StreamKey(experiment.Seed, StreamPurpose.Initialisation, 0, 0, 0));
    }

    private double Steps => (double)_agents * _localSteps * _rounds;

    /// <summary>The advice for an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="accuracy">
    /// The target: of J - J* where Theorem 2 applies, else of the mean ||grad J||^2; null for 1 % of what theta_0 has.
    /// </param>
    /// <param name="constant">C of Theorem 1, at least 1; the paper leaves it open.</param>
    public static Advice Of(Experiment experiment, double? accuracy = null, double constant = 1)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentOutOfRangeException.ThrowIfLessThan(constant, 1);
        using Policy policy = experiment.CreatePolicy(new TensorFormat(ScalarType.Float64, CPU));
        if (!policy.TakesGradients)
        {
            throw new InvalidInputException(new ValidationError(experiment.Name, "policy.kind", $"\"{experiment.PolicyKind}\"",
                $"advice is about policy gradients, which do not train this kind; federation.algorithm \"{experiment.AlgorithmName}\" "
                    + "has no theorem of the paper"));
        }
        return new Adviser(experiment, constant, policy).Advise(accuracy);
    }

    private Advice Advise(double? accuracy)
    {
        using KnownProblem? problem = ProblemFamily.Of(_experiment.Environment).CreateProblem(_experiment, _temperature);
        bool shares = SharesDynamics(problem);
        string domination = Domination(problem);
        string theorem = shares && domination == "gradient-domination" ? "theorem-2" : "theorem-3";
        if ((string?)_experiment.Resolved["gradient"]?["direction"] == "natural")
            _reasons.Add(
                "agents descend along the natural direction, which the theorems are not about: take what follows as that of the gradient");
        if (_experiment.Entropy is { IsUsed: true } entropy && entropy.From != entropy.To)
            _reasons.Add(FormattableString.Invariant(
                $"the entropy weight goes from {entropy.From} to {entropy.To}; all constants are those at its last value"));
        ExactPath? path = problem is null ? null : PathOf(problem);
        if (problem is null)
            _unknown.Add("J, its gradient and its optimum: only trajectories of this environment can be had, so L, D and mu are unknown");
        else if (problem.Optimum is null) _unknown.Add("J*: there is no average problem with a known optimum, so gaps and mu are unknown");
        if (path is { Smoothness: null }) _unknown.Add("L: this policy cannot be differentiated twice");
        if (path is { Smoothness: 0 }) _unknown.Add("a largest step: J does not change along the path, L is 0 and no step is too large");
        // Without a path nothing of the exact problem is within floating point.
        AdvisedConstants constants = Measure(path is null ? null : problem, path);
        AdvisedStep step = Step(constants, path);
        double? bias = problem is not null && path is { Smoothness: not null } && _agents <= MaxAgents
            ? Finite(Bias(problem, path, step.InFile))
            : null;
        return new Advice(
            _experiment.Name, _experiment.AlgorithmName, _agents, _localSteps, _experiment.Federation.Rounds, _start.Length, _temperature,
            theorem, domination, _reasons, constants, step, Needs(theorem, accuracy, constants, path),
            Predict(constants, step.InFile, bias), _unknown);
    }

    /// <summary>The path of exact steps; null where its numbers leave double precision.</summary>
    private ExactPath? PathOf(KnownProblem problem)
    {
        try
        {
            ExactPath path = ExactPath.Of(problem, _start, MaxPathSteps, MeasureEvery);
            double[] sizes = [path.Smoothness ?? 0, path.StartGap ?? 0, path.EndGap ?? 0, path.StartGradientNormSquared];
            if (sizes.All(double.IsFinite)) return path;
        }
        catch (NonConvergenceException)
        {
            // Said below.
        }
        _unknown.Add("J, its gradient and its optimum: their squares are beyond double precision, as rewards of this size make them");
        return null;
    }

    private bool SharesDynamics(KnownProblem? problem)
    {
        if (problem is { IsToldOfAgents: true })
        {
            _reasons.Add(
                "the policy is told of the agent that it acts for: J is the objective of an average problem over pairs of state and "
                + "context, of whose gradient domination nothing is proven here, so Theorem 2 is not claimed");
            return false;
        }
        bool? shares = problem?.SharesDynamics;
        _reasons.Add(shares switch
        {
            true => "all agents share dynamics and start distribution: Proposition 1 holds, J is the objective of the average problem",
            false => "the agents' dynamics differ: there is no average problem (Proposition 1), so Theorem 2 does not apply",
            null => "whether the agents share their dynamics is not known, so Theorem 2 cannot be claimed",
        });
        return shares == true;
    }

    private string Domination(KnownProblem? problem)
    {
        if (problem?.Domination is { } proven)
        {
            _reasons.AddRange(proven.Reasons);
            return proven.Name;
        }
        _reasons.Add(
            $"for policies of kind {_experiment.PolicyKind} no domination is proven here; mu is the local ratio that was measured");
        return "none-proven";
    }

    private AdvisedConstants Measure(KnownProblem? problem, ExactPath? path)
    {
        var meter = new NoiseMeter(_experiment);
        NoiseEstimate noise = meter.Measure(_start, Batches, _experiment.Federation.Rounds);
        double? truncation = problem is null || noise.Batch is null ? null : Truncation(problem, _start, noise);
        if (path is not null)
        {
            NoiseEstimate end = meter.Measure(path.End, Batches, _experiment.Federation.Rounds);
            if (end.Trace > noise.Trace) noise = end;
            if (truncation is { } first) truncation = Truncation(problem!, path.End, noise) is { } last ? Math.Max(first, last) : first;
        }
        double? smoothness = path?.Smoothness;
        if (problem is not null && smoothness is { } l && _agents <= MaxAgents)
            smoothness = Enumerable.Range(0, _agents).Select(problem.Agent)
                .SelectMany(agent => new[] { Diagnoser.Smoothness(agent, _start)!.Value, Diagnoser.Smoothness(agent, path!.End)!.Value })
                .Append(l).Max();
        return new AdvisedConstants(
            path?.Steps ?? 0, Finite(smoothness), Finite(problem?.SmoothnessBound), Finite(noise.Trace), Finite(noise.TraceError),
            noise.Batch?.Trajectories ?? 1, noise.Batch?.Horizon, Finite(truncation), Finite(path?.Mu), Finite(path?.WeakMu),
            Finite(path?.StartGap), Finite(path?.EndGap));
    }

    private double? Truncation(KnownProblem problem, double[] theta, NoiseEstimate noise) =>
        Diagnoser.Truncation(problem, theta, noise.Batch?.Horizon, _experiment.Environment.Discount);

    private AdvisedStep Step(AdvisedConstants constants, ExactPath? path)
    {
        double inFile = _experiment.Federation.LocalStepSize.At(0);
        double? admissible = constants.Smoothness is { } l ? Theorems.LargestStep(l, _localSteps, _constant) : null;
        double? byBound = constants.SmoothnessBound is { } bound ? Theorems.LargestStep(bound, _localSteps, _constant) : null;
        double? stability = 2 / (path?.Smoothness * _localSteps);
        return new AdvisedStep(
            inFile, _constant, Finite(admissible),
            Finite(constants.Smoothness is { } s ? Theorems.LargestStepOfLemma2(s, _localSteps) : null),
            Finite(byBound), Finite(constants.Mu is { } mu ? EtaOf(new Theorem2StepSize { Mu = mu }) : null), EtaOf(new Theorem3StepSize()),
            Finite(stability), Finite(inFile / admissible), Finite(stability / admissible), Finite(admissible / byBound));
    }

    private double EtaOf(StepSize stepSize) => new StepSizeSchedule(stepSize, _agents, _localSteps, _rounds).At(0);

    private AdvisedNeeds Needs(string theorem, double? accuracy, AdvisedConstants constants, ExactPath? path)
    {
        double variance = (constants.TraceSigma ?? double.NaN) / Math.Max(1, constants.Trajectories), each = (double)_agents * _localSteps;
        double? second = (constants.Smoothness, constants.Mu) is ({ } l, { } mu)
            ? Theorems.MinRounds2(l, mu, _agents, _localSteps, _constant)
            : null;
        double? third = constants.Smoothness is { } s ? Theorems.MinRounds3(s, _agents, _localSteps, _constant) : null;
        double? target = accuracy ?? (theorem == "theorem-2" ? constants.StartGap : path?.StartGradientNormSquared) / 100;
        double? needed = (theorem, target, constants.StartGap) switch
        {
            ("theorem-2", { } e, { } gap) when second is { } least =>
                Math.Max(least, Theorems.Min(t => Theorems.Gap2(gap, variance, constants.Mu!.Value, Math.Max(each * t, Math.E)) <= e)),
            ("theorem-3", { } e, { } gap) when third is { } least =>
                Math.Max(least,
                    Theorems.Min(t => Theorems.GradientNormSquared3(gap, variance, constants.Smoothness!.Value, each * t) <= e)),
            _ => null,
        };
        double discount = _experiment.Environment.Discount;
        return new AdvisedNeeds(Finite(target), Finite(second), Finite(third), Finite(needed), Theorems.MinHorizon(Steps, discount),
            Finite(needed) is { } t ? Theorems.MinHorizon(each * t, discount) : null);
    }

    private AdvisedPredictions Predict(AdvisedConstants constants, double eta, double? bias)
    {
        double variance = (constants.TraceSigma ?? double.NaN) / Math.Max(1, constants.Trajectories),
            alpha = _experiment.Federation.GlobalStepSize * eta * _localSteps;
        double? floor = variance == 0 ? 0 : alpha * variance * _experiment.CreateAlgorithm().Limits.Noise / (4.0 * _agents * _localSteps);
        return new AdvisedPredictions(
            Finite(floor), bias,
            Finite((constants.StartGap, constants.Mu) is ({ } gap, { } mu) ? Theorems.Gap2(gap, variance, mu, Steps) : null),
            Finite((constants.StartGap, constants.Smoothness) is ({ } start, { } l)
                ? Theorems.GradientNormSquared3(start, variance, l, Steps)
                : null));
    }

    private double Bias(KnownProblem problem, ExactPath path, double eta)
    {
        double[] drift = Certifier.PlainDrift(problem, path.End, eta * (_localSteps - 1) / 2);
        return Lanczos.Dot(new PositiveInverse(problem.Mean, path.End).Solve(drift), drift) / 2;
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
