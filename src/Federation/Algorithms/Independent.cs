using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Independent"/>.</summary>
public sealed record IndependentOptions : AlgorithmOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "independent";
}

/// <summary>
/// No federation at all: every agent improves a policy of its own, on its own objective, and is evaluated by it. thetabar is the mean of
/// the agents' parameters; no agent ever sees it. It is what any algorithm comes to where agents share nothing (<c>policy.personal</c>
/// "all").
/// <para>Messages: none.</para>
/// </summary>
internal sealed class Independent(FederationOptions federation) : Algorithm<ServerState, Independent.Agents>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<IndependentOptions>(
        "every agent for itself, without a message", (_, federation) => new Independent(federation)) with
    {
        Traits = AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized,
    };

    /// <summary>What each agent keeps.</summary>
    /// <param name="Theta">theta_i, [n, d].</param>
    public sealed record Agents(Tensor Theta);

    /// <inheritdoc/>
    public override string OwnParameters => nameof(Agents.Theta);

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta);

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Start(ServerState server, IAgents<Agents> agents) =>
        agents.Run((block, _) => block.State.Theta.copy_(block.Received[Theta]), 0);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<Agents> agents, int t)
    {
        agents.Show(Theta, server.Theta);
        agents.Run(LocalSteps, t);
        server.Theta.copy_(agents.Inspect(block => block.State.Theta, t));
    }

    /// <summary>theta_i &lt;- theta_i + alpha_g Delta_i, where Delta_i is what H steps along -eta ghat_i make of theta_i.</summary>
    private void LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor theta, Tensor own) = (agents.Theta, agents.State.Theta);
        theta.copy_(own);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(step, t, federation.LocalStepSize.At(t), fromEqualRows: false);
            agents.ObserveDrift(agents.Seen[Theta], step);  // seen from outside, as the evaluation is
        }
        own.AddMultiple(federation.GlobalStepSize, theta - own);
    }
}
