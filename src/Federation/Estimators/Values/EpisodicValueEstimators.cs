using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Rollouts;
using FedPG.Policies;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Estimators.Values;

/// <summary>TD(0) along a chain of the fixed policy (Sutton 1988): after (o, c, o'), the direction is f(o) (V(o) - c - gamma V(o')).</summary>
/// <param name="setup">The block; its policy is <see cref="ObservationStateValues"/>.</param>
public sealed class EpisodicTdEstimator(EstimatorSetup setup) : EpisodicChainEstimator(setup)
{
    private readonly FixedActions _target = ((ObservationStateValues)setup.Policy).Target;

    /// <inheritdoc/>
    protected override int Act(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, in StreamKey key, Span<double> action)
    {
        _target.Draw(new ActionKey(key, Trajectory: 0, Step: 0), action);
        return 0;
    }

    /// <inheritdoc/>
    private protected override void Learn(in Transition transition, ReadOnlySpan<double> theta, Span<double> direction)
    {
        FeatureEpisode at = transition.Episode;
        double ahead = transition.Terminated ? TerminalValue : LinearHeads.Value(at.Here, theta);
        double error = LinearHeads.Value(at.Before, theta) - transition.Cost - (Setup.Environment.Discount * ahead);
        for (int m = 0; m < direction.Length; m++) direction[m] = error * at.Before[m];
    }
}

/// <summary>
/// Q-learning along a chain (Watkins 1989): after (o, a, c, o'), the direction is f(o) at action a times the error Q(o,a) - c - gamma min over a' of Q(o',a'). With probability
/// <c>exploration</c> the action is uniform, else greedy (the first of equally good ones).
/// </summary>
/// <param name="setup">The block; its policy is <see cref="ObservationActionValues"/>.</param>
/// <param name="exploration">In [0, 1].</param>
public sealed class EpisodicQEstimator(EstimatorSetup setup, double exploration) : EpisodicChainEstimator(setup)
{
    private readonly ObservationActionValues _values = (ObservationActionValues)setup.Policy;

    /// <inheritdoc/>
    protected override int Act(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, in StreamKey key, Span<double> action)
    {
        int number = Exploration.Choose(_values, features, theta, exploration, key.Draw(trajectory: 0, draw: 1));
        action[0] = _values.ActionOf(number);
        return number;
    }

    /// <inheritdoc/>
    private protected override void Learn(in Transition transition, ReadOnlySpan<double> theta, Span<double> direction) =>
        Exploration.AddError(_values, transition, theta, Setup.Environment.Discount, TerminalValue, direction);
}

/// <summary>
/// A step of Q-learning on a batch: B episodes of at most K steps are played with the agent's values, uniform with probability <c>exploration</c> and else greedy, and the direction is
/// the mean over all transitions met of f(o) at action a times Q(o,a) - c - gamma min over a' of Q(o',a'). It stands in for the step on every pair of a table, of which there is no
/// list: pairs weigh as they are met.
/// </summary>
public sealed class EpisodicQBatchEstimator : ValueEstimator
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
        _episodes = [.. Enumerable.Range(setup.First, setup.Count).Select(agent => new FeatureEpisode(_environment, agent, _values, setup.Objective))];
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
                int number = Exploration.Choose(_values, episode.Here, theta, _exploration, key.Draw(b, ActionKey.SeedDraw + 1 + episode.Steps));
                action[0] = _values.ActionOf(number);
                (StepResult result, double cost) = episode.Step(action);
                Exploration.AddError(_values, new Transition(episode, number, cost, result.Terminated), theta, _environment.Discount, _terminalValue, direction);
                rewards += result.Reward;
                over = result.Terminated || result.Truncated;
            }
        }
        for (int k = 0; k < direction.Length; k++) direction[k] /= steps;
        EnvSteps += steps;
        if (batch.Observe) Show(row, new RolloutStatistics(steps, rewards, _trajectories));
    }
}

/// <summary>What methods of action values share.</summary>
internal static class Exploration
{
    /// <summary>The number of an action: uniform with some probability, else the first of the best.</summary>
    public static int Choose(ObservationActionValues values, ReadOnlySpan<double> features, ReadOnlySpan<double> theta, double exploration, (uint First, uint Second, uint Third, uint Fourth) draw) =>
        ChainDraws.Unit(draw.First) < exploration ? (int)(ChainDraws.Unit(draw.Second) * values.Actions) : values.Best(features, theta).Action;

    /// <summary>Adds the error of a transition's backup, times the features, at its action.</summary>
    public static void AddError(
        ObservationActionValues values, in Transition transition, ReadOnlySpan<double> theta, double discount, double terminalValue, Span<double> direction)
    {
        FeatureEpisode at = transition.Episode;
        double ahead = transition.Terminated ? terminalValue : values.Best(at.Here, theta).Value;
        double error = LinearHeads.Value(at.Before, theta, values.Actions, transition.Action) - transition.Cost - (discount * ahead);
        for (int m = 0, k = transition.Action; m < at.Before.Length; m++, k += values.Actions) direction[k] += error * at.Before[m];
    }
}
