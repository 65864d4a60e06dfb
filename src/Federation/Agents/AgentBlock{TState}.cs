using FedPG.Federation.Estimators;
using FedPG.Policies;

namespace FedPG.Federation.Agents;

/// <summary>A block of agents with the state that their algorithm keeps of them.</summary>
/// <typeparam name="TState">The state record, a record of tensors with rows, [n, ...].</typeparam>
public sealed class AgentBlock<TState> : AgentBlock
    where TState : class
{
    /// <summary>Creates the block.</summary>
    /// <param name="first">The index of its first agent.</param>
    /// <param name="count">n.</param>
    /// <param name="policy">The block's own policy instance; disposed with the block.</param>
    /// <param name="estimator">The block's own estimator; disposed with the block.</param>
    /// <param name="state">The agents' state, rows [n, ...]; disposed with the block.</param>
    internal AgentBlock(int first, int count, Policy policy, IGradientEstimator estimator, TState state)
        : base(first, count, policy, estimator) => State = state;

    /// <summary>What the algorithm keeps of these agents from round to round.</summary>
    public TState State { get; }

    /// <inheritdoc/>
    internal override object StateRecord => State;
}
