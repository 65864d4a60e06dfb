using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The tabular softmax policy of Eq. (2): pi(a|s) proportional to exp(theta[s,a]), d = S A. With contexts there is a table for each
/// different one, d = C S A: pi(a|s, z_i) proportional to exp(theta[c_i,s,a]), so that agents with different contexts share nothing. Starts
/// at theta = 0.
/// </summary>
public sealed class TabularSoftmax : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = TabularSoftmaxOptions.Name;

    /// <summary>Creates the policy.</summary>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    public TabularSoftmax(int states, int actions, TensorFormat format, AgentContexts? contexts = null)
        : base(
            Kind, states, actions, format,
            new ParameterLayout(
                [("theta", contexts is null ? [states, actions] : [contexts.DistinctCount, states, actions])]), contexts) { }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<FiniteMdp, TabularSoftmaxOptions>(
        "one logit for each state and action",
        (options, mdp, format) => SoftmaxActorCritic.Of(options.Critic, mdp.Actions, actions =>
            new TabularSoftmax(mdp.States, actions, format, AgentContexts.Of(mdp, options.Context))));

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) =>
        Contexts is null ? null : Layout.WithOwnRows(Layout.Slices, 0, Contexts.DistinctOf(agent));

    /// <inheritdoc/>
    public override bool ServesOtherTasks => false;

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor theta = parameters[0];
        if (Contexts is null) return theta;
        Tensor own = DistinctContextsOf(theta.shape[0]).unsqueeze(3).expand(-1, 1, States, Actions);
        return theta.gather(1, own).squeeze(1);
    }
}
