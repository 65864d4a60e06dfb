using static TorchSharp.torch;

namespace FedPG.Policies;

/// <summary>One evaluation of a policy for n agents, good for one backward pass.</summary>
public sealed class PolicyEvaluation
{
    private readonly Policy _policy;
    private readonly Func<int, Tensor>? _gradientOf;
    private readonly ParameterLeaves? _leaves;
    private readonly EvaluationHead? _head;
    private readonly Tensor _graph;

    /// <summary>Wraps the evaluation of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="output">
    /// What was evaluated, with its graph: log pi, [n, S, A] of listed states, [n, M] of pairs met, or other numbers of those pairs.
    /// </param>
    /// <param name="gradientOf">After the backward pass, the gradient of parameter k of the layout, [n, ...shape].</param>
    public PolicyEvaluation(Policy policy, Tensor output, Func<int, Tensor> gradientOf)
    {
        ArgumentNullException.ThrowIfNull(output);
        (_policy, _graph, _gradientOf) = (policy, output, gradientOf);
        Output = output.detach();
    }

    /// <summary>Wraps an evaluation whose last part is not autograd's.</summary>
    internal PolicyEvaluation(Policy policy, Tensor graph, EvaluationHead? head, Func<int, Tensor> gradientOf)
    {
        (_policy, _graph, _head, _gradientOf) = (policy, graph, head, gradientOf);
        Output = head?.Values ?? graph.detach();
    }

    /// <summary>Wraps an evaluation at leaves that are used again.</summary>
    internal PolicyEvaluation(Policy policy, Tensor graph, EvaluationHead? head, ParameterLeaves leaves)
    {
        (_policy, _graph, _head, _leaves) = (policy, graph, head, leaves);
        Output = head?.Values ?? graph.detach();
    }

    /// <summary>What was evaluated, without a graph: log pi, [n, S, A] or [n, M], unless other numbers were asked for.</summary>
    public Tensor Output { get; }

    /// <summary>The gradients of sum over s, a (or pairs) of W_i(s,a) log pi_i(a|s), for all n agents in one pass.</summary>
    /// <param name="weights">W, of the shape of what was evaluated.</param>
    /// <param name="gradients">Where they are written, [n, d].</param>
    public void Backward(Tensor weights, Tensor gradients)
    {
        _graph.backward([_head is null ? weights : _head.WeightsOfGraph(weights)]);
        using var noGrad = no_grad();
        if (_gradientOf is null)
        {
            _leaves!.MoveGradients(gradients);
            return;
        }
        int k = 0;
        foreach (Tensor slice in _policy.Split(gradients)) slice.copy_(_gradientOf(k++));
    }
}
