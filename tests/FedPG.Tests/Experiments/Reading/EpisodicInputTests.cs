using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Evaluation.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Tests.Federation.Estimators;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Experiments.Reading;

/// <summary>
/// What is said of experiments where environments are stepped: faults beside others, what is allowed, and what is taken at its word.
/// </summary>
public sealed class EpisodicInputTests
{
    private const string EpisodicEstimators = "\"gpomdp\" | \"reinforce\" | \"actor-critic\" | \"ppo\"";
    private const string Cars = """{ "environment": { "id": "MountainCar-v0", "agents": 2 }, "objective": "reward" }""";
    private const string Wrong = """environment={"id":"MountainCar-v0","agents":2,"options":{"gravty":1}}""";
    private const string Quadratic = """environment={"id":"LinearQuadratic-v0","agents":2}""";
    private const string EpisodicQuadratic =
        """environment={"id":"LinearQuadratic-v0","agents":2,"stepped":true,"options":{"discount":0.9,"steps":20}}""";

    /// <summary>
    /// With a fault in the environment nobody knows whether its states are listed: what either
    /// would take is no fault, and what both refuse is one.
    /// </summary>
    [Theory]
    [InlineData("federation.algorithm=fedq", "policy.features=fourier")]
    [InlineData("federation.algorithm=fedq", "policy.features=radial")]
    [InlineData("federation.algorithm=fedtd", "policy.evaluates=gaussian")]
    [InlineData("policy={\"kind\":\"log-linear\",\"features\":\"observation\"}")]
    [InlineData("policy={\"kind\":\"gaussian\",\"hidden\":[4]}")]
    public void A_fault_in_the_environment_makes_no_other_faults(params string[] assignments)
    {
        string fault = EstimatorsTesting.ErrorsOf(Cars, [Wrong, .. assignments]);
        Assert.Contains("environment.options.gravty: unknown key", fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault);
    }

    [Theory]
    [InlineData("policy.actionBins: 1; must be a whole number from 2 to 1001", "federation.algorithm=fedq", "policy.actionBins=1")]
    [InlineData("policy.featureOrder: \"many\"; must be a whole number from 0 to 1000", "federation.algorithm=fedq",
        "policy.featureOrder=many")]
    [InlineData("policy.features: \"cubes\"; must be \"one-hot\" | \"coordinates\" | \"radial\" | \"random\" (nearest",
        "federation.algorithm=fedq", "policy.features=cubes")]
    [InlineData("or, elsewhere, must be \"one-hot\" | \"coordinates\" | \"fourier\" | \"random\"", "federation.algorithm=fedq",
        "policy.features=cubes")]
    [InlineData("policy.hidden: [0]; must be a list of whole numbers", "policy={\"kind\":\"neural-softmax\",\"hidden\":[0]}")]
    [InlineData("gradient.horizon: 0; must be a whole number from 1", "federation.algorithm=qavg", "gradient={\"horizon\":0}")]
    [InlineData("gradient.exploration: 2; must be a number in [0, 1]", "federation.algorithm=qavg", "gradient={\"exploration\":2}")]
    [InlineData("gradient.damping: -1; must be a number of at least 0", "gradient.damping=-1")]
    public void Beside_a_fault_in_the_environment_others_are_found(string expected, params string[] assignments)
    {
        string[] errors = EstimatorsTesting.ErrorsOf(Cars, [Wrong, .. assignments]).Split('\n');
        Assert.Equal(2, errors.Length);
        Assert.Contains("environment.options.gravty: unknown key", errors[0], StringComparison.Ordinal);
        Assert.Contains(expected, errors[1], StringComparison.Ordinal);
    }

    /// <summary>What a fault names as allowed is what the rest of the file allows: every word of it makes an experiment.</summary>
    [Theory]
    [InlineData("policy.kind", "\"neural-softmax\" | \"log-linear\"", "policy.kind=tabular-softmax")]
    [InlineData("policy.kind", "\"neural-softmax\" | \"log-linear\"", "policy.kind=gaussian")]
    [InlineData("policy.kind", "\"neural-softmax\" | \"log-linear\"", "policy.kind=nets")]
    [InlineData("policy.kind", "\"action-values\"", "federation.algorithm=fedq", "policy.kind=tabular-softmax")]
    [InlineData("policy.kind", "\"state-values\"", "federation.algorithm=fedtd", "policy.kind=nets")]
    [InlineData("policy.kind", "\"linear\"", Quadratic, "gradient.estimator=exact", "policy.kind=tabular-softmax")]
    [InlineData("gradient.estimator", EpisodicEstimators, "gradient.estimator=exact")]
    [InlineData("gradient.estimator", EpisodicEstimators, "gradient.estimator=best")]
    [InlineData("gradient.estimator", "\"sampled\"", "federation.algorithm=qavg", "gradient={\"estimator\":\"gpomdp\"}")]
    [InlineData("gradient.estimator", "\"chain\"", "federation.algorithm=fedtd", "gradient={\"estimator\":\"exact\"}")]
    [InlineData("gradient.direction", "\"natural\"", "federation.algorithm=pmd", "gradient.direction=sideways")]
    [InlineData("policy.features", "\"one-hot\" | \"random\"", "environment={\"id\":\"RandomMdp-v0\",\"agents\":2}", "objective=regret",
        "federation.algorithm=fedq", "policy.features=radial")]
    [InlineData("policy.features", "\"one-hot\"", "environment={\"id\":\"RandomMdp-v0\",\"agents\":2}", "objective=regret",
        "policy={\"kind\":\"log-linear\",\"features\":\"cubes\"}")]
    public void What_is_named_as_allowed_is_allowed(string key, string words, params string[] assignments)
    {
        string fault = EstimatorsTesting.ErrorsOf(Cars, assignments);
        Assert.StartsWith($"--set: {key}: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault);
        Assert.Matches($"{System.Text.RegularExpressions.Regex.Escape(words)}( \\(nearest.*)?$", fault);
        foreach (string word in words.Split(" | ").Select(w => w.Trim('"')))
            Assert.NotNull(EstimatorsTesting.Read(Cars, [.. assignments, $"{key}={word}"]));
    }

    /// <summary>That an environment can be stepped is said where it is the way out, and only there.</summary>
    [Theory]
    [InlineData("federation.algorithm=pavg",
        "allowed with it: none in LinearQuadratic-v0; with \"stepped\": true in environment: \"gaussian\"", Quadratic,
        "gradient.estimator=exact")]
    [InlineData("federation.algorithm=fedavg", "allowed there: \"linear\"; with \"stepped\": true in environment: \"gaussian\"", Quadratic,
        "gradient.estimator=exact", "policy.kind=gaussian")]
    [InlineData("federation.algorithm=fedq", "allowed with it: none in LinearQuadratic-v0$", Quadratic)]
    [InlineData("federation.algorithm=fedavg", "allowed there: \"linear\"$", Quadratic, "gradient.estimator=exact",
        "policy.kind=neural-softmax")]
    [InlineData("federation.algorithm=fedq", "\"action-values\" chooses among finitely many actions", EpisodicQuadratic)]
    [InlineData("federation.algorithm=fedq", "\"action-values\" chooses among finitely many actions", EpisodicQuadratic,
        "policy.kind=action-values")]
    [InlineData("federation.algorithm=fedq",
        "cannot act in LinearQuadratic-v0; allowed there with federation.algorithm \"fedq\": none in LinearQuadratic-v0$",
        EpisodicQuadratic, "policy.kind=tabular-softmax")]
    public void Stepping_is_offered_where_it_helps(string algorithm, string expected, params string[] assignments)
    {
        string fault = EstimatorsTesting.ErrorsOf(Cars, [algorithm, .. assignments]);
        Assert.DoesNotContain('\n', fault);
        if (expected.EndsWith('$')) Assert.EndsWith(expected[..^1], fault, StringComparison.Ordinal);
        else Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    /// <summary>Bounds that are given are the bounds, however wide; those that no number can be divided by are refused.</summary>
    [Fact]
    public void Feature_bounds_are_taken_at_their_word()
    {
        var box = new Box([double.NegativeInfinity], [double.PositiveInfinity]);
        Assert.Equal([0.25, 0.5, 1], ((double[])[-5e11, 0, 3e12]).Select(x => new ObservationScales(box, [(-1e12, 1e12)]).Unit(0, x)));
        Assert.Throws<ArgumentException>(() => new ObservationScales(box, [(-1e308, 1e308)]));
        Assert.Throws<ArgumentException>(() => new ObservationScales(box, []));
        foreach (string bounds in (string[])["[[-1e308,1e308],[0,1]]", "[[0,1],[1,1]]", "[[0,1],[2,1]]", "[[0,1]]", "[[0,1,2],[0,1]]",
            "[[\"a\",1],[0,1]]", "1", "[0,1]", "[[0,1e999],[0,1]]", "[[null,1],[0,1]]"])
        {
            string fault = EstimatorsTesting.ErrorsOf(Cars, "federation.algorithm=fedq", $"policy.featureBounds={bounds}");
            Assert.StartsWith($"--set: policy.featureBounds: {bounds}; must be a list of 2 ranges [low, high]", fault,
                StringComparison.Ordinal);
        }
        Assert.NotNull(EstimatorsTesting.Read(Cars, "federation.algorithm=fedq", "policy.featureBounds=[[-1e12,1e12],[0,1]]"));
    }

    /// <summary>
    /// Every option that only stepping has refuses what is no number, negative, huge, or of
    /// another kind, by one message that names the key.
    /// </summary>
    [Theory]
    [InlineData("environment.stepped", "fast-fedpg", "1", "\"yes\"", "[]", "{}", "NaN")]
    [InlineData("evaluationEpisodes", "fast-fedpg", "1", "-3", "2.5", "1e300", "NaN", "true", "[32]", "{}")]
    [InlineData("gradient.horizon", "qavg", "0", "-1", "1.5", "1e300", "NaN", "[50]", "false", "70000")]
    [InlineData("gradient.trajectories", "qavg", "0", "-1", "1.5", "1e300", "NaN", "[50]")]
    [InlineData("gradient.exploration", "qavg", "-0.1", "1.1", "1e300", "NaN", "-Infinity", "[1]", "true")]
    [InlineData("gradient.exploration", "fedq", "-0.1", "1.1", "1e300", "NaN", "Infinity", "{}", "true")]
    [InlineData("policy.features", "fedq", "1", "NaN", "[[1]]", "{}", "true", "\"one-hot\"")]
    [InlineData("policy.featureOrder", "fedq", "-1", "1.5", "1e300", "NaN", "1001", "[3]", "100")]
    [InlineData("policy.featureCount", "fedq", "0", "-1", "10001", "1e300", "NaN", "[3]")]
    [InlineData("policy.featureInstance", "fedtd", "-1", "1e300", "NaN", "0.5", "[3]")]
    [InlineData("policy.featureWidth", "fedtd", "0", "-1", "1e-320", "1e300", "1e999", "NaN", "[3]", "true")]
    [InlineData("policy.actionBins", "fedq", "1", "-5", "1e300", "NaN", "1002", "2.5", "[3]", "true")]
    [InlineData("policy.evaluates", "fedtd", "1", "NaN", "[1,1,1]", "[0.5,0.5]", "[-1,1,1]", "[\"a\",0,1]", "[[1,0,0]]", "{}",
        "\"gaussian\"")]
    [InlineData("policy.standardDeviation", "fedtd", "0", "-1", "1e-300", "1e300", "1e999", "NaN", "[1]")]
    [InlineData("policy.learnStandardDeviation", "fedtd", "0", "NaN", "[1]")]
    public void What_an_option_cannot_be_is_refused_by_its_name(string key, string algorithm, params string[] values)
    {
        foreach (string value in values)
        {
            string fault = EstimatorsTesting.ErrorsOf(Cars, $"federation.algorithm={algorithm}", $"{key}={value}");
            Assert.StartsWith($"--set: {key}: ", fault, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault);
        }
    }

    /// <summary>
    /// Returns that values are compared with are whole at every discount that is taken: of a walk that costs 1 for ever, the value 1 / (1 -
    /// gamma) is right within the share that is cut. Beyond that an experiment is refused, and so is an evaluator.
    /// </summary>
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.999)]
    [InlineData(0.9999)]
    [InlineData(null)]
    public void Returns_are_whole_at_every_discount_that_is_taken(double? discount)
    {
        ObservationStateValues values = Values();
        double gamma = discount ?? EpisodeLengths.LargestDiscount(Forever(0.9), values);
        EpisodicEnvironment environment = Forever(gamma);
        using (values)
        using (var pool = new WorkerPool(1))
        using (var evaluator = new ReturnErrorEvaluator(environment, Objective.Regret, Values(), seed: 1, episodes: 2, pool))
        using (DisposeScope scope = NewDisposeScope())
        {
            double share = Math.Sqrt(evaluator.Evaluate(tensor((double[])[1 / (1 - gamma)]), null).Objective) * (1 - gamma);
            Assert.InRange(share, 0, EpisodeLengths.Negligible * (1 + 1e-6));
            Assert.Throws<ArgumentOutOfRangeException>(() =>
                new ReturnErrorEvaluator(Forever(0.99999), Objective.Regret, values, 1, 2, pool));
        }
    }

    [Fact]
    public void A_discount_too_near_to_one_for_whole_returns_is_refused()
    {
        string[] td = ["federation.algorithm=fedtd", "environment.options={\"discount\":0.99999}"];
        Assert.Contains(
            "gradient.estimator: is judged by whole returns, for which episodes are too long at the discount 0.99999 of MountainCar-v0; "
                + "at most 0.999964 is allowed there",
            EstimatorsTesting.ErrorsOf(Cars, td), StringComparison.Ordinal);
        Assert.NotNull(EstimatorsTesting.Read(Cars, "federation.algorithm=fedtd", "environment.options={\"discount\":0.999964}"));
    }

    private static EpisodicEnvironment Forever(double discount) =>
        new("forever", discount, ["a"], _ => new Waiting(), NumberRange.UnitInterval, stepLimit: 5);

    private static ObservationStateValues Values()
    {
        var encoding = new ObservationEncoding(new Discrete(1));
        return new ObservationStateValues(encoding, ObservationFeatures.OneHot(encoding), FixedActions.Of([1]), TensorFormat.Float64);
    }

    /// <summary>One place, which costs 1 a step, for ever.</summary>
    private sealed class Waiting : IEnvironment
    {
        public Space ObservationSpace { get; } = new Discrete(1);

        public Space ActionSpace { get; } = new Discrete(1);

        public void Reset(long seed, Span<double> observation) => observation[0] = 0;

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            observation[0] = 0;
            return new StepResult(0, Terminated: false, Truncated: false);
        }
    }
}
