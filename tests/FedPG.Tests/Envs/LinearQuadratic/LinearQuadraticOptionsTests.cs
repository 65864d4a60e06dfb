using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using Xunit;

namespace FedPG.Tests.Envs.LinearQuadratic;

/// <summary>Options that a program writes as a record are those that a file writes in JSON.</summary>
public sealed class LinearQuadraticOptionsTests
{
    private static readonly double[,] Q = { { 2, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } }, R = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 3 } };
    private const string QJson = "[[2, 0, 0], [0, 1, 0], [0, 0, 1]]", RJson = "[[1, 0, 0], [0, 1, 0], [0, 0, 3]]";

    public static TheoryData<LinearQuadraticOptions, string> Pairs => new()
    {
        { new LinearQuadraticOptions(), "{}" },
        { new LinearQuadraticOptions { Discount = 0.9, Heterogeneity = 0.5 }, """{ "discount": 0.9, "heterogeneity": 0.5 }""" },
        { new LinearQuadraticOptions { Q = Q, R = [R, R, Q] }, $$"""{ "q": {{QJson}}, "r": [{{RJson}}, {{RJson}}, {{QJson}}] }""" },
        {
            new LinearQuadraticOptions { Q = Q, R = R, CostSpread = 0.5, DriftSpread = 0.1, AgentSeed = 7, StartCovariance = Q },
            $$"""{ "q": {{QJson}}, "r": {{RJson}}, "costSpread": 0.5, "driftSpread": 0.1, "agentSeed": 7, "startCovariance": {{QJson}} }"""
        },
        {
            new LinearQuadraticOptions
            {
                B = new double[,] { { 1 }, { 0 }, { 1 } },
                Steps = 3,
                InitialGain = new double[,] { { 1, 0, 0 } },
            },
            """{ "b": [[1], [0], [1]], "steps": 3, "initialGain": [[1, 0, 0]] }"""
        },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_record_makes_the_problem_of_the_same_options_in_a_file(LinearQuadraticOptions options, string json)
    {
        LinearQuadraticProblem made = LinearQuadraticEnvironment.Create(agents: 3, options), read = LinearQuadraticTesting.Make(json, 3);
        Assert.Equal((read.Discount, read.Steps), (made.Discount, made.Steps));
        Assert.Equal(Numbers(read), Numbers(made));
        // What it was made with reads back to the same problem.
        Assert.Equal(Numbers(read), Numbers(LinearQuadraticTesting.Make(made.Origin!.Options.ToJsonString(), 3)));
    }

    [Fact]
    public void A_record_gets_the_messages_of_a_file()
    {
        var wrong = new LinearQuadraticOptions { Q = new double[,] { { 1, 2 } }, Steps = -1, AgentSeed = 3, Heterogeneity = 2 };
        var errors = Assert.Throws<InvalidInputException>(() => LinearQuadraticEnvironment.Create(2, wrong)).Errors;
        Assert.Equal(
        [
            "LinearQuadraticOptions: steps: -1; must be a whole number from 0 to 100000",
            "LinearQuadraticOptions: heterogeneity: 2; must be a number in [0, 1]",
            "LinearQuadraticOptions: agentSeed: 3; is used where agents are drawn: with costSpread or driftSpread above 0",
        ], errors.Select(error => error.ToString()));
        var shape = new LinearQuadraticOptions { Q = new double[,] { { 1, 2 } } };
        ValidationError error =
            Assert.Single(Assert.Throws<InvalidInputException>(() => LinearQuadraticEnvironment.Create(2, shape)).Errors);
        Assert.Equal("LinearQuadraticOptions: q: [[[1,2]]]; must be 3 x 3, to fit a with its states and b with its controls",
            error.ToString());
    }

    [Fact]
    public void Matrices_are_made_of_rows_of_one_length_and_equal_by_their_numbers()
    {
        Assert.Throws<ArgumentException>(() => new NumberMatrix([[1, 2], [3]]));
        Assert.Throws<ArgumentException>(() => new NumberMatrix([]));
        Assert.Throws<ArgumentException>(() => AgentMatrices.List(Q, new double[,] { { 1 } }));
        Assert.Equal(new LinearQuadraticOptions { Q = Q },
            new LinearQuadraticOptions { Q = new NumberMatrix([[2, 0, 0], [0, 1, 0], [0, 0, 1]]) });
        Assert.NotEqual(new LinearQuadraticOptions { Q = Q }, new LinearQuadraticOptions { Q = R });
        AgentMatrices list = [Q, R];
        Assert.Equal((2, 3, 3, 3.0), (list.Count, list.Rows, list.Columns, list[1][2, 2]));
    }

    [Fact]
    public void Every_option_of_the_record_is_documented_in_its_words()
    {
        EnvironmentDefinition definition = LinearQuadraticEnvironment.Definition;
        Assert.Equal(typeof(LinearQuadraticOptions), definition.OptionsType);
        Assert.Equal(
            OptionProperty.Of(typeof(LinearQuadraticOptions)).Select(p => (p.Key, p.Attribute.Meaning)),
            definition.Arguments().Select(a => (a.Key, a.Meaning)));
    }

    private static double[] Numbers(LinearQuadraticProblem problem) =>
    [
        .. problem.Agents.SelectMany(a => new[] { a.A, a.B, a.Q, a.R }).Append(problem.StartCovariance).Append(problem.InitialGain)
            .SelectMany(LinearQuadraticTesting.Rows),
    ];
}
