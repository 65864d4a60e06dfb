using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Setup;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Threads;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// The agents as the round loop sees them: what algorithms see, and beside it the logs and the states that checkpoints store.
/// </summary>
internal interface IFederationAgents : IAgentCalls, IDisposable
{
    /// <summary>What crossed.</summary>
    ExchangeLedger Ledger { get; }

    /// <summary>Transitions sampled since these agents were made.</summary>
    long EnvSteps { get; }

    /// <summary>Trajectories sampled since these agents were made; 0 where the estimator samples none, or does not say how many.</summary>
    long Trajectories { get; }

    /// <summary>What agents and server recorded since the latest call, by name.</summary>
    RoundMetrics TakeMetrics();

    /// <summary>All agents' latest observed batches together.</summary>
    RolloutStatistics Rollouts();

    /// <summary>Called before the algorithm begins a round, and between rounds by that; blocks may be moved and backed up here.</summary>
    /// <param name="round">t; <see cref="Algorithm.StartRound"/> before the exchange that precedes round 0.</param>
    void BeginRound(int round);

    /// <summary>
    /// What the agents keep, between two rounds. The tensors may be overwritten, and then be handed to <see cref="Restore"/>; they last
    /// until the end of the caller's dispose scope at least.
    /// </summary>
    AgentStates States();

    /// <summary>Goes on from states: those of <see cref="States"/>, filled in anew.</summary>
    void Restore(AgentStates states);
}

/// <summary>What all agents keep from round to round.</summary>
/// <param name="Rows">By name, the rows that agents and their oracles keep, as the pieces of the blocks in order, [n, ...] each.</param>
/// <param name="Received">What the server has sent, by name, [d].</param>
internal sealed record AgentStates(IReadOnlyList<(string Name, IReadOnlyList<Tensor> Pieces)> Rows,
    IReadOnlyDictionary<string, Tensor> Received);

/// <summary>What agents are made from.</summary>
/// <param name="Training">What is trained, and how.</param>
/// <param name="Algorithm">The algorithm of the server.</param>
/// <param name="Format">The type of tensors, and where the server's live.</param>
/// <param name="Layout">How the policy's parameters are laid out.</param>
/// <param name="Theta">theta_0, [d], which all agents know from the start.</param>
/// <param name="Pool">The threads of this process.</param>
internal sealed record AgentsSetup(
    TrainingSetup Training, Algorithm Algorithm, TensorFormat Format, ParameterLayout Layout, Tensor Theta, WorkerPool Pool)
{
    /// <summary>The agents' names, in the order of their index.</summary>
    public IReadOnlyList<string> Names => Training.Environment.AgentNames;
}
