using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>Agents that say themselves what a policy is worth to them, because nobody else can know.</summary>
internal interface IOwnObjectives
{
    /// <summary>
    /// Each agent's objective, [N], and its standard error where it is an estimate; null for agents that cannot be asked now.
    /// </summary>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    IReadOnlyList<(double Objective, double? Error)?> Objectives(Tensor theta, double? temperature);
}

/// <summary>
/// What the server knows of its policy when the environments are somewhere else: the mean of what the agents say. Not thread-safe.
/// </summary>
/// <param name="agents">The agents.</param>
/// <param name="policy">A policy instance of the evaluator's own; disposed with it.</param>
internal sealed class SiteEvaluator(IOwnObjectives agents, Policy policy) : Evaluator
{
    /// <inheritdoc/>
    public override double? Optimal => null;

    /// <inheritdoc/>
    public override double? Uniform => null;

    /// <inheritdoc/>
    public override double[]? AgentOptima => null;

    /// <inheritdoc/>
    public override bool IsEstimate => true;

    /// <inheritdoc/>
    public override void Dispose() => policy.Dispose();

    /// <inheritdoc/>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        IReadOnlyList<(double Objective, double? Error)?> told = agents.Objectives(theta, temperature);
        (double Objective, double? Error)[] known = [.. told.OfType<(double Objective, double? Error)>()];
        double mean = known.Sum(k => k.Objective) / known.Length;
        double? error = Array.TrueForAll(known, k => k.Error is not null)
            ? Math.Sqrt(known.Sum(k => k.Error!.Value * k.Error.Value)) / known.Length
            : null;
        double[] objectives = [.. told.Select(t => t?.Objective ?? double.NaN)];
        return new EvaluationResult(mean, Gap: null, GradientNormSquared: null, objectives, null, null) { ObjectiveError = error };
    }
}
