using FedPG.Federation.Estimators.Episodic;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of <see cref="PolicyMirrorDescent"/>.</summary>
public sealed record PolicyMirrorDescentOptions : AveragingOptions
{
    /// <inheritdoc/>
    public override string Algorithm => "pmd";
}

/// <summary>
/// Policy mirror descent with the Kullback-Leibler proximal term, Xiao, "On the convergence rates of policy gradient methods" (JMLR 2022),
/// Eq. (37) and (39): pi &lt;- argmin over p of eta_k &lt;Q(s,.), p&gt; + KL(p, pi(.|s)) in
/// every state, in closed form pi exp(-eta_k Q) / Z.
/// <para>
/// In the logits of a tabular softmax this is theta &lt;- theta - eta_k Q, and so the natural direction (Q - V) / (1 - gamma) with the step
/// eta_k (1 - gamma): V is a constant of the state. A federated round is H such steps of every agent and the mean of the logits, the
/// normalised geometric mean of the policies; with one shared kernel and H = 1 it is the step on the average MDP, whose Q is the mean of
/// the agents'. That is <see cref="FedAvg"/> with the natural direction, and here composed of the two.
/// </para>
/// <para>
/// Where an environment is stepped, policies are networks (or Gaussians) on observations: the step is then taken within their class, argmin
/// over theta' of &lt;grad J, theta' - theta&gt; + KL / eta_k with the divergence to second order, which is the natural direction again
/// (<see cref="NaturalRolloutEstimator"/>).
/// </para>
/// <para>
/// With exact values and steps that grow geometrically (the step size schedule "geometric") the gap falls linearly; with a constant step as
/// 1/t at worst. Messages for each agent and round: up delta, down theta.
/// </para>
/// </summary>
internal static class PolicyMirrorDescent
{
    /// <summary>The algorithm as experiment files name it; eta_k = localStepSize / (1 - gamma).</summary>
    public static AlgorithmDefinition Definition { get; } = AlgorithmDefinition.For<PolicyMirrorDescentOptions>(
        "policy mirror descent: proximal steps in the policy, and averaging", (options, federation) => new FedAvg(options, federation)) with
    {
        Traits = AlgorithmTraits.PartialParticipation | AlgorithmTraits.OwnLocalSteps,
        Needs = new AlgorithmNeeds { PolicyKinds = [TabularSoftmax.Kind], AnyPolicyWhereEpisodic = true },
        DirectionOf = _ => "natural",
    };
}
