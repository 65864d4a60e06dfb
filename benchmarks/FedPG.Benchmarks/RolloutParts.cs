using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>
/// What a step of CartPole costs beside the environment: a 4 - 64 - 64 - 2 network, single precision.
/// The time is that of one pair of observation and action.
/// </summary>
public class RolloutParts : IDisposable
{
    private const int Chunks = 16, Pairs = 128, Side = 32;
    private ObservationSoftmax _policy = null!;
    private IActor<float> _actor = null!;
    private Tensor _rows = null!, _observations = null!, _actions = null!, _weights = null!, _gradients = null!;
    private readonly int[] _trajectories = [.. Enumerable.Range(0, Side)];
    private readonly double[] _drawn = new double[Side];
    private float[] _seen = [], _heads = [];

    /// <summary>Makes the policy and random pairs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        set_num_threads(1);
        _policy = new ObservationSoftmax("neural-softmax", new ObservationEncoding(Box.Of(4)), new Discrete(2), [64, 64], Activation.Tanh,
            TensorFormat.Float32);
        double[] theta = _policy.InitialParameters(new StreamKey(1, StreamPurpose.Initialisation, 0, 0, 0));
        _rows = tensor(theta, dtype: ScalarType.Float32).unsqueeze(0).expand(Chunks, -1).contiguous();
        (_observations, _weights, _gradients) = (rand(Chunks, Pairs, 4), rand(Chunks, Pairs), zeros_like(_rows));
        _actions = zeros(Chunks, Pairs, 1);
        (_seen, _heads) = (MemoryMarshal.Cast<byte, float>(_observations.bytes).ToArray(), new float[Side * 2]);
        _actor = _policy.CreateActor<float>();
        _actor.SetParameters(MemoryMarshal.Cast<byte, float>(_rows.bytes)[..theta.Length]);
    }

    /// <summary>The network as it acts, 32 trajectories at once.</summary>
    [Benchmark(OperationsPerInvoke = Side)]
    public float Act()
    {
        _actor.Heads(_seen, Side, _heads);
        return _heads[0];
    }

    /// <summary>Drawing actions from its logits.</summary>
    [Benchmark(OperationsPerInvoke = Side)]
    public double Draw()
    {
        _policy.Draw<float>(_heads, new StreamKey(1, StreamPurpose.Rollout, 0, 0, 0), 3, _trajectories, _drawn, []);
        return _drawn[0];
    }

    /// <summary>log pi of 16 chunks of 128 pairs with its graph, as training has them.</summary>
    [Benchmark(OperationsPerInvoke = Chunks * Pairs)]
    public void Forward()
    {
        using IDisposable scope = NewDisposeScope();
        _policy.Evaluate(_rows, _observations, _actions);
    }

    /// <summary>The same and its backward pass.</summary>
    [Benchmark(OperationsPerInvoke = Chunks * Pairs)]
    public void ForwardAndBackward()
    {
        using IDisposable scope = NewDisposeScope();
        _policy.Evaluate(_rows, _observations, _actions).Backward(_weights, _gradients);
    }

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        foreach (IDisposable? item in (IDisposable?[])[_policy, _actor, _rows, _observations, _actions, _weights, _gradients])
            item?.Dispose();
        GC.SuppressFinalize(this);
    }
}
