using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>The tabular softmax policy of Eq. (2): pi(a|s) proportional to exp(theta[s,a]), d = S A. Starts at theta = 0.</summary>
public sealed class TabularSoftmax : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = "tabular-softmax";

    /// <summary>Creates the policy for S states and A actions.</summary>
    public TabularSoftmax(int states, int actions, TensorFormat format)
        : base(Kind, states, actions, format, new ParameterLayout([("theta", [states, actions])])) { }

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters) => parameters[0];
}
