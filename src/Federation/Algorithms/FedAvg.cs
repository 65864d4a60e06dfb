using FedPG.Federation.Agents;
using FedPG.Federation.States;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// FedAvg-PG: local policy gradient steps and averaging (McMahan et al. 2017, Algorithm 1; the paper's [6]), without any correction of the drift.
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
public sealed class FedAvg(FederationOptions options, ServerOptimizer optimizer) : Algorithm<ServerState>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = new("fedavg", "local steps and averaging", (reader, options) =>
    {
        ServerOptimizer optimizer = ServerOptimizer.Read(reader);
        return () => new FedAvg(options, optimizer);
    })
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    public override LimitLaws Limits => options.IsPlain && optimizer.IsAveraging ? LimitLaws.PlainLocalSteps : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), options.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>theta_i &lt;- theta_i - eta ghat_i(theta_i), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(options.LocalSteps))
        {
            agents.Descend(agents.Gradient(theta, step, t), options.LocalStepSize.At(t), step);
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }
}
