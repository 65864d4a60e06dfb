using System.Collections.Concurrent;
using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies;
using FedPG.Policies.Episodic;

namespace FedPG.Experiments.Acting;

/// <summary>
/// Acts by what an episodic policy makes of an observation. Thread-safe: an instance of the policy serves one thread, so each call takes
/// one that is free, or a new one.
/// </summary>
/// <typeparam name="T">The type of the policy's numbers.</typeparam>
/// <param name="create">Makes an instance of the policy.</param>
/// <param name="thetaOf">The parameters that serve an agent, [d].</param>
/// <param name="activation">The function between the layers of a network, as experiment files name it.</param>
internal sealed class NetworkActor<T>(Func<EpisodicPolicy> create, Func<int, double[]> thetaOf, string activation) : PolicyActor
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ConcurrentBag<Instance> _free = [];
    private int? _memorySize;

    /// <inheritdoc/>
    public override int MemorySize
    {
        get
        {
            if (_memorySize is { } known) return known;
            Instance instance = Take();
            _memorySize = instance.MemorySize;
            _free.Add(instance);
            return instance.MemorySize;
        }
    }

    /// <inheritdoc/>
    public override void Act(
        ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action, Span<double> memory)
    {
        Instance instance = Take();
        instance.Act(observation, agent, thetaOf(agent), sampler, action, memory);
        _free.Add(instance);
    }

    /// <inheritdoc/>
    public override ActingNetwork NetworkOf(int agent)
    {
        using EpisodicPolicy policy = create();
        return DensePolicy.Of(policy, [.. thetaOf(agent).Select(T.CreateTruncating)], activation, agent, Actions);
    }

    private Instance Take() => _free.TryTake(out Instance? instance) ? instance : new Instance(create());

    private sealed class Instance
    {
        private readonly EpisodicPolicy _policy;
        private readonly IActor<T> _actor;
        private readonly T[] _seen, _head, _memory;
        private double[]? _theta;

        public Instance(EpisodicPolicy policy)
        {
            (_policy, _actor) = (policy, policy.CreateActor<T>());
            (_seen, _head) = (new T[policy.ObservationSize], new T[policy.HeadSize]);
            _memory = new T[policy.MemorySize];
        }

        public int MemorySize => _memory.Length;

        public void Act(
            ReadOnlySpan<double> observation, int agent, double[] theta, ActionSampler? sampler, Span<double> action, Span<double> memory)
        {
            if (!ReferenceEquals(_theta, theta))
            {
                _actor.SetParameters([.. theta.Select(T.CreateTruncating)]);
                _theta = theta;
            }
            for (int k = 0; k < memory.Length; k++) _memory[k] = T.CreateTruncating(memory[k]);
            _policy.See<T>(observation, agent, goesOn: true, _memory, _seen);
            _actor.Heads(_seen, 1, _head);
            ReadOnlySpan<T> next = _policy.MemoryOf<T>(_head);
            for (int k = 0; k < memory.Length; k++) memory[k] = double.CreateTruncating(next[k]);
            if (sampler is null)
            {
                _policy.Mode<T>(_head, action);
                return;
            }
            (StreamKey key, int trajectory, int step) = sampler.Next(_policy.MaxSteps);
            _policy.Draw<T>(_head, new ActionKey(key, trajectory, step), action);
        }
    }
}
