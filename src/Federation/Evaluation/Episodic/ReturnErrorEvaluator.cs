using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation.Episodic;

/// <summary>
/// Evaluates state values that are learned for a fixed policy of an episodic environment, so that there is no J to lower and no fixed point
/// to compare with. An agent's objective is the mean, over the steps of held-out episodes of the fixed policy, of (V(o_t) - G_t)^2 with G_t
/// the discounted costs from t on: the squared error of the values plus the variance of a return, which no values take away. Every step
/// counts alike, as along the chain that learns.
/// <para>
/// Returns are not cut where episodes are: an episode goes on behind the limit of steps until gamma^t has fallen below <see
/// cref="EpisodeLengths.Negligible"/>, and only the steps before the limit count. Where an environment truncates itself, the steps too near
/// to that end are left out. So a return lacks that share of what a state is worth at most; a discount too near to 1 for the random numbers
/// of so long an episode is refused (<see cref="EpisodeLengths.LargestDiscount"/>).
/// </para>
/// <para>The standard error is that of a ratio of sums over episodes.</para>
/// </summary>
internal sealed class ReturnErrorEvaluator : EpisodeEvaluator
{
    private readonly ObservationStateValues _values;
    private readonly Objective _objective;
    private readonly FeatureEpisode?[] _agents;
    private readonly int _length, _tail;

    /// <summary>Prepares the evaluation.</summary>
    /// <param name="environment">
    /// The environment of all agents; its discount is at most <see cref="EpisodeLengths.LargestDiscount"/>.
    /// </param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="values">An instance of the evaluator's own; disposed with it.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="episodes">Episodes an agent, at least 2.</param>
    /// <param name="pool">The threads; not disposed.</param>
    public ReturnErrorEvaluator(
        EpisodicEnvironment environment, Objective objective, ObservationStateValues values, long seed, int episodes, WorkerPool pool)
        : base(environment, seed, episodes, pool)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(episodes, 2);
        (_objective, _values) = (objective, values);
        (_length, _tail) = (EpisodeLengths.Of(environment), EpisodeLengths.TailOf(environment.Discount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)_length + _tail, values.MaxSteps, nameof(environment));
        _agents = new FeatureEpisode[Agents];
    }

    /// <inheritdoc/>
    /// <exception cref="EnvironmentContractException">An agent's environment truncates its episodes before any return is whole.</exception>
    protected override EvaluationResult Judge(Tensor theta, double? temperature, Tensor? ownRows)
    {
        using IDisposable scope = NewDisposeScope();
        double[] numbers = (ownRows ?? theta).detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();
        double[][] weights = [.. numbers.Chunk((int)theta.shape[0])];
        (double[] Costs, double[] Predicted)[] arrays =
            [.. Enumerable.Range(0, Workers).Select(_ => (new double[_length + _tail], new double[_length]))];
        (double Mean, double Variance, int Steps)[] results =
            PlayAll((k, i) => Play(i, weights[ownRows is null ? 0 : i], arrays[k].Costs, arrays[k].Predicted));
        if (Array.FindIndex(results, r => r.Steps == 0) is >= 0 and var untold)
        {
            throw new EnvironmentContractException(
                $"of {Environment.AgentNames[untold]} truncates its episodes itself within {_tail} steps, before returns can be told that "
                + "values are compared with",
                "a smaller discount needs fewer steps");
        }
        double mean = results.Sum(r => r.Mean) / results.Length;
        return new EvaluationResult(mean, Gap: null, GradientNormSquared: null, [.. results.Select(r => r.Mean)], null, null)
        {
            ObjectiveError = Math.Sqrt(results.Sum(r => r.Variance)) / results.Length,
            AgentErrors = [.. results.Select(r => (double?)Math.Sqrt(r.Variance))],
            Error = double.IsFinite(mean) ? null : "its values are too large to be compared with returns",
        };
    }

    /// <inheritdoc/>
    public override void Dispose() => _values.Dispose();

    /// <summary>Plays an agent's episodes: the mean squared error, the variance of that estimate, and the steps it comes from.</summary>
    private (double Mean, double Variance, int Steps) Play(int agent, double[] weights, double[] costs, double[] predicted)
    {
        FeatureEpisode episode = _agents[agent] ??= new FeatureEpisode(Environment, agent, _values, _objective);
        StreamKey key = KeyOf(agent);
        double[] action = new double[_values.ActionSize], sums = new double[Episodes];
        int[] counts = new int[Episodes];
        for (int e = 0; e < Episodes; e++)
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
            int steps = episode.Steps, whole = Math.Min(_length, terminated ? steps : steps - _tail);
            double ahead = terminated ? _objective.Cost(0) / (1 - Environment.Discount) : 0;
            for (int t = steps - 1; t >= 0; t--)
            {
                ahead = costs[t] + (Environment.Discount * ahead);
                if (t < whole) sums[e] += (predicted[t] - ahead) * (predicted[t] - ahead);
            }
            counts[e] = Math.Max(0, whole);
        }
        int told = counts.Sum();
        double all = told, mean = sums.Sum() / all;
        double squares = sums.Zip(counts, (sum, count) => (sum - (mean * count)) * (sum - (mean * count))).Sum();
        return (mean, squares * Episodes / (Episodes - 1) / (all * all), told);
    }
}
