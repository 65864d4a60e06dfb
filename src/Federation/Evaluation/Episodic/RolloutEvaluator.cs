using System.Numerics;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Rollouts;
using FedPG.Federation.Threads;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation.Episodic;

/// <summary>
/// Estimates what the server's policy is worth. Episodes run to their end or to the environment's limit of steps; without one, until what
/// is left is worth less than
/// <see cref="EpisodeLengths.Negligible"/> of a first step's cost, or until <see cref="EpisodeLengths.MaxSteps"/>.
/// </summary>
internal sealed class RolloutEvaluator : EpisodeEvaluator
{
    /// <summary>Episodes that are played side by side.</summary>
    private const int LargestBatch = 32;

    /// <summary>
    /// The most numbers that are kept of what is seen in a batch: where episodes are long and observations wide, fewer are played side by
    /// side.
    /// </summary>
    private const long MaxSeen = 1 << 26;

    private readonly EpisodicPolicy _policy;
    private readonly IDisposable[] _workers;
    private readonly IEnvironment[]?[] _environments;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="environment">The environment of all agents.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="policy">
    /// A policy instance of the evaluator's own; disposed with it. It serves the environment's agents, in their order.
    /// </param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="episodes">Episodes an agent, at least 1; a single one has no standard error.</param>
    /// <param name="pool">The threads; not disposed.</param>
    /// <param name="length">
    /// Steps after which an episode is cut, at most <see cref="EpisodicPolicy.MaxSteps"/>; null for <see cref="EpisodeLengths.Of"/>.
    /// </param>
    /// <param name="purpose">What the episodes are for: other purposes give other episodes.</param>
    public RolloutEvaluator(
        EpisodicEnvironment environment, Objective objective, EpisodicPolicy policy, long seed, int episodes, WorkerPool pool,
        int? length = null, StreamPurpose purpose = StreamPurpose.Evaluation)
        : base(environment, seed, episodes, pool, purpose)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentOutOfRangeException.ThrowIfLessThan(episodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length ?? 1, policy.MaxSteps);
        _policy = policy;
        _environments = new IEnvironment[Agents][];
        Length = Math.Min(policy.MaxSteps, length ?? EpisodeLengths.Of(environment));
        int batch = (int)Math.Clamp(MaxSeen / ((long)Length * policy.ObservationSize), 1, Math.Min(episodes, LargestBatch));
        _workers = new IDisposable[Workers];
        for (int k = 0; k < _workers.Length; k++)
        {
            _workers[k] = policy.Format.Dtype == ScalarType.Float64
                ? new Worker<double>(environment, policy, objective, batch, Length)
                : new Worker<float>(environment, policy, objective, batch, Length);
        }
    }

    /// <summary>Whether the most likely action is taken at every step; false by default.</summary>
    public bool Greedy { get; init; }

    /// <summary>The steps after which an episode is cut.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override int EpisodeLength => Length;

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (IDisposable worker in _workers) worker.Dispose();
        _policy.Dispose();
    }

    /// <inheritdoc/>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        using IDisposable scope = NewDisposeScope();
        Tensor parameters = (ownRows ?? theta).detach().cpu().contiguous();
        AgentResult[] results = PlayAll((k, i) => _workers[k] is Worker<double> precise
            ? Play(precise, parameters, i, ownRows is not null, temperature)
            : Play((Worker<float>)_workers[k], parameters, i, ownRows is not null, temperature));
        double mean = results.Sum(r => r.Episodes.Cost) / results.Length;
        return new EvaluationResult(
            mean, Gap: null, GradientNormSquared: null, [.. results.Select(r => r.Episodes.Cost)],
            temperature is null ? null : results.Sum(r => r.Regularised) / results.Length, RegularisedGap: null)
        {
            ObjectiveError = Episodes < 2 ? null : Math.Sqrt(results.Sum(r => r.Variance!.Value)) / results.Length,
            AgentEpisodes = [.. results.Select(r => r.Episodes)],
            Error = double.IsFinite(mean) ? null : "the actions of its policy, or sums of what they earn, are no longer finite",
        };
    }

    private AgentResult Play<T>(Worker<T> worker, Tensor parameters, int agent, bool own, double? temperature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int d = _policy.Layout.Length;
        ReadOnlySpan<T> theta = parameters.Span<T>().Slice(own ? agent * d : 0, d);
        Rollout<T> rollout = worker.Rollout;
        rollout.Greedy = Greedy;
        IEnvironment[] environments = _environments[agent] ??= Rollout<T>.Environments(Environment, agent, rollout.Batch.Trajectories);
        StreamKey key = KeyOf(agent);
        (Moments costs, Moments returns, Moments lengths) = (new(), new(), new());
        (double regularised, long steps, int successes) = (0, 0, 0);
        while (costs.Count < Episodes)
        {
            rollout.Play(
                environments, _policy.Served?[agent] ?? agent, theta, key, costs.Count, temperature is > 0, worker.Observations, []);
            int used = Math.Min(environments.Length, Episodes - costs.Count);
            if (temperature is { } tau)
            {
                foreach (double value in rollout.Batch.Values(tau)[..used]) regularised += value;
            }
            foreach (double value in rollout.Batch.Values(0)[..used]) costs.Add(value);
            foreach (double value in rollout.Batch.Rewards[..used]) returns.Add(value);
            for (int b = 0; b < used; b++)
            {
                if (rollout.Batch.Terminated[b] && rollout.Batch.Rewards[b] > Environment.SuccessAbove) successes++;
            }
            foreach (int length in rollout.Batch.Lengths[..used])
            {
                lengths.Add(length);
                steps += length;
            }
        }
        var played = new EpisodeStatistics(Episodes, steps, returns.Mean, returns.StandardError, costs.Mean, costs.StandardError)
        {
            LengthError = lengths.StandardError,
            SuccessRate = Environment.SuccessAbove is null ? null : (double)successes / Episodes,
        };
        return new AgentResult(played, costs.VarianceOfMean, regularised / Episodes);
    }

    /// <summary>What an agent's episodes showed.</summary>
    /// <param name="Episodes">Costs, returns and lengths.</param>
    /// <param name="Variance">The variance of the mean cost; null for a single episode.</param>
    /// <param name="Regularised">The mean cost with the entropy term.</param>
    private readonly record struct AgentResult(EpisodeStatistics Episodes, double? Variance, double Regularised);

    private sealed class Worker<T>(EpisodicEnvironment environment, EpisodicPolicy policy, Objective objective, int batch, int horizon)
        : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Rollout<T> Rollout { get; } = new(environment, policy, objective, batch, horizon);

        public T[] Observations { get; } = new T[batch * horizon * policy.ObservationSize];

        public void Dispose() => Rollout.Dispose();
    }
}
