using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>
/// Learns along one endless chain an agent of an episodic environment, one transition a local step: episode after episode, each begun from
/// a seed of the step's stream. A terminated episode is worth what it costs for ever, cost(0) / (1 - gamma); one that is truncated, by the
/// environment or by its limit of steps (10,000 by default), goes on for the target and begins anew for the chain. Where a chain stands is
/// the estimator's own state, as the seed of its episode and what was done in it since: from a checkpoint the episode is played again. An
/// agent that sits a step out stays where it is.
/// <para>
/// <see cref="ValueEstimator.Rollouts"/> shows the episodes of an agent that ended, or were cut, in the latest round in which it took a
/// step.
/// </para>
/// </summary>
internal abstract class EpisodicChainEstimator : ValueEstimator
{
    private readonly FeatureEpisode[] _episodes;
    private readonly Chains _chains;
    private readonly double[] _action;
    private readonly int[] _rounds;
    private readonly int _limit;

    /// <summary>Prepares the chains of a block; each begins with its first step.</summary>
    protected EpisodicChainEstimator(EstimatorSetup setup)
        : base(setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var environment = (EpisodicEnvironment)setup.Environment;
        var values = (LinearHeads)setup.Policy;
        _limit = environment.StepLimit ?? EpisodeLengths.MaxSteps;
        IEnumerable<int> agents = Enumerable.Range(setup.First, setup.Count);
        _episodes = [.. agents.Select(agent => new FeatureEpisode(environment, agent, values, setup.Objective))];
        _action = new double[values.ActionSize];
        _rounds = new int[setup.Count];
        _chains = new Chains(
            tensor(Enumerable.Repeat(-1.0, setup.Count).ToArray()).DetachFromDisposeScope(),
            zeros(setup.Count, dtype: ScalarType.Float64).DetachFromDisposeScope(),
            zeros(setup.Count, _limit, values.ActionSize, dtype: ScalarType.Float64).DetachFromDisposeScope());
        TerminalValue = setup.Objective.Cost(0) / (1 - environment.Discount);
    }

    /// <summary>What the estimator keeps.</summary>
    /// <param name="Seed">The seed of the episode that each agent's chain is in, [n], float64; -1 before its first step.</param>
    /// <param name="Steps">The steps taken in it, [n], float64.</param>
    /// <param name="Actions">What was done in them, [n, limit, ActionSize], float64; what stands beyond is of earlier episodes.</param>
    public sealed record Chains(Tensor Seed, Tensor Steps, Tensor Actions);

    /// <inheritdoc/>
    public override object State => _chains;

    /// <summary>What a state is worth in which nothing more happens.</summary>
    protected double TerminalValue { get; }

    /// <inheritdoc/>
    protected sealed override void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction)
    {
        var key = new StreamKey(Setup.Seed, Setup.Purpose, Setup.First + row, batch.Round, batch.LocalStep);
        FeatureEpisode episode = _episodes[row];
        int length = _limit * _action.Length;
        Span<double> seeds = _chains.Seed.Span<double>(), steps = _chains.Steps.Span<double>();
        Span<double> actions = _chains.Actions.Span<double>().Slice(row * length, length);
        if (seeds[row] < 0) episode.Begin(TrajectorySeeds.Of(key, 0));
        else if (episode.Seed != (long)seeds[row] || episode.Steps != (int)steps[row])
            episode.Return((long)seeds[row], (int)steps[row], actions);
        int number = Act(episode.Here, theta, key, _action);
        _action.CopyTo(actions[(episode.Steps * _action.Length)..]);
        (StepResult result, double cost) = episode.Step(_action);
        Learn(new Transition(episode, number, cost, result.Terminated), theta, direction);
        EnvSteps++;
        // The second trajectory's seed: the first one's begins a chain.
        bool over = result.Terminated || result.Truncated || episode.Steps == _limit;
        Note(row, batch.Round, over ? new RolloutStatistics(episode.Steps, episode.Rewards, 1) : default);
        if (over) episode.Begin(TrajectorySeeds.Of(key, 1));
        (seeds[row], steps[row]) = (episode.Seed, episode.Steps);
    }

    /// <summary>Chooses an action.</summary>
    /// <param name="features">f of where the chain stands, [m].</param>
    /// <param name="theta">The agent's parameters, [d].</param>
    /// <param name="key">The step's stream; draws from 1 on of trajectory 0 are for actions.</param>
    /// <param name="action">The action, overwritten.</param>
    /// <returns>Its number, where actions have numbers.</returns>
    protected abstract int Act(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, in StreamKey key, Span<double> action);

    /// <summary>Writes the direction of a transition.</summary>
    /// <param name="transition">The transition.</param>
    /// <param name="theta">The agent's parameters, [d].</param>
    /// <param name="direction">The direction, [d], all 0 when this is called.</param>
    private protected abstract void Learn(in Transition transition, ReadOnlySpan<double> theta, Span<double> direction);

    /// <summary>Adds an ended episode, or nothing, to those of the round.</summary>
    private void Note(int row, int round, RolloutStatistics ended)
    {
        RolloutStatistics so = _rounds[row] == round ? Rollouts[row] : default;
        _rounds[row] = round;
        Show(row, new RolloutStatistics(so.EnvSteps + ended.EnvSteps, so.RewardSum + ended.RewardSum, so.Episodes + ended.Episodes));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _chains.Seed.Dispose();
            _chains.Steps.Dispose();
            _chains.Actions.Dispose();
        }
        base.Dispose(disposing);
    }
}
