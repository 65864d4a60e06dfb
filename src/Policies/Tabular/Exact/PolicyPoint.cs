using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular.Exact;

/// <summary>
/// A policy at one theta with its graph, differentiable twice: log pi, its derivative J v along a direction, and J' W. With contexts theta
/// gives a policy for each of G agents; log pi, J v and W are then those of all of them, one after another. Moving to the same theta again
/// is free. Not thread-safe; the policy is not disposed.
/// </summary>
internal sealed class PolicyPoint : IDisposable
{
    private readonly TabularPolicy _policy;
    private readonly double[] _theta;
    private readonly double[] _logPolicy;
    private readonly int[] _agents;
    private Tensor? _rows, _graph;

    /// <summary>Starts nowhere.</summary>
    /// <param name="policy">The policy, Float64.</param>
    /// <param name="agents">The agents whose policies are looked at, one of each group; not used without contexts.</param>
    public PolicyPoint(TabularPolicy policy, params IEnumerable<int> agents)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Format.Dtype != ScalarType.Float64)
            throw new ArgumentException($"exact derivatives need a Float64 policy; this one has {policy.Format.Dtype}", nameof(policy));
        _policy = policy;
        _agents = policy.Contexts is null ? [0] : [.. agents];
        (_theta, _logPolicy) = (new double[policy.Layout.Length], new double[_agents.Length * policy.States * policy.Actions]);
    }

    /// <summary>d.</summary>
    public int Dimension => _theta.Length;

    /// <summary>Counts the moves, so that others see whether what they know is of this theta.</summary>
    public long Version { get; private set; }

    /// <summary>log pi(a|s), [G, S, A].</summary>
    public ReadOnlySpan<double> LogPolicy => _logPolicy;

    /// <summary>Moves to theta, [d].</summary>
    public void MoveTo(ReadOnlySpan<double> theta)
    {
        RequireLength(theta.Length, nameof(theta));
        if (_graph is not null && theta.SequenceEqual(_theta)) return;
        Release();
        using DisposeScope scope = NewDisposeScope();
        using var recording = enable_grad();
        Tensor rows = Constant(theta, [1, _theta.Length]).requires_grad_();
        Tensor graph = _policy.forward(_agents.Length == 1 ? rows : rows.expand(_agents.Length, -1), _agents);
        Numbers(graph.detach()).CopyTo(_logPolicy);
        (_rows, _graph) = (rows.DetachFromDisposeScope(), graph.DetachFromDisposeScope());
        theta.CopyTo(_theta);
        Version++;
    }

    /// <summary>J' W: the gradient of sum W log pi.</summary>
    public void Pullback(ReadOnlySpan<double> weights, Span<double> gradient)
    {
        RequireLength(gradient.Length, nameof(gradient));
        using DisposeScope scope = NewDisposeScope();
        Tensor w = Constant(weights, _graph!.shape);
        if (_graph.requires_grad)
        {
            Numbers(autograd.grad([_graph], [_rows!], [w], retain_graph: true)[0]).CopyTo(gradient);
            return;
        }
        // A user's module is not a function of the rows in torch's eyes; it has a backward pass of its own.
        Tensor result = zeros(_agents.Length, _theta.Length, dtype: ScalarType.Float64, device: _policy.Format.Device);
        _policy.Serve(_agents);
        _policy.Evaluate(_rows!.detach().expand(_agents.Length, -1)).Backward(w, result);
        Numbers(_agents.Length == 1 ? result : result.sum(0)).CopyTo(gradient);
    }

    /// <summary>
    /// The gradient of a function with score weights W, differentiated along v: J' dW + the gradient of sum W (J v) with W held constant. J
    /// v is the derivative of J' u by u (the backward pass of a backward pass), and stays differentiable by theta.
    /// </summary>
    /// <param name="vector">v, [d].</param>
    /// <param name="weightsAlong">From J v, [G, S, A], to W and its derivative dW, [G, S, A] each.</param>
    /// <param name="product">The product, [d].</param>
    public void SecondPullback(ReadOnlySpan<double> vector, WeightsAlong weightsAlong, Span<double> product)
    {
        RequireLength(vector.Length, nameof(vector));
        RequireLength(product.Length, nameof(product));
        if (!_graph!.requires_grad)
            throw new NotSupportedException(
                $"{_policy.GetType().Name} is not differentiable in its rows, so it has no Hessian-vector products");
        using DisposeScope scope = NewDisposeScope();
        using var recording = enable_grad();
        Tensor u = zeros_like(_graph).detach().requires_grad_();
        // TorchSharp takes retain_graph as false unless told, even with create_graph: the graph would be gone, and torch ends the process.
        Tensor pulled = autograd.grad([_graph], [_rows!], [u], retain_graph: true, create_graph: true)[0];
        Tensor along = autograd.grad([pulled], [u], [Constant(vector, _rows!.shape)], retain_graph: true, create_graph: true)[0];
        double[] weights = new double[_logPolicy.Length], derivative = new double[_logPolicy.Length];
        weightsAlong(Numbers(along.detach()), weights, derivative);
        // Where log pi is linear in theta (one action), J v has no graph; torch ends the process when it is asked for one.
        Tensor[] results = along.requires_grad
            ? [.. autograd.grad(
                [_graph, along], [_rows], [Constant(derivative, _graph.shape), Constant(weights, _graph.shape)], retain_graph: true)]
            : [.. autograd.grad([_graph], [_rows], [Constant(derivative, _graph.shape)], retain_graph: true)];
        Numbers(results[0]).CopyTo(product);
    }

    public void Dispose() => Release();

    private void Release()
    {
        _graph?.Dispose();
        _rows?.Dispose();
        (_graph, _rows) = (null, null);
    }

    private void RequireLength(int length, string name)
    {
        if (length != _theta.Length) throw new ArgumentException($"{length} numbers; the policy has {_theta.Length} parameters", name);
    }

    private Tensor Constant(ReadOnlySpan<double> values, long[] shape) =>
        tensor(values.ToArray(), shape, dtype: ScalarType.Float64, device: _policy.Format.Device);

    private static double[] Numbers(Tensor values) => MemoryMarshal.Cast<byte, double>(values.cpu().contiguous().bytes).ToArray();
}

/// <summary>From the derivative of log pi along a direction, [G, S, A], to score weights and their derivative, [G, S, A] each.</summary>
internal delegate void WeightsAlong(ReadOnlySpan<double> logDerivative, Span<double> weights, Span<double> derivative);
