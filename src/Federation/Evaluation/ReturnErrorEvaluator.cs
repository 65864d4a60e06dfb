using FedPG.Envs;
using FedPG.Envs.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Oracles;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Observations;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// Evaluates state values that are learned for a fixed policy where the environment is stepped, so that there is no J to lower and no fixed point to compare with. An agent's objective
/// is the mean, over the steps of held-out episodes of the fixed policy, of (V(o_t) - G_t)^2 with G_t the discounted costs from t on: the squared error of the values plus the
/// variance of a return, which no values take away. Every step counts alike, as along the chain that learns.
/// <para>
/// Returns are not cut where episodes are: an episode goes on behind the limit of steps until gamma^t has fallen below <see cref="RolloutEvaluator.Negligible"/>, and only
/// the steps before the limit count. Where an environment truncates itself, the steps too near to that end are left out. So a return lacks that share of what a state is worth at most.
/// </para>
/// <para>The standard error is that of a ratio of sums over episodes. The episodes are the same at every evaluation (common random numbers).</para>
/// </summary>
public sealed class ReturnErrorEvaluator : Evaluator
{
    /// <summary>What its objective is, as <c>summary.json</c> names it.</summary>
    public const string SquaredReturnError = "squared-return-error";

    private readonly SteppedEnvironment _environment;
    private readonly ObservationStateValues _values;
    private readonly Objective _objective;
    private readonly WorkerPool _pool;
    private readonly FeatureEpisode?[] _agents;
    private readonly long _seed;
    private readonly int _episodes, _length, _tail;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="environment">The environment of all agents; its discount is below 1.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="values">An instance of the evaluator's own; disposed with it.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="episodes">Episodes an agent, at least 2.</param>
    /// <param name="pool">The threads; not disposed.</param>
    public ReturnErrorEvaluator(SteppedEnvironment environment, Objective objective, ObservationStateValues values, long seed, int episodes, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(episodes, 2);
        (_environment, _objective, _values, _seed, _episodes, _pool) = (environment, objective, values, seed, episodes, pool);
        double discount = environment.Discount;
        _tail = discount == 0 ? 1 : (int)Math.Clamp(Math.Ceiling(Math.Log(RolloutEvaluator.Negligible) / Math.Log(discount)), 1, 1_000_000);
        _length = Math.Min(RolloutEvaluator.HorizonOf(environment), values.MostSteps);
        _tail = Math.Min(_tail, values.MostSteps - _length);
        _agents = new FeatureEpisode[environment.AgentNames.Count];
    }

    /// <summary>Unknown.</summary>
    public override double? Optimal => null;

    /// <summary>Unknown.</summary>
    public override double? Uniform => null;

    /// <summary>Unknown.</summary>
    public override double[]? AgentOptima => null;

    /// <inheritdoc/>
    public override bool IsEstimate => true;

    /// <inheritdoc/>
    public override Evaluation Evaluate(Tensor theta, double? temperature)
    {
        ArgumentNullException.ThrowIfNull(theta);
        using IDisposable scope = NewDisposeScope();
        double[] weights = theta.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
        var results = new (double Mean, double Variance)[_agents.Length];
        int next = 0;
        _pool.Run(Math.Min(_agents.Length, _pool.Threads), _ =>
        {
            double[] costs = new double[_length + _tail], predicted = new double[_length];
            for (int i = Interlocked.Increment(ref next) - 1; i < results.Length; i = Interlocked.Increment(ref next) - 1) results[i] = Play(i, weights, costs, predicted);
        });
        double mean = results.Sum(r => r.Mean) / results.Length;
        return new Evaluation(mean, Gap: null, GradientNormSquared: null, [.. results.Select(r => r.Mean)], RegularisedObjective: null, RegularisedGap: null)
        {
            ObjectiveError = Math.Sqrt(results.Sum(r => r.Variance)) / results.Length,
            AgentErrors = [.. results.Select(r => (double?)Math.Sqrt(r.Variance))],
            Fault = double.IsFinite(mean) ? null : $"an agent's environment truncates its episodes itself within {_tail} steps, before returns can be told; values cannot be compared with them",
        };
    }

    /// <inheritdoc/>
    public override void Dispose() => _values.Dispose();

    /// <summary>Plays an agent's episodes: the mean squared error, and the variance of that estimate.</summary>
    private (double Mean, double Variance) Play(int agent, double[] weights, double[] costs, double[] predicted)
    {
        FeatureEpisode episode = _agents[agent] ??= new FeatureEpisode(_environment, agent, _values, _objective);
        var key = new StreamKey(_seed, StreamPurpose.Evaluation, agent, 0, 0);
        double[] action = new double[_values.ActionSize], sums = new double[_episodes];
        int[] counts = new int[_episodes];
        for (int e = 0; e < _episodes; e++)
        {
            episode.Begin(TrajectorySeeds.Of(key, e));
            (bool terminated, bool truncated) = (false, false);
            while (!terminated && !truncated && episode.Steps < costs.Length)
            {
                int t = episode.Steps;
                if (t < _length) predicted[t] = LinearHeads.Value(episode.Here, weights);
                _values.Target.Draw(new ActionKey(key, e, t), action);
                // Behind the limit nobody looks at features.
                (StepResult result, costs[t]) = episode.Step(action, look: t + 1 < _length);
                (terminated, truncated) = (result.Terminated, result.Truncated);
            }
            int steps = episode.Steps, told = Math.Min(_length, terminated ? steps : steps - _tail);
            double ahead = terminated ? _objective.Cost(0) / (1 - _environment.Discount) : 0;
            for (int t = steps - 1; t >= 0; t--)
            {
                ahead = costs[t] + (_environment.Discount * ahead);
                if (t < told) sums[e] += (predicted[t] - ahead) * (predicted[t] - ahead);
            }
            counts[e] = Math.Max(0, told);
        }
        double all = counts.Sum(), mean = sums.Sum() / all;
        double squares = sums.Zip(counts, (sum, count) => (sum - (mean * count)) * (sum - (mean * count))).Sum();
        return (mean, squares * _episodes / (_episodes - 1) / (all * all));
    }
}
