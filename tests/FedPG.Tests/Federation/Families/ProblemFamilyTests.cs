using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Tests.Federation.Estimators;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Families;

public sealed class ProblemFamilyTests
{
    public static TheoryData<string, string> Experiments() => new()
    {
        { "tabular", """{ "environment": { "id": "RandomMdp-v0", "agents": 2 } }""" },
        { "episodic", """{ "environment": { "id": "RandomMdp-v0", "agents": 2, "stepped": true } }""" },
        {
            "linear-quadratic",
            """
            { "environment": { "id": "LinearQuadratic-v0", "agents": 2 }, "objective": "reward", "gradient": { "estimator": "exact" } }
            """
        },
    };

    /// <summary>What an experiment of a kind is made of belongs to the family of its environment.</summary>
    [Theory]
    [MemberData(nameof(Experiments))]
    public void A_family_joins_environment_policy_estimators_and_evaluator(string name, string json)
    {
        Experiment experiment = EstimatorsTesting.Read(json, "evaluationEpisodes=2");
        ProblemFamily family = ProblemFamily.Of(experiment.Environment);
        Assert.Equal(name, family.Name);
        Assert.IsAssignableFrom(family.EnvironmentType, experiment.Environment);
        Assert.Equal(family.EnvironmentType, experiment.Gradient.Definition.Environment);
        using var pool = new WorkerPool(1);
        using var noGrad = no_grad();
        var format = new TensorFormat(experiment.Dtype, CPU);
        using Policy policy = experiment.CreatePolicy(format);
        Assert.IsAssignableFrom(family.PolicyType, policy);
        using Evaluator evaluator = family.CreateEvaluator(experiment, experiment.CreatePolicy(format), pool);
        double[] start = policy.InitialParameters(default);
        using Tensor theta = tensor(start, dtype: experiment.Dtype);
        EvaluationResult result = evaluator.Evaluate(theta, null);
        Assert.Equal(2, result.AgentObjectives.Length);
        using KnownProblem? problem = family.CreateProblem(experiment, 0);
        Assert.Equal(name == "episodic", problem is null);
        if (problem is not null) Assert.Equal(result.Objective, problem.Mean.Value(start), 1e-5 * Math.Abs(result.Objective));
    }

    [Fact]
    public void Each_type_of_environment_belongs_to_one_family() =>
        Assert.Equal(ProblemFamily.All.Count, ProblemFamily.All.Select(family => family.EnvironmentType).Distinct().Count());

    [Fact]
    public void An_environment_of_no_family_is_named()
    {
        NotSupportedException e = Assert.Throws<NotSupportedException>(() => ProblemFamily.Of(new Unknown()));
        Assert.Contains(nameof(Unknown), e.Message, StringComparison.Ordinal);
        Assert.Null(ProblemFamily.Find(new Unknown()));
        Assert.Null(ProblemFamily.Find(null));
    }

    private sealed class Unknown() : FederatedEnvironment("unknown", 0.9, ["one"])
    {
        public override string Size => "none";

        public override NumberRange RewardRange => NumberRange.UnitInterval;
    }
}
