using FedPG.Envs.Derivatives;
using FedPG.Envs.LinearQuadratic;

namespace FedPG.Federation.Evaluation.LinearQuadratic;

/// <summary>The exact problem of linear-quadratic control. The linear policy has no entropy term: its entropy is a constant.</summary>
/// <param name="problem">All agents' problems.</param>
/// <param name="standardDeviation">The policy's noise.</param>
internal sealed class LinearQuadraticKnown(LinearQuadraticProblem problem, double standardDeviation) : KnownProblem
{
    /// <inheritdoc/>
    public override IDifferentiableObjective Mean { get; } = problem.MeanObjective(standardDeviation);

    /// <inheritdoc/>
    public override int Agents => problem.Agents.Count;

    /// <inheritdoc/>
    public override double? Optimum => problem.SharesDynamics ? problem.Optimum(problem.AverageAgent(), standardDeviation) : null;

    /// <inheritdoc/>
    public override bool SharesDynamics => problem.SharesDynamics;

    /// <inheritdoc/>
    public override ProvenDomination? Domination => problem.Steps != 0 ? null : new ProvenDomination(ProvenDomination.Gradient,
        ["the linear policy of an endless linear-quadratic problem is gradient-dominated, Eq. (12), while its cost is finite"]);

    /// <inheritdoc/>
    public override IDifferentiableObjective Agent(int agent) => problem.ObjectiveOf(problem.Agents[agent], standardDeviation);

    /// <inheritdoc/>
    public override void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient)
    {
        var truncated = new LinearQuadraticProblem(
            problem.Name, problem.Discount, horizon, problem.StartCovariance, problem.InitialGain, problem.Agents);
        truncated.MeanObjective(standardDeviation).Gradient(theta, gradient);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }
}
