using FedPG.Core.Options;
using FedPG.Experiments.Diagnosis;
using Xunit;

namespace FedPG.Tests.Federation.Estimators;

public sealed class EstimatorBadInputTests
{
    private const string Random = """{ "environment": { "id": "RandomMdp-v0", "agents": 2 } }""";

    [Theory]
    [InlineData("gradient.direction=sideways", "gradient.direction: \"sideways\"; must be \"plain\" | \"natural\"")]
    [InlineData("gradient.damping=-1", "gradient.damping: -1; must be a number of at least 0")]
    [InlineData("gradient.solverIterations=0", "gradient.solverIterations: 0; must be a whole number from 1 to ")]
    [InlineData("policy.kind=action-values",
        "policy.kind: \"action-values\"; is not trained by federation.algorithm \"fast-fedpg\"; allowed with it: \"tabular-softmax\" | "
            + "\"log-linear\" | \"neural-softmax\"")]
    [InlineData("policy.kind=tabular-direct", "is not trained by federation.algorithm \"fast-fedpg\"")]
    [InlineData("federation.algorithm=pavg|policy.kind=neural-softmax", "allowed with it: \"tabular-softmax\" | \"tabular-direct\"")]
    [InlineData("federation.algorithm=pavg|gradient.direction=plain",
        "gradient.direction: \"plain\"; must be \"natural\" with federation.algorithm \"pavg\" and policy.kind \"tabular-softmax\"")]
    [InlineData("federation.algorithm=pavg|policy.kind=tabular-direct|gradient.direction=natural|gradient.estimator=exact",
        "must be \"plain\" with federation.algorithm \"pavg\"")]
    [InlineData("federation.algorithm=pavg|policy.kind=tabular-direct", "gradient.estimator: cannot serve policy.kind \"tabular-direct\"",
        "allowed there: \"exact\"")]
    [InlineData("federation.algorithm=pavg|policy.kind=tabular-direct|gradient.estimator=exact|gradient.entropy=0.1",
        "gradient.entropy: 0.1; must be 0 with policy.kind \"tabular-direct\"")]
    [InlineData(
        "federation.algorithm=pavg|policy.kind=tabular-direct|gradient.estimator=exact|"
            + "policy.initial=[1,0,0,0,1,0,0,0,1,0,0,0,1,0,0,0,1,1,0,0]",
        "must be 4 probabilities for each state that sum to one; those of state 4 do not")]
    [InlineData("federation.algorithm=qavg|gradient.estimator=gpomdp", "gradient.estimator: \"gpomdp\"; must be \"sampled\" | \"exact\"")]
    [InlineData("federation.algorithm=qavg|gradient.direction=natural", "gradient.direction: \"natural\"; must be \"plain\"")]
    [InlineData("federation.algorithm=qavg|policy.features=random",
        "gradient.estimator: updates a table of all states and actions: policy.features must be \"one-hot\"")]
    [InlineData("federation.algorithm=qavg|gradient.estimator=sampled|gradient.trajectories=0",
        "gradient.trajectories: 0; must be a whole number from 1 to ")]
    [InlineData("federation.algorithm=qavg|policy.featres=random", "policy.featres: unknown key; the nearest key is \"features\"")]
    [InlineData("federation.algorithm=fedq|gradient.exploration=2", "gradient.exploration: 2; must be a number in [0, 1]")]
    [InlineData("federation.algorithm=fedq|policy.features=radial",
        "policy.features: \"radial\"; this environment's states have no coordinates")]
    [InlineData("federation.algorithm=fedq|policy.features=[[1],[2]]", "policy.features: [[1],[2]]; must be finite numbers [5][m]")]
    [InlineData("federation.algorithm=fedtd|policy.evaluates=[[1,0,0,0]]", "policy.evaluates: [[1,0,0,0]]; must be probabilities [5][4]")]
    [InlineData("federation.algorithm=fedtd|policy.evaluates=greedy", "policy.evaluates: \"greedy\"; must be \"uniform\"")]
    [InlineData("federation.algorithm=fedtd|policy.features=random|policy.featureCount=9",
        "gradient.estimator: cannot learn state values here: RandomMdp-v0, agent agent-0, has no single TD fixed point")]
    [InlineData("""federation.algorithm=fedtd|environment={"id":"GridWorld-v0","agents":1,"options":{"continuing":false}}""",
        "has terminal states")]
    [InlineData("""federation.algorithm=pavg|environment={"id":"LinearQuadratic-v0","agents":1}|objective=reward|"""
        + """gradient.estimator=exact""", "policy.kind", "none in LinearQuadratic-v0")]
    [InlineData("""gradient.direction=natural|environment={"id":"LinearQuadratic-v0","agents":1}|objective=reward|"""
        + """gradient.estimator=exact""",
        "gradient.direction: \"natural\"; \"natural\" is not offered in LinearQuadratic-v0; allowed there: \"plain\"")]
    [InlineData("""federation.localStepSize={"schedule":"geometric","from":2,"most":1}""",
        "federation.localStepSize.most: 1; must be a number of at least 2")]
    [InlineData("""federation.localStepSize={"schedule":"geometric","ratio":0}""",
        "federation.localStepSize.ratio: 0; must be a number greater than 0")]
    public void A_fault_names_the_key_the_value_and_what_is_allowed(string settings, params string[] expected)
    {
        string errors = EstimatorsTesting.ErrorsOf(Random, settings.Split('|'));
        Assert.All(expected, text => Assert.Contains(text, errors, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', errors);
    }

    [Theory]
    [InlineData("pavg")]
    [InlineData("pmd")]
    [InlineData("qavg")]
    [InlineData("fedq")]
    [InlineData("fedtd")]
    public void The_name_of_the_algorithm_alone_makes_an_experiment_that_learns(string algorithm)
    {
        double first = double.NaN, last = double.NaN;
        EstimatorsTesting.Train(EstimatorsTesting.Read(Random, $"federation.algorithm={algorithm}"), (report, _) =>
        {
            if (report.Evaluation is not { } evaluation) return;
            if (report.Round == 0) first = evaluation.Gap!.Value;
            last = evaluation.Gap!.Value;
        });
        Assert.InRange(last, -1e-6, 0.5 * first);
    }

    [Fact]
    public void There_is_no_advice_for_values()
    {
        FedPG.Experiments.Experiment experiment = EstimatorsTesting.Read(Random, "federation.algorithm=qavg");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Adviser.Of(experiment));
        Assert.Contains("policy.kind: \"action-values\"; advice is about policy gradients", Assert.Single(e.Errors).ToString(),
            StringComparison.Ordinal);
    }
}
