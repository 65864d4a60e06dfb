using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>
/// The example of docs/extend-algorithm.md. FedNova of Wang et al., "Tackling the objective inconsistency problem in heterogeneous
/// federated optimization" (NeurIPS 2020), with plain local steps: an agent's change counts per step it took.
/// </summary>
public sealed class FedNova(FedNovaOptions options, FederationOptions federation) : Algorithm<FedNova.Server>
{
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedNovaOptions>(
        "averaging of changes per local step", (options, federation) => new FedNova(options, federation)) with
    {
        Traits = AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.PartialParticipation | AlgorithmTraits.EqualsCentralized,
    };

    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="Move">What the last round moved thetabar by, [d].</param>
    public sealed record Server(Tensor Theta, Tensor Move) : ServerState(Theta);

    public override Server CreateServer(Tensor theta) => new(theta, zeros_like(theta).DetachFromDisposeScope());

    public override void Round(Server server, IAgents<NoState> agents, int t)
    {
        server.Move.Scale(options.NovaMomentum).Add(agents.Mean("delta_per_step", LocalSteps, t));
        server.Theta.AddMultiple(federation.GlobalStepSize * federation.LocalSteps, server.Move);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Descend(agents.Gradient(theta, step, t), federation.LocalStepSize.At(t), step);
            agents.ObserveDrift(thetabar, step);
        }
        double[] perStep = [.. agents.StepCounts(federation.LocalSteps).Select(steps => 1.0 / Math.Max(1, steps))];
        return (theta - thetabar).mul_(tensor(perStep, dtype: theta.dtype, device: theta.device).unsqueeze(1));
    }
}

public sealed record FedNovaOptions : AlgorithmOptions
{
    public override string Algorithm => "fednova";

    [Option("rho, what a round keeps of the last round's move", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double NovaMomentum { get; init; }
}
