using FedPG.Federation.Agents;
using FedPG.Federation.States;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedAvg"/>.</summary>
public sealed record FedAvgOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedavg";
}

/// <summary>
/// FedAvg-PG: local policy gradient steps and averaging (McMahan et al. 2017, Algorithm 1; the
/// paper's [6]), without any correction of the drift.
/// <para>Messages for each agent and round: up delta, down theta.</para>
/// </summary>
/// <param name="options">What the server does with the mean change.</param>
/// <param name="federation">H, eta and alpha_g.</param>
/// <param name="fullStepFirst">Whether one more step, of size 1, comes before the H local ones.</param>
/// <param name="plateau">How the server's step becomes shorter; null for never.</param>
internal sealed class FedAvg(AveragingOptions options, FederationOptions federation, bool fullStepFirst = false, Plateau? plateau = null)
    : Algorithm<ServerState>
{
    private readonly Plateau _plateau = plateau ?? Plateau.None;
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedAvgOptions>(
        "local steps and averaging", (options, federation) => new FedAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized
            | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    internal override LimitLaws Limits =>
        federation.IsPlain && _optimizer.IsAveraging && !fullStepFirst && _plateau.IsNone ? LimitLaws.PlainLocalSteps : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) =>
        _plateau.CreateServer(theta) with { Optimizer = _optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        Tensor delta = agents.Mean(Delta, LocalSteps, t);
        _optimizer.Step(server, delta, federation.GlobalStepSize * _plateau.Factor(server, delta));
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>theta_i &lt;- theta_i - eta ghat_i(theta_i), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps + (fullStepFirst ? 1 : 0)))
        {
            agents.Advance(step, t, fullStepFirst && step.Index == 0 ? 1 : federation.LocalStepSize.At(t));
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }
}
