using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.States;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="Scaffold"/>.</summary>
public sealed record ScaffoldOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "scaffold";

    /// <summary>
    /// How an agent's control variate is renewed, the option I or II of Eq. (4) of the paper; 1 by default.
    /// <para>1: c_i+ = g_i(x), the gradient at the server's parameters; here that of the first local step, so no batch is added.</para>
    /// <para>2: c_i+ = c_i - c + (x - y_i) / (H eta), the mean gradient along the local path.</para>
    /// </summary>
    [Option("how SCAFFOLD's controls are renewed: 1 by the gradient at the server's parameters, 2 by the local path",
        Minimum = 1, Maximum = 2)]
    public int Controls { get; init; } = 1;

    /// <summary>How local gradients are corrected; as published by default.</summary>
    [Option("how local gradients are corrected: as published, or scaled down where the gradient has become smaller than the memory of it")]
    public CorrectionKind Correction { get; init; }
}

/// <summary>
/// SCAFFOLD, Algorithm 1 of Karimireddy et al., "SCAFFOLD: stochastic controlled averaging for
/// federated learning" (ICML 2020; the paper's [15]).
/// <para>
/// Symbols: x = Theta of the server, y_i = the agents' rows, c = Control of the server, c_i = Control of the agents, eta_l = LocalStepSize,
/// eta_g = GlobalStepSize, K = H = LocalSteps (an agent's own number where it has one). Controls start at
/// 0, and a round uses those from before it throughout.
/// </para>
/// <para>Messages for each agent and round: up delta and control_change, down theta and control; with the first round's agents nothing but
/// theta_0 is shared.</para>
/// <para>
/// The controls of all agents have mean c, so that corrections cancel when all take part; in a round
/// of some agents they sum to zero in expectation only.
/// </para>
/// </summary>
internal sealed class Scaffold(ScaffoldOptions options, FederationOptions federation) : Algorithm<Scaffold.Server, Scaffold.Agents>
{
    private const string ControlName = "control";
    private readonly ServerOptimizer _optimizer = new(options);

    /// <summary>Its place in experiment files.</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<ScaffoldOptions>(
        "local steps corrected by control variates that agents keep", (options, federation) => new Scaffold(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps | AlgorithmTraits.EqualsCentralized
            | AlgorithmTraits.ServerPolicyGradient,
        MeanGradient = ControlName,
    };

    /// <summary>What the server keeps.</summary>
    /// <param name="Theta">x, [d].</param>
    /// <param name="Control">c, the mean of all c_i, [d].</param>
    public sealed record Server(Tensor Theta, Tensor Control) : ServerState(Theta);

    /// <summary>What each agent keeps.</summary>
    /// <param name="Control">c_i, [n, d].</param>
    /// <param name="Change">c_i+ - c_i of the latest round, between computing and sending it, [n, d].</param>
    public sealed record Agents(Tensor Control, Tensor Change);

    /// <inheritdoc/>
    internal override LimitLaws Limits =>
        federation.IsPlain && _optimizer.IsAveraging && options.Correction == CorrectionKind.Plain ? LimitLaws.Unbiased : LimitLaws.Unknown;

    /// <inheritdoc/>
    public override Server CreateServer(Tensor theta) => new(theta, zeros_like(theta).DetachFromDisposeScope())
    {
        Optimizer = _optimizer.CreateState(theta),
    };

    /// <inheritdoc/>
    public override Agents CreateAgents(Policy policy, int count) => new(AgentBlock.Rows(policy, count), AgentBlock.Rows(policy, count));

    /// <inheritdoc/>
    public override void Round(Server server, IAgents<Agents> agents, int t)
    {
        Tensor control = server.Control;
        Tensor delta = agents.Mean(Delta, LocalSteps, t);                           // lines 6-13, 16
        Tensor share = agents.MeanAndShare("control_change", SendChange, t).Share;  // lines 12-14, 16
        _optimizer.Step(server, delta, federation.GlobalStepSize);                  // line 17, Eq. (5): x
        control.Add(share);                                                         // line 17, Eq. (5): c += |S| / N mean(c_i+ - c_i)
        agents.Broadcast(Theta, server.Theta, t + 1);                               // line 5 of the next round
        agents.Broadcast(ControlName, control, t + 1);
    }

    /// <summary>Agents, lines 6 to 13: H corrected steps from x, and what they made of it.</summary>
    private Tensor LocalSteps(AgentBlock<Agents> agents, int t)
    {
        (Tensor y, Tensor x) = (agents.Theta, agents.Received[Theta]);
        (Tensor own, Tensor change) = agents.State;
        Tensor c = agents.Received.GetValueOrDefault(ControlName) ?? zeros_like(x);     // 0 before the first is sent
        double eta = federation.LocalStepSize.At(t);
        agents.ObserveCorrections(own, c);
        agents.Optimizer.Share(c, agents.Active);
        y.copy_(x);                                                                     // line 7
        bool guarded = options.Correction == CorrectionKind.Guarded;
        foreach (LocalStep step in agents.Steps(federation.LocalSteps))                 // line 8
        {
            if (options.Controls == 1 && step.Index == 0)
            {
                Tensor gradient = agents.Gradient(y, step, t);                          // line 9
                agents.Keep(change, gradient - own);                                    // line 12, option I
                if (agents.Learns) agents.Advance(step, t, eta, own, c, again: true, guarded: guarded);
                else if (guarded) agents.Descend(agents.Guarded(gradient, own, c, step), eta, step);
                else agents.Descend(gradient, own, c, eta, step);                       // line 10, Eq. (3)
            }
            else
            {
                agents.Advance(step, t, eta, own, c, guarded: guarded, localSteps: federation.LocalSteps);
                                             // lines 9 and 10
            }
            agents.ObserveDrift(x, step);
        }
        if (options.Controls == 2) agents.Keep(change, PathChange(agents, x - y, c, eta));  // line 12, option II
        return y - x;
    }

    /// <summary>(x - y_i) / (H eta) - c, which is c_i+ - c_i of option II; 0 where eta is, because nothing was learnt.</summary>
    private Tensor PathChange(AgentBlock<Agents> agents, Tensor moved, Tensor c, double eta)
    {
        if (eta == 0) return zeros_like(moved);
        double[] factors = [.. agents.StepCounts(federation.LocalSteps).Select(steps => steps == 0 ? 0 : 1 / (steps * eta))];
        return moved.mul_(tensor(factors, dtype: moved.dtype, device: moved.device).unsqueeze(1)).sub_(c);
    }

    /// <summary>Agents, lines 13 and 14: the change of the control, made and sent.</summary>
    private Tensor SendChange(AgentBlock<Agents> agents, int t)
    {
        (Tensor own, Tensor change) = agents.State;
        agents.Keep(own, own.Plus(federation.Messages.AsSent(change)));
        return change;
    }
}
