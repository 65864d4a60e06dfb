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

    /// <inheritdoc/>
    public override void Act(ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action)
    {
        if (!_free.TryTake(out Instance? instance)) instance = new Instance(create());
        instance.Act(observation, agent, thetaOf(agent), sampler, action);
        _free.Add(instance);
    }

    /// <inheritdoc/>
    public override ActingNetwork NetworkOf(int agent)
    {
        using EpisodicPolicy policy = create();
        return DensePolicy.Of(policy, [.. thetaOf(agent).Select(T.CreateTruncating)], activation, agent, Actions);
    }

    private sealed class Instance
    {
        private readonly EpisodicPolicy _policy;
        private readonly IActor<T> _actor;
        private readonly T[] _seen, _head;
        private double[]? _theta;

        public Instance(EpisodicPolicy policy)
        {
            (_policy, _actor) = (policy, policy.CreateActor<T>());
            (_seen, _head) = (new T[policy.ObservationSize], new T[policy.HeadSize]);
        }

        public void Act(ReadOnlySpan<double> observation, int agent, double[] theta, ActionSampler? sampler, Span<double> action)
        {
            if (!ReferenceEquals(_theta, theta))
            {
                _actor.SetParameters([.. theta.Select(T.CreateTruncating)]);
                _theta = theta;
            }
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
