using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>The tabular softmax policy of Eq. (2): pi(a|s) proportional to exp(theta[s,a]), d = S A. Starts at theta = 0.</summary>
public sealed class TabularSoftmax : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = TabularSoftmaxOptions.Name;

    /// <summary>Creates the policy for S states and A actions.</summary>
    public TabularSoftmax(int states, int actions, TensorFormat format)
        : base(Kind, states, actions, format, new ParameterLayout([("theta", [states, actions])])) { }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<FiniteMdp, TabularSoftmaxOptions>(
        "one logit for each state and action", (_, mdp, format) => new TabularSoftmax(mdp.States, mdp.Actions, format));

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters) => parameters[0];
}
