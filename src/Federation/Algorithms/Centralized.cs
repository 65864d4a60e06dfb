using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.Optimizers;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Centralized"/>.</summary>
public sealed record CentralizedOptions : AlgorithmOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "centralized";
}

/// <summary>
/// Centralised policy gradient on the average of the agents' objectives: H steps a round, each with all agents' gradients at the same
/// parameters. Agents never leave the server's parameters, so their drift is 0. A local optimiser works on the mean gradient, at the
/// server, which keeps its moments.
/// <para>Messages for each agent and round: H times up gradient and down theta.</para>
/// </summary>
internal sealed class Centralized(FederationOptions federation) : Algorithm<ServerState>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<CentralizedOptions>(
        "one policy, all agents' gradients at every step", (_, federation) => new Centralized(federation), CheckMoments) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.EqualsCentralized | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    internal override LimitLaws Limits => federation.IsPlain ? LimitLaws.Unbiased : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) =>
        new(theta) { Optimizer = Optimizers.LocalOptimizer.StateFor(federation.LocalOptimizer.Kind, theta) };

    /// <inheritdoc/>
    internal override bool StepsAtServer => true;

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        LocalOptimizerSettings settings = federation.LocalOptimizer;
        var optimizer = Optimizers.LocalOptimizer.With(settings, server.Optimizer);
        optimizer.BeginRound(null);
        double eta = federation.LocalStepSize.At(t) * federation.GlobalStepSize;
        for (int l = 0; l < federation.LocalSteps; l++)
        {
            int step = l;
            Tensor gradient = agents.Mean("gradient", (block, round) => Gradient(block, round, step), t);
            if (settings.IsPlain) server.Theta.sub_(gradient.Scale(eta));
            else optimizer.Step(server.Theta, gradient, eta, null);
            agents.Broadcast(Theta, server.Theta, l + 1 < federation.LocalSteps ? t : t + 1);
        }
    }

    private static void CheckMoments(CentralizedOptions options, FederationOptions federation, OptionReader reader)
    {
        if (options.LocalOptimizerState == LocalOptimizerState.Averaged)
        {
            reader.Reject(
                "localOptimizerState",
                "cannot be \"averaged\" with federation.algorithm \"centralized\", whose server keeps the only moments; "
                + "allowed there: \"kept\" | \"reset\"");
        }
    }

    private static Tensor Gradient(AgentBlock<NoState> agents, int t, int l)
    {
        agents.Theta.copy_(agents.Received[Theta]);
        return agents.Gradient(agents.Theta, sameRows: true, new BatchKey(t, l, Observe: l == 0, agents.Active));
    }
}
