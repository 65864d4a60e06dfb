using FedPG.Policies.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// A softmax over logits of listed states: pi(a|s) proportional to exp z(s,a), where a policy says what z is and autograd differentiates
/// it. On the CPU the softmax itself and its derivative by the logits are taken in the tensors' memory (<see cref="SoftmaxRows"/>), as
/// torch needs ten operations for them; <see cref="TabularPolicy.forward(Tensor)"/>, which second derivatives are of, is torch's from end
/// to end.
/// </summary>
public abstract class SoftmaxPolicy : TabularPolicy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    protected SoftmaxPolicy(
        string kind, int states, int actions, TensorFormat format, ParameterLayout layout, AgentContexts? contexts = null)
        : base(kind, states, actions, format, layout, contexts) { }

    /// <inheritdoc/>
    public override PolicyEvaluation Evaluate(Tensor rows)
    {
        if (Format.Device.type != DeviceType.CPU) return base.Evaluate(rows);
        ArgumentNullException.ThrowIfNull(rows);
        RequireServed(rows);
        return Record(rows, Logits, logits => new SoftmaxHead(logits, Actions));
    }

    /// <summary>The logits z, [n, S, A], from the parameters in layout order, each [n, ...shape].</summary>
    protected abstract Tensor Logits(IReadOnlyList<Tensor> parameters);

    /// <summary>The same for a policy that this one is a part of.</summary>
    internal Tensor LogitsOf(IReadOnlyList<Tensor> parameters) => Logits(parameters);

    /// <inheritdoc/>
    protected sealed override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters) => LogSoftmax.OverLast(Logits(parameters));
}

/// <summary>log pi of logits, and the weights of logits that follow from those of log pi.</summary>
internal sealed class SoftmaxHead : EvaluationHead
{
    private readonly int _actions;

    /// <summary>Takes the logits, [n, S, A], on the CPU.</summary>
    public SoftmaxHead(Tensor logits, int actions)
        : base(empty(logits.shape, dtype: logits.dtype))
    {
        _actions = actions;
        Tensor z = logits.is_contiguous() ? logits : logits.detach().contiguous();
        if (z.dtype == ScalarType.Float64) SoftmaxRows.Logs<double>(Numbers<double>(z), actions, Numbers<double>(Values));
        else SoftmaxRows.Logs<float>(Numbers<float>(z), actions, Numbers<float>(Values));
    }

    /// <inheritdoc/>
    public override Tensor WeightsOfGraph(Tensor weights)
    {
        (Tensor given, Tensor result) = (Fitting(weights), empty_like(Values));
        if (Values.dtype == ScalarType.Float64)
            SoftmaxRows.Slopes<double>(Numbers<double>(Values), Numbers<double>(given), _actions, Numbers<double>(result));
        else SoftmaxRows.Slopes<float>(Numbers<float>(Values), Numbers<float>(given), _actions, Numbers<float>(result));
        return result;
    }
}
