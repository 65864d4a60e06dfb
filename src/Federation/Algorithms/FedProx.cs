using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="FedProx"/>.</summary>
public sealed record FedProxOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "fedprox";

    /// <summary>mu, the weight of the proximal term, 0 or more; 0.1 by default.</summary>
    [Option("mu, the weight of FedProx's proximal term; 0 gives fedavg", Minimum = 0)]
    public double Proximal { get; init; } = 0.1;
}

/// <summary>
/// FedProx: FedAvg with a term mu / 2 ||theta_i - thetabar||^2 in every agent's objective, Algorithm 2 of Li et al., "Federated
/// optimization in heterogeneous networks" (MLSys 2020), whose inexact local solver is H gradient steps here.
/// <para>Symbols: mu = proximal, eta = LocalStepSize, H = LocalSteps, thetabar = Theta.</para>
/// <para>Messages for each agent and round: up delta, down theta. Nobody keeps anything but thetabar.</para>
/// </summary>
internal sealed class FedProx(FedProxOptions options, FederationOptions federation) : Algorithm<ServerState>
{
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<FedProxOptions>(
        "local steps held back by a proximal term", (options, federation) => new FedProx(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized
            | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    /// <remarks>
    /// A step's share of the round shrinks by q = 1 - eta mu with every step after it: the round moves as S = sum q^k steps, k &lt; H. Its
    /// drift is that of plain steps times D / S over (H - 1) / 2, D = sum over l of q^(H - 1 - l) (1 + q + ... + q^(l - 1)), and its noise
    /// that times (sum q^2k) / S.
    /// </remarks>
    internal override LimitLaws Limits
    {
        get
        {
            if (!federation.IsPlain || !_optimizer.IsAveraging) return LimitLaws.Unknown;
            double q = 1 - (federation.LocalStepSize.At(Math.Max(0, federation.Rounds - 1)) * options.Proximal), moved = 0,
                squares = 0, drift = 0;
            for (int l = 0; l < federation.LocalSteps; l++)
            {
                // moved = 1 + q + ... + q^(l - 1) is how far step l stands from thetabar, in steps.
                drift = (q * drift) + moved;
                squares = (q * q * squares) + 1;
                moved = (q * moved) + 1;
            }
            if (moved <= 0) return LimitLaws.Unknown;  // such steps undo each other
            return new LimitLaws(federation.LocalSteps == 1 ? 1 : drift / moved / ((federation.LocalSteps - 1) / 2.0), squares / moved);
        }
    }

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = _optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        _optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), federation.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>theta_i &lt;- theta_i - eta (ghat_i(theta_i) + mu (theta_i - thetabar)), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))
        {
            agents.Advance(
                step, t, federation.LocalStepSize.At(t), gradient => gradient.AddMultiple(options.Proximal, theta - thetabar));
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }
}
