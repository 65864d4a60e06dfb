using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Values.Episodic;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Estimators;
using FedPG.Tests.Federation.Estimators.Episodic;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Episodic;

/// <summary>Values that are learned where environments are stepped.</summary>
public sealed class ObservationValuesTests
{
    [Fact]
    public void Features_are_the_formulas_and_no_longer_than_one()
    {
        var box = new Box([-1, 0, double.NegativeInfinity], [3, 2, double.PositiveInfinity]);
        var scales = new ObservationScales(box, null);
        double[] seen = [0.5, 1.9, -4], x = [1.5 / 4, 0.95, 0.5 - (0.5 * 4 / 5.0)];
        double[] fourier = Of(ObservationFeatures.Fourier(scales, 2));
        Assert.Equal(27, fourier.Length);
        for (int m = 0; m < 27; m++)
            Assert.Equal(Math.Cos(Math.PI * ((m % 3 * x[0]) + (m / 3 % 3 * x[1]) + (m / 9 * x[2]))) / Math.Sqrt(27), fourier[m], 1e-14);
        EstimatorsTesting.AssertClose([0.5, 0.5 * ((2 * x[0]) - 1), 0.5 * ((2 * x[1]) - 1), 0.5 * ((2 * x[2]) - 1)],
            Of(ObservationFeatures.Coordinates(scales)), 1e-15);
        double[] random = Of(ObservationFeatures.Random(scales, 40, 0.25, 3));
        Assert.Equal(random, Of(ObservationFeatures.Random(scales, 40, 0.25, 3)));
        Assert.NotEqual(random, Of(ObservationFeatures.Random(scales, 40, 0.25, 4)));
        Assert.Equal(1 / Math.Sqrt(40), random[0], 1e-15);
        Assert.All((double[][])[fourier, random, Of(ObservationFeatures.Coordinates(scales))],
            features => Assert.InRange(NumericsTesting.Norm(features), 0, 1 + 1e-12));
        // Given bounds take the place of the box's, and what lies beyond is clipped.
        var given = new ObservationScales(box, [(0, 1), (0, 1), (-8, 0)]);
        Assert.Equal([0.5, 1, 0.5], [given.Unit(0, 0.5), given.Unit(1, 1.9), given.Unit(2, -4)]);
        Assert.Equal([0, 0, 1 / Math.Sqrt(2), 1 / Math.Sqrt(2), 0], Hot());

        double[] Of(ObservationFeatures features) => Written<double>(features, seen);

        static double[] Hot()
        {
            var encoding = new ObservationEncoding(new MultiDiscrete(3, 2));
            double[] hot = new double[5];
            encoding.Encode<double>([2, 0], hot);
            return Written<double>(ObservationFeatures.OneHot(encoding), hot);
        }

        static double[] Written<T>(ObservationFeatures features, double[] numbers)
        {
            double[] into = new double[features.Count];
            features.CreateWriter().Write<double>(numbers, into);
            return into;
        }
    }

    /// <summary>The heads that act are those of torch's operations, whatever the features.</summary>
    [Fact]
    public void The_actor_and_torch_agree_on_values()
    {
        EpisodicEnvironment environment = Environment("CartPole-v1", 1);
        using ObservationActionValues values = Actions(environment, TensorFormat.Float64);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = NumericsTesting.RandomRows(values, 2, seed: 4);
        double[] seen = NumericsTesting.Uniform(3, 5 * 4, 2), heads = new double[5 * 2];
        double[] torchs = values.Heads(rows, tensor((double[])[.. seen, .. seen], [2, 5, 4])).Numbers();
        for (int i = 0; i < 2; i++)
        {
            using IActor<double> actor = values.CreateActor<double>();
            actor.SetParameters(rows.Numbers().AsSpan(i * values.Layout.Length, values.Layout.Length));
            actor.Heads(seen, 5, heads);
            EstimatorsTesting.AssertClose(torchs[(10 * i)..(10 * (i + 1))], heads, 1e-13);
        }
    }

    /// <summary>
    /// Ties are broken evenly: at zero values all actions are equally good. 3,000 draws within 6 standard deviations, a false alarm below
    /// 1e-8.
    /// </summary>
    [Fact]
    public void The_greedy_policy_is_uniform_over_the_best_actions()
    {
        EpisodicEnvironment environment = Environment("Pendulum-v1", 1);
        using ObservationActionValues values = Actions(environment, TensorFormat.Float64);
        Assert.Equal([-2, -1, 0, 1, 2], Enumerable.Range(0, values.Actions).Select(values.ActionOf));
        double[] action = new double[1];
        int[] counts = new int[5];
        for (int t = 0; t < 3000; t++)
        {
            double log = values.Draw<double>([1, 0, 0, 2, 0],
                new ActionKey(new FedPG.Core.Streams.StreamKey(3, FedPG.Core.Streams.StreamPurpose.Rollout, 0, 0, 0), 0, t), action);
            Assert.Equal(-Math.Log(3), log, 1e-15);
            counts[(int)action[0] + 2]++;
        }
        Assert.Equal([0, 0], [counts[0], counts[3]]);
        Assert.All((int[])[counts[1], counts[2], counts[4]], count => Assert.InRange(count, 1000 - (6 * 26), 1000 + (6 * 26)));
    }

    /// <summary>
    /// Of every transition of a chain, the direction is what the formula says; at an end the chain begins anew, and a limit of steps stops
    /// no bootstrapping.
    /// </summary>
    [Theory]
    [InlineData("fedtd", null)]
    [InlineData("fedtd", 4)]
    [InlineData("fedq", null)]
    [InlineData("fedq", 4)]
    public void A_step_of_a_chain_is_the_error_of_its_transition(string algorithm, int? limit)
    {
        var recorder = new Recorder();
        EpisodicEnvironment plain = Environment("CartPole-v1", 1), environment = recorder.Watch(
            new EpisodicEnvironment(plain.Name, 0.9, plain.AgentNames, plain.Create, plain.RewardRange, limit));
        using LinearHeads policy = algorithm == "fedtd"
            ? States(environment, TensorFormat.Float64)
            : Actions(environment, TensorFormat.Float64);
        var setup = new EstimatorSetup(environment, policy, 0, 1, Objective.Regret, NumericsTesting.Entropy(0), Seed: 6);
        using IGradientEstimator estimator = algorithm == "fedtd" ? new EpisodicTdEstimator(setup) : new EpisodicQEstimator(setup, 0.6);
        double[] theta = NumericsTesting.Uniform(2, policy.Layout.Length, 30);
        (int outputs, int ends, int longest) = (policy.HeadSize, 0, 0);
        for (int l = 0; l < 120; l++)
        {
            double[] direction = EstimatorsTesting.Directions(estimator, theta, 1, new BatchKey(l / 7, l % 7));
            Assert.Equal(l + 1, recorder.Steps.Count);
            Taken step = recorder.Steps[^1];
            double[] before = Features(step.Seen), after = Features(step.Reached);
            int action = outputs == 1 ? 0 : (int)step.Action[0];
            double ahead = step.Result.Terminated
                ? 1 / (1 - 0.9)
                : Enumerable.Range(0, outputs).Min(a => LinearHeads.Value(after, theta, outputs, a));
            double error = LinearHeads.Value(before, theta, outputs, action) - (1 - step.Result.Reward) - (0.9 * ahead);
            for (int k = 0; k < direction.Length; k++)
                Assert.Equal(k % outputs == action ? error * before[k / outputs] : 0, direction[k], 1e-11);
            if (l > 0 && recorder.Steps[l - 1] is { } last)
            {
                bool over = last.Result.Terminated || last.Step + 1 == limit;
                Assert.Equal(over, step.Episode != last.Episode);
                ends += last.Result.Terminated ? 1 : 0;
            }
            longest = Math.Max(longest, step.Step + 1);
        }
        if (limit is { } most) Assert.Equal(most, longest);
        else Assert.InRange(ends, 1, 20);
        Assert.Equal(120, estimator.EnvSteps);

        double[] Features(double[] observation)
        {
            double[] features = new double[policy.Features.Count];
            policy.Features.CreateWriter().Write<double>(observation, features);
            return features;
        }
    }

    /// <summary>A batch's direction is the mean of the same over all its transitions.</summary>
    [Fact]
    public void A_batch_is_the_mean_over_its_transitions()
    {
        var recorder = new Recorder();
        EpisodicEnvironment environment = recorder.Watch(Environment("CartPole-v1", 1));
        using ObservationActionValues policy = Actions(environment, TensorFormat.Float64);
        using var estimator = new EpisodicQBatchEstimator(
            new EstimatorSetup(environment, policy, 0, 1, Objective.Reward, NumericsTesting.Entropy(0), Seed: 6), horizon: 12,
            trajectories: 5, exploration: 0.5);
        double[] theta = NumericsTesting.Uniform(2, policy.Layout.Length, 3), actual = EstimatorsTesting.Directions(
            estimator, theta, 1, new BatchKey(2, 3, Observe: true)), expected = new double[theta.Length];
        ObservationFeatures.Writer writer = policy.Features.CreateWriter();
        double[] before = new double[policy.Features.Count], after = new double[before.Length];
        foreach (Taken step in recorder.Steps)
        {
            writer.Write<double>(step.Seen, before);
            writer.Write<double>(step.Reached, after);
            double ahead = step.Result.Terminated ? 0 : policy.Best(after, theta).Value;
            double error = LinearHeads.Value(before, theta, 2, (int)step.Action[0]) + step.Result.Reward - (environment.Discount * ahead);
            for (int m = 0; m < before.Length; m++) expected[(2 * m) + (int)step.Action[0]] += error * before[m] / recorder.Steps.Count;
        }
        EstimatorsTesting.AssertClose(expected, actual, 1e-12);
        Assert.Equal(5, recorder.Steps.DistinctBy(step => step.Episode).Count());
        Assert.Equal(recorder.Steps.Count, estimator.EnvSteps);
        Assert.Equal((recorder.Steps.Count, recorder.Steps.Sum(s => s.Result.Reward), 5),
            (estimator.Rollouts[0].EnvSteps, estimator.Rollouts[0].RewardSum, estimator.Rollouts[0].Episodes));
    }

    /// <summary>
    /// A table that is stepped, with a feature a state: TD comes to the value function of the table, the TD fixed point there, with ends
    /// and without, and where episodes are cut after three steps. Steps fall as 1/t; over seeds 1 to 10 the largest error was 0.02 to 0.4 %
    /// of the largest value. The seed is fixed.
    /// </summary>
    [Theory]
    [InlineData("random-1", null)]
    [InlineData("random-1", 3)]
    [InlineData("grid-ending", null)]
    public void Td_comes_to_the_value_function_of_the_table(string name, int? limit)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 1);
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, 1, agent => agent, limit);
        using ObservationStateValues values = States(environment, TensorFormat.Float64);
        using var estimator = new EpisodicTdEstimator(
            new EstimatorSetup(environment, values, 0, 1, Objective.Regret, NumericsTesting.Entropy(0), Seed: 2));
        double[] expected = new PlainMdp(mdp, 0, Objective.Regret).Values(Uniform(mdp)).V, learned = Learn(
            estimator, values.Layout.Length, 60_000);
        for (int s = 0; s < mdp.States; s++)
        {
            if (!mdp.Terminal[s]) Assert.InRange(Math.Abs(learned[s] - expected[s]) / expected.Max(), 0, 0.02);
        }
    }

    /// <summary>
    /// So does Q-learning along a chain come to the optimal values; over seeds 1 to 10 the largest error was 0.02 to 0.7 % of the largest
    /// value.
    /// </summary>
    [Theory]
    [InlineData("random-1")]
    [InlineData("grid-ending")]
    public void Q_comes_to_the_optimal_values_of_the_table(string name)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(name, 1);
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, 1, agent => agent);
        using ObservationActionValues values = Actions(environment, TensorFormat.Float64);
        using var estimator = new EpisodicQEstimator(
            new EstimatorSetup(environment, values, 0, 1, Objective.Regret, NumericsTesting.Entropy(0), Seed: 2), exploration: 1);
        var plain = new PlainMdp(mdp, 0, Objective.Regret);
        double[,] q = new double[mdp.States, mdp.Actions];
        for (int k = 0; k < 500; k++) q = plain.Bellman(q);
        double[] expected = [.. q.Cast<double>()], learned = Learn(estimator, values.Layout.Length, 100_000);
        for (int k = 0; k < expected.Length; k++)
        {
            if (!mdp.Terminal[k / mdp.Actions]) Assert.InRange(Math.Abs(learned[k] - expected[k]) / expected.Max(), 0, 0.03);
        }
    }

    /// <summary>
    /// What is reported is known where everything is: a walk of five steps that costs its place, with an end, and one that goes on for ever
    /// at a cost of 1.
    /// </summary>
    [Fact]
    public void The_squared_error_is_that_against_discounted_returns()
    {
        const double discount = 0.8;
        double[] costs = [0, 1, 2, 3, 4], ahead = new double[6];
        for (int t = 4; t >= 0; t--) ahead[t] = costs[t] + (discount * ahead[t + 1]);
        EvaluationResult ending = Evaluate(new Corridor(ends: true), discount, limit: null, new double[6]), right = Evaluate(
            new Corridor(ends: true), discount, null, ahead), cut = Evaluate(new Corridor(ends: true), discount, limit: 2, new double[6]);
        Assert.Equal(ahead.Take(5).Average(g => g * g), ending.Objective, 1e-12);
        Assert.Equal(0, right.Objective, 1e-12);
        Assert.Equal(0, ending.ObjectiveError!.Value, 1e-12);
        // Behind the limit the episode goes on, so that returns are whole; only the steps before it count.
        Assert.Equal(ahead.Take(2).Average(g => g * g), cut.Objective, 1e-12);
        EvaluationResult endless = Evaluate(new Corridor(ends: false), discount, limit: 7, [5, 0, 0, 0, 0, 0]);
        // gamma^t is cut at 1e-4 of what is left.
        Assert.InRange(endless.Objective, 0, 25e-8);
        Assert.Null(ending.Error);
        EnvironmentContractException e = Assert.Throws<EnvironmentContractException>(
            () => Evaluate(new Corridor(ends: false, truncates: 3), discount, limit: null, new double[6]));
        Assert.Equal(
            "the environment of a truncates its episodes itself within 42 steps, before returns can be told that values are compared "
                + "with; a smaller discount needs fewer steps", e.Message);
    }

    private static EvaluationResult Evaluate(Corridor corridor, double discount, int? limit, double[] theta)
    {
        var environment = new EpisodicEnvironment("corridor", discount, ["a", "b"], _ => corridor.Another(), NumberRange.Any, limit);
        using var pool = new WorkerPool(2);
        using var evaluator = new ReturnErrorEvaluator(
            environment, Objective.Reward, States(environment, TensorFormat.Float64), seed: 3, episodes: 4, pool);
        using DisposeScope scope = NewDisposeScope();
        return evaluator.Evaluate(tensor(theta), null);
    }

    private static double[] Learn(IGradientEstimator estimator, int length, int steps)
    {
        double[] theta = new double[length], mean = new double[length];
        for (int k = 0; k < steps; k++)
        {
            double[] direction = EstimatorsTesting.Directions(estimator, theta, 1, new BatchKey(k / 1000, k % 1000));
            double eta = Math.Max(0.5 / (1 + (k / 4000.0)), 0.01);
            for (int j = 0; j < length; j++) theta[j] -= eta * direction[j];
            if (k >= steps / 2)
            {
                for (int j = 0; j < length; j++) mean[j] += theta[j] / (steps / 2);
            }
        }
        return mean;
    }

    private static double[,] Uniform(FiniteMdp mdp)
    {
        double[,] uniform = new double[mdp.States, mdp.Actions];
        for (int k = 0; k < uniform.Length; k++) uniform[k / mdp.Actions, k % mdp.Actions] = 1.0 / mdp.Actions;
        return uniform;
    }

    private static EpisodicEnvironment Environment(string id, int agents) =>
        (EpisodicEnvironment)EnvTesting.Configure(id, agents, "{}").Build();

    private static ObservationFeatures Features(EpisodicEnvironment environment) =>
        environment.ObservationSpace is Box box
            ? ObservationFeatures.Fourier(new ObservationScales(box, null), 1)
            : ObservationFeatures.OneHot(new ObservationEncoding(environment.ObservationSpace));

    private static ObservationActionValues Actions(EpisodicEnvironment environment, TensorFormat format) =>
        new(new ObservationEncoding(environment.ObservationSpace), Features(environment), environment.ActionSpace, levels: 5, format);

    private static ObservationStateValues States(EpisodicEnvironment environment, TensorFormat format)
    {
        int actions = ((Discrete)environment.ActionSpace).Count;
        return new(new ObservationEncoding(environment.ObservationSpace), Features(environment),
            FixedActions.Of([.. Enumerable.Repeat(1.0 / actions, actions)]), format);
    }

    /// <summary>
    /// Places 0 to 5; a step leads to the next place and costs the one it leaves, or for ever stays in place 0 at a cost of 1.
    /// </summary>
    private sealed class Corridor(bool ends, int? truncates = null) : IEnvironment
    {
        private int _place, _steps;

        public Space ObservationSpace { get; } = new Discrete(6);

        public Space ActionSpace { get; } = new Discrete(1);

        public Corridor Another() => new(ends, truncates);

        public void Reset(long seed, Span<double> observation) => (observation[0], _place, _steps) = (0, 0, 0);

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            double cost = ends ? _place : 1;
            if (ends) _place++;
            observation[0] = _place;
            return new StepResult(-cost, Terminated: _place == 5, Truncated: ++_steps == truncates);
        }
    }
}
