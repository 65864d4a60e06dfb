using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Scenes;
using FedPG.Experiments.Runs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using TorchSharp;

namespace FedPG.Experiments.Scenes;

/// <summary>A trained policy on observations that acts in one episode after another. Not thread-safe.</summary>
internal static class ObservationActor
{
    /// <summary>
    /// What <see cref="SceneSubject.Act"/> takes. Actions are drawn from the policy, by random numbers that the step decides: an episode
    /// can be shown again.
    /// </summary>
    /// <param name="stored">The policy of an environment that is stepped.</param>
    /// <param name="environment">That environment.</param>
    /// <param name="agent">Whom it acts for, in [0, N); a policy that is told of no agent acts alike for all.</param>
    public static Func<double[], int, double[]> Of(StoredPolicy stored, EpisodicEnvironment environment, int agent)
    {
        var policy = (EpisodicPolicy)stored.Experiment.CreatePolicy(new TensorFormat(stored.Experiment.Dtype, torch.CPU));
        var key = new StreamKey(stored.Experiment.Seed, StreamPurpose.Episodes, 0, 0, 0);
        return stored.Experiment.Dtype == torch.ScalarType.Float64
            ? new Actor<double>(policy, agent, stored.ParametersOf(agent), environment.ActionSpace as Box, key).Act
            : new Actor<float>(policy, agent, stored.ParametersOf(agent), environment.ActionSpace as Box, key).Act;
    }

    private sealed class Actor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly EpisodicPolicy _policy;
        private readonly int _agent;
        private readonly IActor<T> _actor;
        private readonly Box? _bounds;
        private readonly StreamKey _key;
        private readonly T[] _seen, _head, _memory;

        public Actor(EpisodicPolicy policy, int agent, double[] theta, Box? bounds, StreamKey key)
        {
            (_policy, _agent, _actor, _bounds, _key) = (policy, agent, policy.CreateActor<T>(), bounds, key);
            (_seen, _head) = (new T[policy.ObservationSize], new T[policy.HeadSize]);
            _memory = new T[policy.MemorySize];
            _actor.SetParameters([.. theta.Select(T.CreateTruncating)]);
        }

        public double[] Act(double[] observation, int step)
        {
            // An episode begins at step 0.
            if (step == 0) Array.Clear(_memory);
            _policy.See<T>(observation, _agent, step > 0, _memory, _seen);
            _actor.Heads(_seen, 1, _head);
            _policy.MemoryOf<T>(_head).CopyTo(_memory);
            double[] action = new double[_policy.ActionSize];
            _policy.Draw<T>(_head, new ActionKey(_key, 0, step % _policy.MaxSteps), action);
            for (int k = 0; _bounds is not null && k < action.Length; k++)
                action[k] = Math.Clamp(action[k], _bounds.Low[k], _bounds.High[k]);
            return action;
        }
    }
}
