using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>
/// The example of docs/extend-algorithm.md. FedNova of Wang et al., "Tackling the objective inconsistency problem in heterogeneous federated
/// optimization" (NeurIPS 2020), with plain local steps: an agent's change counts per step it took.
/// </summary>
public sealed class FedNova(FederationOptions options, double momentum) : Algorithm<FedNova.Server>
{
    public static AlgorithmDefinition Definition { get; } = new("fednova", "averaging of changes per local step", (reader, options) =>
    {
        double momentum = reader.Number("novaMomentum", 0, new(0, 1, OpenMaximum: true), "rho, what a round keeps of the last round's move");
        return () => new FedNova(options, momentum);
    })
    {
        Traits = AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.PartialParticipation | AlgorithmTraits.EqualsCentralized,
    };

    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="Move">What the last round moved thetabar by, [d].</param>
    public sealed record Server(Tensor Theta, Tensor Move) : ServerState(Theta);

    public override Server CreateServer(Tensor theta) => new(theta, zeros_like(theta).DetachFromDisposeScope());

    public override void Round(Server server, IAgents<NoState> agents, int t)
    {
        server.Move.Scale(momentum).Add(agents.Mean("delta_per_step", LocalSteps, t));
        server.Theta.AddMultiple(options.GlobalStepSize * options.LocalSteps, server.Move);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(options.LocalSteps))
        {
            agents.Descend(agents.Gradient(theta, step, t), options.LocalStepSize.At(t), step);
            agents.ObserveDrift(thetabar, step);
        }
        double[] perStep = [.. agents.StepCounts(options.LocalSteps).Select(steps => 1.0 / Math.Max(1, steps))];
        return (theta - thetabar).mul_(tensor(perStep, dtype: theta.dtype, device: theta.device).unsqueeze(1));
    }
}
