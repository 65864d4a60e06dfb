using System.Globalization;
using FedPG.Comparison.Sweeps;
using FedPG.Core.Options;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Comparison.Sweeps;

public sealed class SweepPlanTests
{
    [Fact]
    public void A_grid_gives_all_combinations_and_each_is_run_with_each_draw()
    {
        SweepPlan plan = SweepTesting.Plan(["localSteps=1,2", "gradient.horizon=3,4,5"], ["localStepSize=log:1e-3..1e-1"], random: 2);
        string[][] settings = [.. plan.Cells().Select(cell => cell.Settings.Select(s => s.ToString()).ToArray())];
        Assert.Equal(Enumerable.Range(1, 12), plan.Cells().Select(cell => cell.Number));
        Assert.Equal(12, settings.Select(s => string.Join(' ', s)).Distinct().Count());
        Assert.Equal(["localSteps=1", "gradient.horizon=3"], settings[0][..2]);
        Assert.Equal(["localSteps=1", "gradient.horizon=4"], settings[2][..2]);
        Assert.Equal(["localSteps=2", "gradient.horizon=5"], settings[11][..2]);
        Assert.Equal(2, settings.Select(s => s[2]).Distinct().Count());
    }

    [Fact]
    public void More_draws_begin_with_the_fewer_and_other_seeds_and_keys_are_other_draws()
    {
        string[] draws = ["localStepSize=uniform:0..1", "gradient.entropy=uniform:0..1"];
        string[] few = Points(SweepTesting.Plan([], draws, random: 5)), many = Points(SweepTesting.Plan([], draws, random: 10));
        Assert.Equal(few, many[..5]);
        Assert.Equal(10, many.Distinct().Count());
        Assert.NotEqual(few, Points(SweepTesting.Plan([], draws, random: 5) with { DrawSeed = 8 }));
        IEnumerable<SweepCell> cells = SweepTesting.Plan([], draws, random: 5).Cells();
        Assert.All(cells, cell => Assert.NotEqual(cell.Settings[0].Value, cell.Settings[1].Value));
    }

    /// <summary>Half of 4000 draws lie below the middle of the distribution: within 5 standard deviations, 158.</summary>
    [Theory]
    [InlineData("log:1e-3..1e-1", 1e-3, 1e-1, 1e-2)]
    [InlineData("uniform:-2..4", -2, 4, 1)]
    [InlineData("whole:1..20", 1, 20, 10.5)]
    [InlineData("1,2,3,4", 1, 4, 2.5)]
    public void Draws_keep_to_their_range_and_halve_at_its_middle(string distribution, double low, double high, double middle)
    {
        SweepDraw draw = SweepDraw.Parse($"localStepSize={distribution}", [])!;
        double[] values = [.. Enumerable.Range(0, 4000).Select(k => double.Parse(draw.ValueOf(3, 0, k), CultureInfo.InvariantCulture))];
        Assert.All(values, value => Assert.InRange(value, low, high));
        Assert.InRange(values.Count(value => value < middle), 2000 - 158, 2000 + 158);
        if (low == 1) Assert.Equal((int)high, values.Distinct().Count());
    }

    [Theory]
    [InlineData(8, 8, "8:1 4:2 2:4 1:8")]
    [InlineData(8, 100, "8:13 4:25 2:50 1:100")]
    [InlineData(5, 100, "5:13 3:25 2:50 1:100")]
    [InlineData(9, 3, "9:2 5:3")]
    [InlineData(1, 3, "1:3")]
    [InlineData(4, 1, "4:1")]
    [InlineData(10_000, 100_000_000, "10000:6104 5000:12208 2500:24415")]
    public void Rungs_halve_the_points_and_double_the_rounds(int cells, int rounds, string expected)
    {
        SweepPlan plan = SweepTesting.Plan(["localSteps=1,2"], halving: true);
        string[] rungs = [.. plan.Rungs(cells, rounds).Select(rung => $"{rung.Cells}:{rung.Rounds}")];
        string[] first = expected.Split(' ');
        Assert.Equal(first, rungs[..first.Length]);
        Assert.Equal(rounds, plan.Rungs(cells, rounds)[^1].Rounds);
        Assert.Equal([(cells, rounds)], SweepTesting.Plan(["localSteps=1,2"]).Rungs(cells, rounds));
    }

    [Theory]
    [InlineData("localSteps", "--grid: localSteps; must be key.path=v1,v2,...")]
    [InlineData("localSteps=", "--grid: localSteps=; must be key.path=v1,v2,...")]
    [InlineData("localSteps=1,1", "--grid: localSteps: 1,1; names a value twice")]
    [InlineData("localSteps=1,,2", "--grid: localSteps: 1,,2; has an empty value")]
    public void A_grid_that_is_none_is_refused(string text, string expected)
    {
        var errors = new List<ValidationError>();
        Assert.Null(SweepGrid.Parse(text, errors));
        Assert.StartsWith(expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", "must be key.path=log:")]
    [InlineData("x=log:0..1", "must be a range of positive numbers")]
    [InlineData("x=log:1..x", "must be log:LOW..HIGH with two numbers")]
    [InlineData("x=uniform:2..1", "must be a range whose low end lies below the high one")]
    [InlineData("x=whole:1..2.5", "must be a range of whole numbers")]
    [InlineData("x=normal:0..1", "must be log:LOW..HIGH, uniform:LOW..HIGH")]
    [InlineData("x=1..5", "must be log:LOW..HIGH, uniform:LOW..HIGH")]
    [InlineData("x=1,,5", "has an empty value")]
    [InlineData("x=uniform:0..infinity", "must be uniform:LOW..HIGH with two numbers")]
    public void A_distribution_that_is_none_is_refused(string text, string expected)
    {
        var errors = new List<ValidationError>();
        Assert.Null(SweepDraw.Parse(text, errors));
        Assert.StartsWith(expected, Assert.Single(errors).Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_in_values_and_keys_name_their_option_and_leave_no_folder()
    {
        using var folder = new TemporaryFolder();
        Check(SweepTesting.Plan(["localSteps=1,0", "gradient.horizn=3"]), "--grid: federation.localSteps: 0;", "--grid: gradient.horizn");
        Check(SweepTesting.Plan([], ["localStepSize=-1,-2"], random: 9),
            "--draw: federation.localStepSize: -");
        Check(SweepTesting.Plan(["localSteps=1,2"], assignments: "gradient.horizon=0"), "--set: gradient.horizon: 0;");
        Check(SweepTesting.Plan(["localSteps=1,2", "federation.localSteps=3"]), "--grid: localSteps: is named twice");
        Check(SweepTesting.Plan(["seed=1,2"]), "--grid: seed: is named by --seeds");
        Check(SweepTesting.Plan(["rounds=1,2"], halving: true), "--halving: gives points their rounds");
        Check(SweepTesting.Plan(["proximal=0.1,0.2"]), "--grid: federation.proximal: is not read by this experiment");
        // Where some points read a key, the others do without.
        Assert.Equal("fedavg", SweepTesting.Plan(["algorithm=fedavg,fedprox", "proximal=0.1"]).Check().AlgorithmName);

        void Check(SweepPlan plan, params string[] expected)
        {
            InvalidInputException e = Assert.Throws<InvalidInputException>(() => plan.Check());
            Assert.Throws<InvalidInputException>(() => SweepRun.Start(plan, folder["sweep"], 1).Dispose());
            Assert.Equal(expected.Length, e.Errors.Count);
            Assert.All(expected, text => Assert.Contains(e.Errors, error => error.ToString().Contains(text, StringComparison.Ordinal)));
            Assert.False(Directory.Exists(folder["sweep"]));
        }
    }

    private static string[] Points(SweepPlan plan) => [.. plan.Cells().Select(cell => cell.ToString())];
}
