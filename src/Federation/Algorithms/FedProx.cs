using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// FedProx: FedAvg with a term mu / 2 ||theta_i - thetabar||^2 in every agent's objective, Algorithm 2 of Li et al., "Federated optimization in heterogeneous
/// networks" (MLSys 2020), whose inexact local solver is H gradient steps here.
/// <para>Symbols: mu = proximal, eta = LocalStepSize, H = LocalSteps, thetabar = Theta.</para>
/// <para>Messages for each agent and round: up delta, down theta. Nobody keeps anything but thetabar.</para>
/// </summary>
public sealed class FedProx(FederationOptions options, double proximal, ServerOptimizer optimizer) : Algorithm<ServerState>
{
    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = new("fedprox", "local steps held back by a proximal term", (reader, options) =>
    {
        double proximal = reader.Number("proximal", 0.1, NumberRange.NonNegative, "mu, the weight of FedProx's proximal term; 0 gives fedavg");
        ServerOptimizer optimizer = ServerOptimizer.Read(reader);
        return () => new FedProx(options, proximal, optimizer);
    })
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized | AlgorithmTraits.ServerPolicyGradient,
    };

    /// <inheritdoc/>
    /// <remarks>
    /// A step's share of the round shrinks by q = 1 - eta mu with every step after it: the round moves as S = sum q^k steps, k &lt; H. Its drift is that of
    /// plain steps times D / S over (H - 1) / 2, D = sum over l of q^(H - 1 - l) (1 + q + ... + q^(l - 1)), and its noise that times (sum q^2k) / S.
    /// </remarks>
    public override LimitLaws Limits
    {
        get
        {
            if (!options.IsPlain || !optimizer.IsAveraging) return LimitLaws.Unknown;
            double q = 1 - (options.LocalStepSize.At(Math.Max(0, options.Rounds - 1)) * proximal), moved = 0, squares = 0, drift = 0;
            for (int l = 0; l < options.LocalSteps; l++)
            {
                // moved = 1 + q + ... + q^(l - 1) is how far step l stands from thetabar, in steps.
                drift = (q * drift) + moved;
                squares = (q * q * squares) + 1;
                moved = (q * moved) + 1;
            }
            if (moved <= 0) return LimitLaws.Unknown;  // such steps undo each other
            return new LimitLaws(options.LocalSteps == 1 ? 1 : drift / moved / ((options.LocalSteps - 1) / 2.0), squares / moved);
        }
    }

    /// <inheritdoc/>
    public override ServerState CreateServer(Tensor theta) => new(theta) { Optimizer = optimizer.CreateState(theta) };

    /// <inheritdoc/>
    public override void Round(ServerState server, IAgents<NoState> agents, int t)
    {
        optimizer.Step(server, agents.Mean(Delta, LocalSteps, t), options.GlobalStepSize);
        agents.Broadcast(Theta, server.Theta, t + 1);
    }

    /// <summary>theta_i &lt;- theta_i - eta (ghat_i(theta_i) + mu (theta_i - thetabar)), H times from thetabar.</summary>
    private Tensor LocalSteps(AgentBlock<NoState> agents, int t)
    {
        (Tensor theta, Tensor thetabar) = (agents.Theta, agents.Received[Theta]);
        theta.copy_(thetabar);
        foreach (LocalStep step in agents.Steps(options.LocalSteps))
        {
            Tensor gradient = agents.Gradient(theta, step, t);
            agents.Descend(gradient.AddMultiple(proximal, theta - thetabar), options.LocalStepSize.At(t), step);
            agents.ObserveDrift(thetabar, step);
        }
        return theta - thetabar;
    }
}
