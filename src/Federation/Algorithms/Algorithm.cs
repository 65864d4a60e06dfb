using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.Optimizers;
using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// A federated algorithm as what runs it knows it, whatever its state is. One's own derives from <see cref="Algorithm{TServer, TAgents}"/>,
/// or from <see cref="Algorithm{TServer}"/> where agents keep nothing.
/// </summary>
public abstract class Algorithm
{
    /// <summary>Names of messages that several algorithms use.</summary>
    public const string Theta = "theta", Delta = "delta";

    /// <summary>The number that the exchange before round 0 goes by, where rounds are counted.</summary>
    public const int StartRound = -1;

    private protected Algorithm() { }

    /// <summary>Where the algorithm ends, for the certificate of a run.</summary>
    internal virtual LimitLaws Limits => LimitLaws.Unknown;

    /// <summary>
    /// The name of the property of the agents' state that holds parameters of their own, [n, d], by which evaluations judge them; null (the
    /// default) where thetabar serves all agents.
    /// </summary>
    public virtual string? OwnParameters => null;

    /// <summary>What agents make of the directions of their local steps; the moments that it averages are part of a round.</summary>
    internal LocalOptimizerSettings LocalOptimizer { get; set; } = LocalOptimizerSettings.Plain;

    /// <summary>
    /// Whether the server takes the steps of the local optimiser, so that agents keep no moments for it; false by default.
    /// </summary>
    internal virtual bool StepsAtServer => false;

    /// <summary>The server's state before round 0.</summary>
    /// <param name="theta">theta_0, [d]; owned by the state from now on.</param>
    internal abstract ServerState NewServer(Tensor theta);

    /// <summary>A block of agents before round 0. It owns policy and estimator.</summary>
    internal abstract AgentBlock NewBlock(int first, int count, Policy policy, IGradientEstimator estimator);

    /// <summary>Runs round t, or the exchange before round 0 where t is <see cref="StartRound"/>.</summary>
    internal abstract void Run(ServerState server, IAgentCalls agents, int t);
}

/// <summary>
/// A federated algorithm: what the server does in a round, and the functions that agents run. The object itself keeps nothing between
/// calls: the state of the server and of the agents are records that are handed in, so that a run can
/// be stopped, moved and resumed anywhere between rounds.
/// </summary>
/// <typeparam name="TServer">What the server keeps.</typeparam>
/// <typeparam name="TAgents">What a block of agents keeps: a record of tensors with rows, [n, ...].</typeparam>
public abstract class Algorithm<TServer, TAgents> : Algorithm
    where TServer : ServerState
    where TAgents : class
{
    /// <summary>The server's state before round 0; its <see cref="ServerState.Theta"/>, [d], is thetabar.</summary>
    /// <param name="theta">theta_0, [d]; owned by the state from now on.</param>
    public abstract TServer CreateServer(Tensor theta);

    /// <summary>The state of a block of agents before round 0, rows [n, ...].</summary>
    /// <param name="policy">The block's policy.</param>
    /// <param name="count">n.</param>
    public abstract TAgents CreateAgents(Policy policy, int count);

    /// <summary>What happens before round 0; nothing by default. The agents know theta_0 already: it is an input, not a message.</summary>
    /// <param name="server">What the server keeps.</param>
    /// <param name="agents">The agents.</param>
    public virtual void Start(TServer server, IAgents<TAgents> agents) { }

    /// <summary>
    /// Communication round t. Called within a dispose scope and without gradients being recorded. What it asks of agents, and in which
    /// order, follows from the options and t alone, not from the server's numbers: agents elsewhere find the functions to run by following
    /// the round. A run checks that before it starts.
    /// </summary>
    /// <param name="server">What the server keeps.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="t">The round, 0 for the first.</param>
    public abstract void Round(TServer server, IAgents<TAgents> agents, int t);

    internal sealed override ServerState NewServer(Tensor theta) => CreateServer(theta);

    internal sealed override AgentBlock NewBlock(int first, int count, Policy policy, IGradientEstimator estimator) =>
        new AgentBlock<TAgents>(first, count, policy, estimator, CreateAgents(policy, count));

    internal sealed override void Run(ServerState server, IAgentCalls agents, int t)
    {
        var typed = new TypedAgents<TAgents>(agents);
        if (t == StartRound)
        {
            Start((TServer)server, typed);
            return;
        }
        Round((TServer)server, typed, t);
        if (LocalOptimizer.State == LocalOptimizerState.Averaged) AverageMoments(typed, t);
    }

    /// <summary>
    /// The moments of those that took part, averaged, go to those of the next round: up and down local_moment1, local_moment2.
    /// </summary>
    private void AverageMoments(TypedAgents<TAgents> agents, int t)
    {
        for (int k = 0; k < Optimizers.LocalOptimizer.MomentsOf(LocalOptimizer.Kind); k++)
        {
            (int moment, string name) = (k, $"local_moment{k + 1}");
            agents.Broadcast(name, agents.Mean(name, (block, _) => block.Optimizer.MomentOf(moment), t), t + 1);
            agents.Run((block, _) => block.Optimizer.Take(moment, block.Received[name], block.Active), t + 1);
        }
    }
}

/// <summary>A federated algorithm whose agents keep nothing from round to round.</summary>
/// <typeparam name="TServer">What the server keeps.</typeparam>
public abstract class Algorithm<TServer> : Algorithm<TServer, NoState>
    where TServer : ServerState
{
    /// <inheritdoc/>
    public sealed override NoState CreateAgents(Policy policy, int count) => NoState.Instance;
}
