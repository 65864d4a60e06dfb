using FedPG.Core.Streams;
using FedPG.Envs.Episodic;
using FedPG.Federation.Threads;

namespace FedPG.Federation.Evaluation.Episodic;

/// <summary>
/// Estimates from held-out episodes, which training never sees (<see cref="StreamPurpose.Evaluation"/>), so no optimum is known and nothing
/// is compared with one. Every evaluation of a run uses the same seeds: two rounds differ by what was learned, not by luck, but the luck
/// that they share is in both, and the standard error speaks of one evaluation alone. Agents have seeds of their own, so errors of
/// different agents are independent. All agents are evaluated on all threads of the pool, with the same bits on any number of them.
/// </summary>
internal abstract class EpisodeEvaluator : Evaluator
{
    private readonly WorkerPool _pool;
    private readonly long _seed;
    private readonly StreamPurpose _purpose;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="environment">The environment of all agents.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="episodes">Episodes an agent.</param>
    /// <param name="pool">The threads; not disposed.</param>
    /// <param name="purpose">What the episodes are for: other purposes give other episodes.</param>
    private protected EpisodeEvaluator(
        EpisodicEnvironment environment, long seed, int episodes, WorkerPool pool, StreamPurpose purpose = StreamPurpose.Evaluation)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(pool);
        (Environment, Episodes, _seed, _pool, _purpose) = (environment, episodes, seed, pool, purpose);
    }

    /// <summary>Unknown.</summary>
    public sealed override double? Optimal => null;

    /// <summary>Unknown.</summary>
    public sealed override double? Uniform => null;

    /// <summary>Unknown.</summary>
    public sealed override double[]? AgentOptima => null;

    /// <inheritdoc/>
    public sealed override bool IsEstimate => true;

    /// <summary>The environment of all agents.</summary>
    private protected EpisodicEnvironment Environment { get; }

    /// <summary>Episodes an agent.</summary>
    private protected int Episodes { get; }

    /// <summary>N.</summary>
    private protected int Agents => Environment.AgentNames.Count;

    /// <summary>Those who evaluate agents at the same time.</summary>
    private protected int Workers => Math.Min(Agents, _pool.Threads);

    /// <summary>The random numbers of an agent's episodes: the same at every round.</summary>
    private protected StreamKey KeyOf(int agent) => new(_seed, _purpose, agent, 0, 0);

    /// <summary>Has every agent's episodes played, by whoever is free.</summary>
    /// <param name="play">From the one who plays, 0 to <see cref="Workers"/> - 1, and the agent to what its episodes showed.</param>
    private protected TResult[] PlayAll<TResult>(Func<int, int, TResult> play)
    {
        var results = new TResult[Agents];
        int next = 0;
        _pool.Run(Workers, worker =>
        {
            for (int i = Interlocked.Increment(ref next) - 1; i < results.Length; i = Interlocked.Increment(ref next) - 1)
                results[i] = play(worker, i);
        });
        return results;
    }
}
