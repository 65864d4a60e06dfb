using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The log-linear policy pi(a|s) proportional to exp(theta . phi(s,a)), with phi either given for every state and action, or made of state
/// features f(s) with one block of weights an action: theta . phi(s,a) = sum over m of f_m(s) theta[m,a]. Starts at theta = 0.
/// </summary>
public sealed class LogLinear : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = "log-linear";

    private readonly Tensor? _features;
    private readonly bool _perAction;

    private LogLinear(int states, int actions, TensorFormat format, Tensor? features, bool perAction, long[] shape)
        : base(Kind, states, actions, format, new ParameterLayout([("theta", shape)]))
    {
        (_features, _perAction) = (features, perAction);
        if (features is not null) register_buffer("features", features);
    }

    /// <summary>A policy on one-hot features of state and action; d = S A.</summary>
    public static LogLinear OneHot(int states, int actions, TensorFormat format) => new(states, actions, format, null, perAction: false, [states, actions]);

    /// <summary>A policy on state features f, [S, m]; d = m A.</summary>
    public static LogLinear OfStateFeatures(double[,] features, int actions, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        return new LogLinear(features.GetLength(0), actions, format, format.Constant(features), perAction: false, [features.GetLength(1), actions]);
    }

    /// <summary>A policy on given features phi of state and action, [S * A, d] row by row.</summary>
    public static LogLinear OfGivenFeatures(double[,] features, int actions, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        return new LogLinear(features.GetLength(0) / actions, actions, format, format.Constant(features), perAction: true, [features.GetLength(1)]);
    }

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor theta = parameters[0];
        if (_features is null) return theta;
        long n = theta.shape[0];
        // Batched over agents, and never as one large product: then an agent's numbers do not depend on how many others are in its block.
        Tensor features = _features.unsqueeze(0).expand(n, -1, -1);
        Tensor logits = _perAction ? bmm(features, theta.unsqueeze(2)).view(n, States, Actions) : bmm(features, theta);
        return logits;
    }
}
