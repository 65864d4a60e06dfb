using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>What is written beside the score weights.</summary>
internal enum VisitRecording
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Their shares in the discounted visits, which sum to one.</summary>
    Shares,

    /// <summary>gamma^t / B.</summary>
    Discounted,
}

/// <summary>Plays the batches of a block's agents without a graph, and fills the rollout buffer.</summary>
internal sealed class RolloutSampler : IDisposable
{
    private readonly EstimatorSetup _setup;
    private readonly EpisodicPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly IEnvironment[][] _environments;
    private readonly IDisposable _rollout;
    private readonly RolloutStatistics[] _rollouts;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="settings">How trajectories become weights.</param>
    public RolloutSampler(EstimatorSetup setup, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(settings);
        (_setup, _policy, _settings) = (setup, (EpisodicPolicy)setup.Policy, settings);
        var environment = (EpisodicEnvironment)setup.Environment;
        _environments =
        [
            .. Enumerable.Range(setup.First, setup.Count)
                .Select(agent => Rollout<float>.Environments(environment, agent, settings.Trajectories)),
        ];
        Buffer = new RolloutBuffer(_policy, setup.Count, settings.Trajectories * settings.Horizon);
        _rollout = _policy.Format.Dtype == ScalarType.Float64
            ? new Rollout<double>(environment, _policy, setup.Objective, settings.Trajectories, settings.Horizon)
            : new Rollout<float>(environment, _policy, setup.Objective, settings.Trajectories, settings.Horizon);
        _rollouts = new RolloutStatistics[setup.Count];
    }

    /// <summary>The latest batch.</summary>
    public RolloutBuffer Buffer { get; }

    /// <summary>Transitions since the start.</summary>
    public long EnvSteps { get; private set; }

    /// <summary>What each agent's latest observed batch showed, [n].</summary>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <summary>Plays a batch.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="batch">Which.</param>
    /// <param name="written">What is written of visits.</param>
    public void Sample(Tensor rows, BatchKey batch, VisitRecording written)
    {
        Tensor parameters = rows.cpu().contiguous();
        if (_rollout is Rollout<double> precise) Sample(precise, parameters, batch, written);
        else Sample((Rollout<float>)_rollout, parameters, batch, written);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rollout.Dispose();
        Buffer.Dispose();
    }

    private void Sample<T>(Rollout<T> rollout, Tensor parameters, BatchKey batch, VisitRecording written)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int d = _policy.Layout.Length, capacity = Buffer.Capacity;
        int m = capacity * _policy.ObservationSize, a = capacity * _policy.ActionSize;
        ReadOnlySpan<T> thetas = parameters.Span<T>();
        Span<T> observations = Buffer.Observations.Span<T>(), actions = Buffer.Actions.Span<T>();
        Span<T> weights = Buffer.Weights.Span<T>(), visits = Buffer.Visits.Span<T>();
        double temperature = _setup.Entropy.At(batch.Round);
        for (int i = 0; i < _setup.Count; i++)
        {
            int before = Buffer.Counts[i];
            Buffer.Counts[i] = 0;
            Span<T> own = weights.Slice(i * capacity, capacity), seen = visits.Slice(i * capacity, capacity);
            if (batch.Has(i))
            {
                int agent = _setup.First + i;
                var key = new StreamKey(_setup.Seed, _setup.Purpose, agent, batch.Round, batch.LocalStep);
                rollout.Play(
                    _environments[i], agent, thetas.Slice(i * d, d), key, 0, temperature != 0, observations.Slice(i * m, m),
                    actions.Slice(i * a, a));
                EpisodeBatch played = rollout.Batch;
                played.ScoreWeights(_settings, temperature, own);
                if (written == VisitRecording.Shares) played.VisitShares(seen);
                else if (written == VisitRecording.Discounted) played.DiscountedVisits(seen);
                Buffer.Counts[i] = played.Pairs;
                played.Owners.CopyTo(Buffer.OwnersOf(i));
                EnvSteps += played.EnvSteps;
                if (batch.Observe) _rollouts[i] = new RolloutStatistics(played.EnvSteps, played.RewardSum, played.Trajectories);
            }
            // What an earlier batch left behind weighs nothing, and what is evaluated beside this one, to the end of its last chunk, is no
            // number that could overflow.
            int met = Buffer.Counts[i], end = (met + Buffer.Chunk - 1) / Buffer.Chunk * Buffer.Chunk;
            if (before > met)
            {
                own[met..before].Clear();
                seen[met..before].Clear();
            }
            observations.Slice(i * m, m)[(met * _policy.ObservationSize)..(end * _policy.ObservationSize)].Clear();
            actions.Slice(i * a, a)[(met * _policy.ActionSize)..(end * _policy.ActionSize)].Clear();
        }
    }
}
