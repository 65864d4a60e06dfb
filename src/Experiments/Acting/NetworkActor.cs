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
/// <param name="theta">The parameters, [d].</param>
/// <param name="activation">The function between the layers of a network, as experiment files name it.</param>
internal sealed class NetworkActor<T>(Func<EpisodicPolicy> create, double[] theta, string activation) : PolicyActor
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _theta = [.. theta.Select(T.CreateTruncating)];
    private readonly ConcurrentBag<Instance> _free = [];

    /// <inheritdoc/>
    public override void Act(ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action)
    {
        if (!_free.TryTake(out Instance? instance)) instance = new Instance(create(), _theta);
        instance.Act(observation, agent, sampler, action);
        _free.Add(instance);
    }

    /// <inheritdoc/>
    public override ActingNetwork NetworkOf(int agent)
    {
        using EpisodicPolicy policy = create();
        return DensePolicy.Of(policy, _theta, activation, agent, Actions);
    }

    private sealed class Instance
    {
        private readonly EpisodicPolicy _policy;
        private readonly IActor<T> _actor;
        private readonly T[] _seen, _head;

        public Instance(EpisodicPolicy policy, T[] theta)
        {
            (_policy, _actor) = (policy, policy.CreateActor<T>());
            (_seen, _head) = (new T[policy.ObservationSize], new T[policy.HeadSize]);
            _actor.SetParameters(theta);
        }

        public void Act(ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action)
        {
            _policy.Encoding.Encode(observation, agent, _seen.AsSpan());
            _actor.Heads(_seen, 1, _head);
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
