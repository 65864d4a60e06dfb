using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Returns;

namespace FedPG.Federation.Estimators;

/// <summary>
/// The options of estimators of policy gradients. <see cref="ExactOptions"/> has them too and does not use them, so that switching the
/// estimator needs no other change of a file.
/// </summary>
public abstract record SampledGradientOptions : GradientOptions
{
    /// <summary>The most steps of a batch that are kept in memory.</summary>
    private const int MaxBatchSteps = 1 << 24;

    /// <summary>K, the steps after which trajectories are cut, 1 to 100,000; 50 by default.</summary>
    [Option("K, the length trajectories are truncated at", Minimum = 1, Maximum = 100_000)]
    public int Horizon { get; init; } = 50;

    /// <summary>B, the trajectories an agent samples for one gradient, 1 to 10^6; 32 by default.</summary>
    [Option("B, trajectories an agent samples for one gradient", Minimum = 1, Maximum = 1_000_000)]
    public int Trajectories { get; init; } = 32;

    /// <summary>What is subtracted from returns; leave-one-out by default, which needs at least 2 trajectories.</summary>
    [Option("the unbiased baseline")]
    public Baseline Baseline { get; init; } = Baseline.LeaveOneOut;

    /// <summary>
    /// The cost a step that the constant baseline subtracts; null (the default) for the cost of a reward of 0: 1 of regret, else 0.
    /// </summary>
    [Option("the cost per step that the constant baseline subtracts")]
    public double? BaselineValue { get; init; }

    /// <summary>
    /// lambda of the natural direction, 0 or more; null (the default) for 1e-4 in tabular and 0.1 in episodic environments.
    /// </summary>
    [Option("lambda that is added to the Fisher matrix, for the natural direction of policies that are no table", Minimum = 0)]
    public double? Damping { get; init; }

    /// <summary>
    /// The most steps of the natural direction's solver, 1 to 100,000; null (the default) for 100 in tabular and 10 in episodic
    /// environments.
    /// </summary>
    [Option("the most steps of conjugate gradients, for the same", Minimum = 1, Maximum = 100_000)]
    public int? SolverIterations { get; init; }

    /// <summary>How the natural direction is solved for. Only of options that were read, where both numbers are known.</summary>
    internal FisherOptions Fisher => new(Damping!.Value, SolverIterations!.Value);

    /// <summary>Reads the options.</summary>
    /// <typeparam name="TOptions">The record.</typeparam>
    /// <param name="reader">The gradient section.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="fisher">
    /// How the natural direction is solved for by default; null where there is none, so that its keys are unknown.
    /// </param>
    internal static TOptions Read<TOptions>(OptionReader reader, Objective objective, FisherOptions? fisher)
        where TOptions : SampledGradientOptions, new()
    {
        var defaults = new TOptions
        {
            BaselineValue = objective.Cost(0),
            Damping = fisher?.Damping,
            SolverIterations = fisher?.Iterations,
        };
        return ReadOwn(reader, defaults, fisher is null ? [nameof(Damping), nameof(SolverIterations)] : []);
    }

    /// <summary>The settings of a sampler, from options that were read.</summary>
    /// <param name="kind">Which costs multiply a score.</param>
    /// <param name="objective">How rewards become costs.</param>
    internal SamplerSettings Settings(ReturnKind kind, Objective objective) =>
        new(Horizon, Trajectories, kind, Baseline, BaselineValue!.Value, objective);

    /// <summary>Notes what is wrong with the options together, for estimators that use them.</summary>
    /// <param name="reader">The gradient section.</param>
    internal void Check(OptionReader reader)
    {
        if (Baseline == Baseline.LeaveOneOut && Trajectories < 2)
        {
            reader.Reject(
                "trajectories", "the baseline \"leave-one-out\" needs at least 2 trajectories (or choose \"none\" or \"constant\")");
        }
        if ((long)Horizon * Trajectories > MaxBatchSteps)
        {
            reader.Reject(
                "trajectories",
                $"times gradient.horizon {Horizon} gives more than {MaxBatchSteps} steps a batch, "
                + "which is the most that is kept in memory");
        }
    }
}

/// <summary>The score function with costs to go (GPOMDP; Baxter and Bartlett 2001).</summary>
public sealed record GpomdpOptions : SampledGradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "gpomdp";
}

/// <summary>The score function with all costs of a trajectory: the paper's Eq. (5) as printed.</summary>
public sealed record ReinforceOptions : SampledGradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "reinforce";
}

/// <summary>Exact gradients, where the environment is known well enough. Horizon, trajectories and baseline are not used.</summary>
public sealed record ExactOptions : SampledGradientOptions
{
    /// <inheritdoc/>
    public override string Estimator => "exact";
}
