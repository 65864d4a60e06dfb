using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Orchard;

/// <summary>
/// An algorithm of one's own: local steps and averaging, where no agent's change is longer than <c>clip</c>, so that none can pull the others far away.
/// Messages for each agent and round: up delta, down theta.
/// </summary>
public sealed class ClippedAverage(FederationOptions options, double clip) : Algorithm<ServerState>
{
    public static AlgorithmDefinition Definition { get; } = new("clipped-average", "averaging of changes of bounded length", (reader, options) =>
    {
        // Keys of other algorithms, which the same file may hold, are known and not used.
        reader.Accept(["memory"]);
        double clip = reader.Number("clip", 1, NumberRange.Positive, "the longest change of an agent in a round");
        return () => new ClippedAverage(options, clip);
    });

    public override ServerState CreateServer(Tensor theta) => new(theta);

    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        server.Theta.AddMultiple(options.GlobalStepSize, agents.Mean(Delta, LocalSteps, t));
        agents.Broadcast(Theta, server.Theta);
    }

    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        for (int l = 0; l < options.LocalSteps; l++)
        {
            theta.sub_(agents.Gradient(theta, sameRows: l == 0, new BatchKey(t, l, Observe: l == 0)).Scale(options.LocalStepSize.At(t)));
            agents.ObserveDrift(thetabar);
        }
        Tensor change = theta - thetabar;
        // Held until the operation is done: TorchSharp does not keep a Scalar alive itself (FedPG.Policies.Scalars says more).
        using Scalar limit = clip;
        Tensor lengths = (change * change).sum([1L], keepdim: true).sqrt().clamp_min(limit);
        return change.Times(clip) / lengths;
    }
}
