using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>What value estimators of tabular environments have in common.</summary>
internal abstract class TabularValueEstimator : ValueEstimator
{
    /// <summary>Prepares the work arrays for a block.</summary>
    protected TabularValueEstimator(EstimatorSetup setup)
        : base(setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Agents = [.. setup.Mdp.Agents.Skip(setup.First).Take(setup.Count)];
        Costs = [.. Agents.Select(agent => setup.Objective.Costs(agent))];
    }

    /// <summary>The agents of the block, [n].</summary>
    protected IReadOnlyList<AgentMdp> Agents { get; }

    /// <summary>Their costs, [n][S * A].</summary>
    protected IReadOnlyList<double[]> Costs { get; }
}
