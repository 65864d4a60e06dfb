using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Rollouts;
using FedPG.Policies;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>
/// A step of Q-learning on a batch: B episodes of at most K steps are played with the agent's values, uniform with probability
/// <c>exploration</c> and else greedy, and the direction is the mean over all transitions of f(o) at action a times Q(o,a) - c - gamma
/// min over a' of Q(o',a'). It stands in for the step on every pair of a table: pairs weigh as often as they occur.
/// </summary>
internal sealed class EpisodicQBatchEstimator : ValueEstimator
{
    private readonly ObservationActionValues _values;
    private readonly EpisodicEnvironment _environment;
    private readonly FeatureEpisode[] _episodes;
    private readonly int _horizon, _trajectories;
    private readonly double _exploration, _terminalValue;

    /// <summary>Prepares the environments of a block.</summary>
    /// <param name="setup">The block; its policy is <see cref="ObservationActionValues"/>.</param>
    /// <param name="horizon">K.</param>
    /// <param name="trajectories">B.</param>
    /// <param name="exploration">In [0, 1].</param>
    public EpisodicQBatchEstimator(EstimatorSetup setup, int horizon, int trajectories, double exploration)
        : base(setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        (_environment, _values) = ((EpisodicEnvironment)setup.Environment, (ObservationActionValues)setup.Policy);
        (_horizon, _trajectories, _exploration) = (Math.Min(horizon, _environment.StepLimit ?? int.MaxValue), trajectories, exploration);
        _terminalValue = setup.Objective.Cost(0) / (1 - _environment.Discount);
        IEnumerable<int> agents = Enumerable.Range(setup.First, setup.Count);
        _episodes = [.. agents.Select(agent => new FeatureEpisode(_environment, agent, _values, setup.Objective))];
    }

    /// <inheritdoc/>
    public override int Trajectories => _trajectories;

    /// <inheritdoc/>
    protected override void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction)
    {
        var key = new StreamKey(Setup.Seed, Setup.Purpose, Setup.First + row, batch.Round, batch.LocalStep);
        FeatureEpisode episode = _episodes[row];
        Span<double> action = stackalloc double[1];
        (long steps, double rewards) = (0, 0);
        for (int b = 0; b < _trajectories; b++)
        {
            episode.Begin(TrajectorySeeds.Of(key, b));
            for (bool over = false; !over && episode.Steps < _horizon; steps++)
            {
                int number = Exploration.Choose(
                    _values, episode.Here, theta, _exploration, key.Draw(b, ActionKey.SeedDraw + 1 + episode.Steps));
                action[0] = _values.ActionOf(number);
                (StepResult result, double cost) = episode.Step(action);
                var transition = new Transition(episode, number, cost, result.Terminated);
                Exploration.AddError(_values, transition, theta, _environment.Discount, _terminalValue, direction);
                rewards += result.Reward;
                over = result.Terminated || result.Truncated;
            }
        }
        for (int k = 0; k < direction.Length; k++) direction[k] /= steps;
        EnvSteps += steps;
        if (batch.Observe) Show(row, new RolloutStatistics(steps, rewards, _trajectories));
    }
}
