using FedPG.Federation.Agents;
using FedPG.Federation.Oracles;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// FedAvg-PG: local policy gradient steps and averaging (McMahan et al. 2017; the paper's [6]), without any correction of the drift.
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
public sealed class FedAvg(FederationOptions options) : Algorithm
{
    /// <inheritdoc/>
    public override LimitLaws Limits => LimitLaws.PlainLocalSteps;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta);

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents agents, int t)
    {
        server.Theta.AddMultiple(options.GlobalStepSize, agents.Mean(new Uplink(Delta, LocalSteps), t));
        agents.Broadcast(Theta, server.Theta);
    }

    /// <summary>theta_i &lt;- theta_i - eta ghat_i(theta_i), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        for (int l = 0; l < options.LocalSteps; l++)
        {
            theta.sub_(agents.Gradient(theta, sameRows: l == 0, new BatchKey(t, l, Observe: l == 0)).Scale(options.LocalStepSize.At(t)));
            agents.ObserveDrift(thetabar);
        }
        return theta - thetabar;
    }
}
