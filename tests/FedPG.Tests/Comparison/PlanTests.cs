using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using Xunit;

namespace FedPG.Tests.Comparison;

/// <summary>What users write on the command line of a comparison.</summary>
public sealed class PlanTests
{
    private static readonly string[] Known = ["fast-fedpg", "fedavg", "centralized"];

    [Fact]
    public void An_entry_is_an_algorithm_with_an_optional_label_and_settings()
    {
        var errors = new List<ValidationError>();
        IReadOnlyList<Contender> contenders = Contender.ParseAll(
            """fast-fedpg, one=fedavg:localSteps=1:localStepSize={"schedule":"1/t","from":0.5},fedavg:gradient.trajectories=4""",
            Known, errors);
        Assert.Empty(errors);
        Assert.Equal(["fast-fedpg", "one", "fedavg-trajectories-4"], contenders.Select(c => c.Label));
        Assert.Equal(["fast-fedpg", "fedavg", "fedavg"], contenders.Select(c => c.Algorithm));
        Assert.Equal(["federation.localSteps=1", """federation.localStepSize={"schedule":"1/t","from":0.5}"""],
            contenders[1].Settings.Select(s => s.Assignment));
        Assert.Equal(["gradient.trajectories=4"], contenders[2].Settings.Select(s => s.ToString()));
    }

    [Theory]
    [InlineData("fedavgg",
        "--algorithms: fedavgg; is not an algorithm; the nearest is \"fedavg\", and there are fast-fedpg, fedavg, centralized")]
    [InlineData("fedavg,", "--algorithms: \"fedavg,\"; has an empty entry")]
    [InlineData("fedavg,FedAvg=fedavg:localSteps=2",
        "--algorithms: FedAvg=fedavg:localSteps=2; has the label \"FedAvg\", which another entry has already")]
    [InlineData("fedavg:localSteps", "--algorithms: fedavg:localSteps; \"localSteps\" must be key=value")]
    [InlineData("fedavg:a=1:a=2", "--algorithms: fedavg:a=1:a=2; sets a twice")]
    [InlineData("../x=fedavg", "--algorithms: ../x=fedavg; the label must be 1 to 60 letters")]
    public void A_fault_of_an_entry_is_said_once(string text, string expected)
    {
        var errors = new List<ValidationError>();
        _ = Contender.ParseAll(text, Known, errors);
        Assert.StartsWith(expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1..4", "1,2,3,4", "1..4")]
    [InlineData("5,1,2", "5,1,2", "5,1,2")]
    [InlineData("7..9, 3, 11..12", "7,8,9,3,11,12", "7..9,3,11,12")]
    [InlineData("0", "0", "0")]
    public void Seeds_are_ranges_and_lists(string text, string expected, string written)
    {
        var errors = new List<ValidationError>();
        IReadOnlyList<long> seeds = SeedList.Parse(text, "--seeds", errors);
        Assert.Empty(errors);
        Assert.Equal(expected, string.Join(',', seeds));
        Assert.Equal(written, SeedList.Write(seeds));
    }

    [Theory]
    [InlineData("", "--seeds: \"\"; must be seeds as in 1..10 or 1,2,5")]
    [InlineData("4..1", "--seeds: 4..1; is a range without seeds, because 4 is above 1; did you mean 1..4?")]
    [InlineData("1,,2", "--seeds: \"1,,2\"; must be seeds")]
    [InlineData("1..2..3", "--seeds: \"1..2..3\"; must be seeds")]
    [InlineData("-1", "--seeds: \"-1\"; must be seeds")]
    [InlineData("1..3,2", "--seeds: 1..3,2; names seed 2 twice")]
    [InlineData("1..1000000", "--seeds: 1..1000000; gives more than 10000 seeds")]
    [InlineData("9007199254740993",
        "--seeds: \"9007199254740993\"; must be seeds as in 1..10 or 1,2,5, each a whole number from 0 to 9007199254740992")]
    public void A_fault_of_seeds_is_said_once(string text, string expected)
    {
        var errors = new List<ValidationError>();
        _ = SeedList.Parse(text, "--seeds", errors);
        Assert.StartsWith(expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rounds=7", nameof(BudgetKind.Rounds), 7)]
    [InlineData("trajectories=1e6", nameof(BudgetKind.Trajectories), 1e6)]
    [InlineData("bytes=100", nameof(BudgetKind.Bytes), 100)]
    [InlineData("seconds=1.5", nameof(BudgetKind.Seconds), 1.5)]
    public void A_budget_is_a_kind_and_an_amount(string text, string kind, double amount)
    {
        Budget? budget = Budget.Parse(text, []);
        Assert.Equal(new Budget(Enum.Parse<BudgetKind>(kind), amount), budget);
        Assert.Equal(budget, Budget.Parse(budget!.ToString(), []));
    }

    [Theory]
    [InlineData("rounds", "--budget: rounds; must be rounds=N or trajectories=N or bytes=N or seconds=N")]
    [InlineData("round=3", "--budget: round; cannot be budgeted; the nearest is \"rounds\"")]
    [InlineData("rounds=0", "--budget: rounds=0; rounds must be a whole number from 1 to 100000000")]
    [InlineData("bytes=1.5", "--budget: bytes=1.5; bytes must be a whole number from 1 to 1000000000000000")]
    [InlineData("seconds=-1", "--budget: seconds=-1; seconds must be a number above 0")]
    [InlineData("seconds=NaN", "--budget: seconds=NaN; seconds must be a number above 0")]
    public void A_fault_of_a_budget_is_said_once(string text, string expected)
    {
        var errors = new List<ValidationError>();
        Assert.Null(Budget.Parse(text, errors));
        Assert.StartsWith(expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localStepSize=0.4,0.1,0.2", "0.1|0.2|0.4", "0.05", "0.8")]
    [InlineData("localSteps=4,8", "4|8", "2", "16")]
    [InlineData("localSteps=2,4,6", "2|4|6", "1", "9")]
    [InlineData("localSteps=1,2", "1|2", "0.5", "4")]
    [InlineData("memory=reuse,fresh", "reuse|fresh", null, null)]
    [InlineData("globalStepSize=0.5", "0.5", null, null)]
    public void A_grid_is_sorted_and_goes_on_in_its_ratio(string text, string values, string? below, string? above)
    {
        TuningKey key = TuningKey.Parse(text, [])!;
        Assert.Equal(values, string.Join('|', key.Values));
        Assert.Equal((below, above), (key.Beyond(above: false), key.Beyond(above: true)));
    }

    /// <summary>
    /// An experiment accepts the keys of all algorithms; what decides is whether the entry's own reads it, with a default (proximal) or
    /// without (agentLocalSteps).
    /// </summary>
    [Fact]
    public void A_key_is_tuned_for_the_algorithms_that_read_it()
    {
        ComparisonPlan plan = ComparisonTesting.Plan(
            "fast-fedpg,fedprox,set=fedprox:proximal=0.1,centralized",
            tune: ["localStepSize=0.1,0.2", "proximal=0.1,1", "agentLocalSteps=[1,2,1,2],[2,1,2,1]", "gradient.trajectories=4,8"]);
        string[][] keys = [.. plan.Contenders.Select(c => plan.KeysOf(ExperimentReader.Default, c).Select(k => k.Path).ToArray())];
        Assert.Equal(["federation.localStepSize", "federation.agentLocalSteps", "gradient.trajectories"], keys[0]);
        Assert.Equal(["federation.localStepSize", "federation.proximal", "federation.agentLocalSteps", "gradient.trajectories"], keys[1]);
        Assert.Equal(["federation.localStepSize", "federation.agentLocalSteps", "gradient.trajectories"], keys[2]);
        Assert.Equal(["federation.localStepSize", "gradient.trajectories"], keys[3]);
    }

    /// <summary>A file that takes no settings would give every row the same run under another label.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("3")]
    public void A_file_that_is_no_object_is_refused_before_anything_is_run(string text)
    {
        ComparisonPlan plan = ComparisonTesting.Plan() with
        {
            Document = JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(text), "null.json"),
            Source = "null.json",
        };
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default));
        Assert.All(e.Errors, error => Assert.StartsWith("null.json", error.Source, StringComparison.Ordinal));
    }

    [Fact]
    public void Faults_of_the_experiments_name_the_option_and_the_algorithm_and_come_all_at_once()
    {
        ComparisonPlan plan = ComparisonTesting.Plan("fast-fedpg,x=fedavg:localSteps=0,fedavg:foo=1", assignments: "policy.kind=tabular");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default));
        Assert.Equal(3, e.Errors.Count);
        Assert.StartsWith("--set: policy.kind: \"tabular\"; must be", e.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.StartsWith("--algorithms: x: federation.localSteps: 0; must be a whole number from 1", e.Errors[1].ToString(),
            StringComparison.Ordinal);
        Assert.StartsWith("--algorithms: fedavg-foo-1: federation.foo: unknown key", e.Errors[2].ToString(), StringComparison.Ordinal);
    }

    /// <summary>What is wrong for one algorithm only says for which, in the file as in what is set for all.</summary>
    [Theory]
    [InlineData("tiny.json, with v: policy.kind: \"tabular-softmax\"; is not trained by federation.algorithm \"fedq\"")]
    [InlineData("--set, with v: policy.kind: \"tabular-softmax\"; is not trained by federation.algorithm \"fedq\"",
        "policy.kind=tabular-softmax")]
    public void A_fault_of_some_algorithms_names_them(string expected, params string[] assignments)
    {
        ComparisonPlan plan = ComparisonTesting.Plan("fedavg,v=fedq", assignments: ["gradient.estimator=chain", .. assignments]);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default));
        Assert.Contains(e.Errors, fault => fault.ToString().StartsWith(expected, StringComparison.Ordinal));
        Assert.Contains(e.Errors, fault => fault.ToString().StartsWith("--set, with fedavg: gradient.estimator", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bytes=100",
        "--budget: bytes=100; is too little for one round of fast-fedpg, which uses 960 bytes, and 480 before the first")]
    [InlineData("trajectories=1", "--budget: trajectories=1; is too little for one round of fast-fedpg, which uses 36 trajectories")]
    public void A_budget_below_one_round_is_refused(string budget, string expected)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() =>
            PlanChecks.ThrowIfFaulty(ComparisonTesting.Plan("fast-fedpg", budget: budget), ExperimentReader.Default));
        Assert.StartsWith(expected, Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedq,fedtd",
        "--algorithms: fedtd; cannot be measured against fedq: its objective is a squared error of values, and that of "
            + "fedq is a policy's regret")]
    [InlineData("v=fedtd,qavg",
        "--algorithms: qavg; cannot be measured against v: its objective is a policy's regret, and that of v is a squared error of values")]
    public void Errors_of_values_and_costs_of_policies_have_no_common_table(string algorithms, string expected)
    {
        ComparisonPlan plan = ComparisonTesting.Plan(algorithms, assignments: ["policy={}", "gradient={}"]);
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default));
        Assert.Equal(expected, Assert.Single(e.Errors).ToString());
    }

    [Fact]
    public void Seeds_of_the_tuning_are_never_those_reported()
    {
        ComparisonPlan plan = ComparisonTesting.Plan(seeds: "1..3", tune: ["localStepSize=0.1,0.2"], tuneSeeds: "3,4");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PlanChecks.ThrowIfFaulty(plan, ExperimentReader.Default));
        Assert.Equal("--tune-seeds: 3; are reported too (--seeds): settings must be chosen by seeds that are not reported",
            Assert.Single(e.Errors).ToString());
    }
}
