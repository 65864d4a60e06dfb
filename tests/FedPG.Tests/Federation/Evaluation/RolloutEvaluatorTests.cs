using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Federation.Estimators.Episodic;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Evaluation;

public sealed class RolloutEvaluatorTests
{
    private const int Limit = 30;

    /// <summary>
    /// The objective of a finite MDP that is stepped, its standard error and the objective with entropy, against dynamic programming: 6
    /// standard errors for the mean over agents; each of four agents' own too, by its share of the error.
    /// </summary>
    [Theory]
    [InlineData("random-own-kernels", Objective.Reward)]
    [InlineData("frozen-lake", Objective.Regret)]
    [InlineData("grid-ending", Objective.Regret)]
    public void The_objective_is_estimated_without_bias_and_with_its_standard_error(string name, Objective objective)
    {
        const double tau = 0.3;
        FiniteMdp mdp = NumericsTesting.Mdp(name, 2);
        double[] logits = NumericsTesting.Uniform(31, mdp.States * mdp.Actions, 0.8),
            policy = TruncatedProblem.Softmax(logits, mdp.Actions);
        EvaluationResult evaluation = Evaluate(mdp, objective, logits, tau, seed: 1, episodes: 4000, threads: 2);
        double[] exact = [.. Enumerable.Range(0, 4).Select(i => new TruncatedProblem(mdp, i % 2, objective, Limit, 0).Objective(policy))];
        double[] regularised = [.. Enumerable.Range(0, 4)
            .Select(i => new TruncatedProblem(mdp, i % 2, objective, Limit, tau).Objective(policy))];
        double error = evaluation.ObjectiveError!.Value;
        Assert.InRange(error, 1e-6, 0.1);
        Assert.InRange(evaluation.Objective, exact.Average() - (6 * error), exact.Average() + (6 * error));
        // An agent's own error is at most twice the square root of four times the mean's.
        for (int i = 0; i < 4; i++) Assert.InRange(evaluation.AgentObjectives[i], exact[i] - (24 * error), exact[i] + (24 * error));
        Assert.InRange(evaluation.RegularisedObjective!.Value - evaluation.Objective,
            regularised.Average() - exact.Average() - (12 * error), regularised.Average() - exact.Average() + (12 * error));
        Assert.Null(evaluation.Gap);
        Assert.Null(evaluation.GradientNormSquared);
    }

    /// <summary>
    /// 200 evaluations of 16 episodes on other seeds: their deviations in standard errors have a mean square of about 1 (1.03 for a Student
    /// distribution of 60 degrees of freedom; its standard error is 0.1).
    /// </summary>
    [Fact]
    public void The_standard_error_is_that_of_the_objective()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-own-kernels", 2);
        double[] logits = NumericsTesting.Uniform(31, mdp.States * mdp.Actions, 0.8),
            policy = TruncatedProblem.Softmax(logits, mdp.Actions);
        double exact = Enumerable.Range(0, 2).Average(i => new TruncatedProblem(mdp, i, Objective.Reward, Limit, 0).Objective(policy)),
            squares = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            EvaluationResult evaluation = Evaluate(mdp, Objective.Reward, logits, null, seed, episodes: 16, threads: 1);
            squares += Math.Pow((evaluation.Objective - exact) / evaluation.ObjectiveError!.Value, 2);
            Assert.Null(evaluation.RegularisedObjective);
        }
        Assert.InRange(squares / 200, 0.6, 1.5);
    }

    /// <summary>
    /// The same numbers at every call and on any number of threads, whatever was evaluated in between; other seeds give others.
    /// </summary>
    [Fact]
    public void Every_evaluation_plays_the_same_episodes()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("frozen-lake", 2);
        double[] logits = NumericsTesting.Uniform(31, mdp.States * mdp.Actions, 0.8);
        using DisposeScope scope = NewDisposeScope();
        double[] expected = [];
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var pool = new WorkerPool(threads);
            using RolloutEvaluator evaluator = Evaluator(mdp, Objective.Regret, seed: 1, episodes: 40, pool);
            double[] first = evaluator.Evaluate(Theta(mdp, logits), null).AgentObjectives;
            double[] other = evaluator.Evaluate(Theta(mdp, [.. logits.Select(x => -x)]), null).AgentObjectives;
            Assert.Equal(first, evaluator.Evaluate(Theta(mdp, logits), null).AgentObjectives);
            Assert.NotEqual(first, other);
            if (threads == 1) expected = first;
            Assert.Equal(expected, first);
        }
        Assert.NotEqual(expected, Evaluate(mdp, Objective.Regret, logits, null, seed: 2, episodes: 40, threads: 1).AgentObjectives);
    }

    /// <summary>
    /// Without a discount and without differences: every episode of an environment that never ends pays its limit of steps.
    /// </summary>
    [Fact]
    public void Returns_and_lengths_are_those_of_the_episodes()
    {
        var environment = new EpisodicEnvironment("target", 1, ["a", "b"], _ => new TargetEnvironment(0, Box.Of(1)),
            FedPG.Core.Options.NumberRange.Any, stepLimit: 7);
        using var pool = new WorkerPool(2);
        var policy = new GaussianPolicy(new ObservationEncoding(environment.ObservationSpace), Box.Of(1), [], Activation.Tanh, 1,
            learnDeviation: false, TensorFormat.Float64);
        using var evaluator = new RolloutEvaluator(environment, Objective.Reward, policy, seed: 1, episodes: 50, pool);
        EvaluationResult evaluation = evaluator.Evaluate(zeros(2, dtype: ScalarType.Float64), null);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(7, evaluation.AgentEpisodes![i].Length);
            Assert.Equal(-evaluation.AgentObjectives[i], evaluation.AgentEpisodes[i].Return, 1e-9);
        }
    }

    [Fact]
    public void Episodes_without_a_limit_are_cut_where_little_is_left()
    {
        EpisodicEnvironment Environment(double discount, int? limit) =>
            new("e", discount, ["a"], _ => new TargetEnvironment(0, Box.Of(1)), FedPG.Core.Options.NumberRange.Any, limit);
        Assert.Equal(12, EpisodeLengths.Of(Environment(0.9, 12)));
        Assert.Equal(1, EpisodeLengths.Of(Environment(0, null)));
        Assert.Equal(EpisodeLengths.MaxSteps, EpisodeLengths.Of(Environment(1, null)));
        int steps = EpisodeLengths.Of(Environment(0.9, null));
        Assert.True(Math.Pow(0.9, steps) <= EpisodeLengths.Negligible && Math.Pow(0.9, steps - 1) > EpisodeLengths.Negligible);
    }

    private static Tensor Theta(FiniteMdp mdp, double[] logits) => tensor([.. logits, .. new double[mdp.Actions]]);

    private static RolloutEvaluator Evaluator(FiniteMdp mdp, Objective objective, long seed, int episodes, WorkerPool pool)
    {
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, 4, i => i % 2, Limit);
        return new RolloutEvaluator(environment, objective, RolloutTesting.TablePolicy(environment, TensorFormat.Float64), seed,
            episodes, pool);
    }

    private static EvaluationResult Evaluate(FiniteMdp mdp, Objective objective, double[] logits, double? tau, long seed,
        int episodes, int threads)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pool = new WorkerPool(threads);
        using RolloutEvaluator evaluator = Evaluator(mdp, objective, seed, episodes, pool);
        return evaluator.Evaluate(Theta(mdp, logits), tau);
    }
}
