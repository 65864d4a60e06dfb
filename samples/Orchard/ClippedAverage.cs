using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Orchard;

/// <summary>The options of <see cref="ClippedAverage"/>.</summary>
public sealed record ClippedAverageOptions : AlgorithmOptions
{
    public override string Algorithm => "clipped-average";

    [Option("the longest change of an agent in a round", Minimum = 0, OpenMinimum = true)]
    public double Clip { get; init; } = 1;
}

/// <summary>
/// An algorithm of one's own: local steps and averaging, where no agent's change is longer than <c>clip</c>, so that none can pull the
/// others far away. Messages for each agent and round: up delta, down theta.
/// </summary>
public sealed class ClippedAverage(ClippedAverageOptions options, FederationOptions federation) : Algorithm<ServerState>
{
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<ClippedAverageOptions>(
        "averaging of changes of bounded length", (options, federation) => new ClippedAverage(options, federation));

    public override ServerState CreateServer(Tensor theta) => new(theta);

    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        server.Theta.AddMultiple(federation.GlobalStepSize, agents.Mean(Delta, LocalSteps, t));
        agents.Broadcast(Theta, server.Theta);
    }

    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        for (int l = 0; l < federation.LocalSteps; l++)
        {
            theta.sub_(agents.Gradient(theta, sameRows: l == 0, new BatchKey(t, l, Observe: l == 0)).Scale(federation.LocalStepSize.At(t)));
            agents.ObserveDrift(thetabar);
        }
        Tensor change = theta - thetabar;
        // Held until the operation is done: TorchSharp does not keep a Scalar alive itself (FedPG.Policies.Scalars says more).
        using Scalar limit = options.Clip;
        Tensor lengths = (change * change).sum([1L], keepdim: true).sqrt().clamp_min(limit);
        return change.Times(options.Clip) / lengths;
    }
}
