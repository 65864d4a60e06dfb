using BenchmarkDotNet.Attributes;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>
/// log pi of a block of 16 agents and the gradient of its weighted sum, float32, one thread: 100 states and 4 actions, or 100 observations
/// of 4 numbers. The time is that of one agent.
/// </summary>
public class PolicyEvaluations : IDisposable
{
    private const int Agents = 16, States = 100, Actions = 4, Side = 10;
    private Policy _policy = null!;
    private Tensor _rows = null!, _observations = null!, _actions = null!, _weights = null!, _gradients = null!;

    /// <summary>A table; 16 radial features; 64-64 networks on one-hot states and on observations of 4 numbers.</summary>
    [Params("tabular", "log-linear, radial", "network, states", "network, observed")]
    public string Kind { get; set; } = "";

    /// <summary>Makes the policy, parameters and weights.</summary>
    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        TensorFormat format = TensorFormat.Float32;
        _policy = Kind switch
        {
            "tabular" => new TabularSoftmax(States, Actions, format),
            "network, states" => new NeuralSoftmax(States, Actions, [64, 64], Activation.Tanh, null, format),
            "network, observed" =>
                new ObservationSoftmax("network", new ObservationEncoding(Box.Of(4)), new Discrete(Actions), [64, 64],
                    Activation.Tanh, format),
            _ => LogLinear.OfStateFeatures(StateFeatures.Radial(Problems.Grid(Side).Grid!, 4, 4, 0.5), Actions, format),
        };
        _rows = rand(Agents, _policy.Layout.Length);
        (_observations, _actions) = (rand(Agents, States, 4), zeros(Agents, States, 1));
        (_weights, _gradients) = (_policy is TabularPolicy ? rand(Agents, States, Actions) : rand(Agents, States), zeros_like(_rows));
    }

    /// <summary>log pi with what its backward pass needs.</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void Evaluate()
    {
        using IDisposable scope = NewDisposeScope();
        Evaluated();
    }

    /// <summary>The same, its backward pass, and the gradients in their rows.</summary>
    [Benchmark(OperationsPerInvoke = Agents)]
    public void Gradient()
    {
        using IDisposable scope = NewDisposeScope();
        Evaluated().Backward(_weights, _gradients);
    }

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach (IDisposable? item in (IDisposable?[])[_policy, _rows, _observations, _actions, _weights, _gradients]) item?.Dispose();
        GC.SuppressFinalize(this);
    }

    private PolicyEvaluation Evaluated() =>
        _policy is TabularPolicy finite ? finite.Evaluate(_rows) : ((StateActionPolicy)_policy).Evaluate(_rows, _observations, _actions);
}
