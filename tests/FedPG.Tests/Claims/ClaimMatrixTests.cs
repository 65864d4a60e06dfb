using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>
/// The claims, run quickly, on the right algorithm and on every broken one: which mistakes they notice, and which they cannot. The seed is
/// fixed, so a verdict is the same on every run.
/// </summary>
public abstract class ClaimMatrixTests
{
    /// <summary>Every claim of a group with every variant.</summary>
    protected static TheoryData<string, string> Cells(params string[] claims)
    {
        var cells = new TheoryData<string, string>();
        foreach (string claim in claims)
        {
            foreach (Breakage variant in (Breakage[])[Breakage.None, .. Breakages.Broken]) cells.Add(claim, Breakages.NameOf(variant));
        }
        return cells;
    }

    /// <summary>PASS on the right algorithm and on what the claim cannot see; FAIL on what it has to notice.</summary>
    protected static void AssertVerdict(string name, string variant)
    {
        Claim claim = Suite.Find(name)!;
        Breakage breakage = Breakages.Parse(variant);
        Verdict verdict = Reproduction.Run(claim, breakage, new ReproductionOptions(1, 1, Effort.Quick), folder: null, (_, _) => { },
            TestContext.Current.CancellationToken);
        string checks =
            string.Join("; ",
                verdict.Checks.Select(c => $"{c.Name} {Bound.Short(c.Figure.Value)} in {c.Bound}: {(c.Pass ? "PASS" : "FAIL")}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{variant}: {verdict}; {checks}");
        Assert.True(verdict.Pass != claim.Catches.Contains(breakage), $"{variant}: {verdict}; {checks}");
    }
}

/// <summary>Claims about exact gradients.</summary>
public sealed class ExactClaimTests : ClaimMatrixTests
{
    public static TheoryData<string, string> AllCells => Cells("linear-rate", "progress", "stationarity");

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);

    [Theory]
    [InlineData("proposition-1")]
    [InlineData("truncation")]
    public void Claims_that_know_no_algorithm_hold(string claim) => AssertVerdict(claim, "none");
}

/// <summary>Claims about sampled gradients.</summary>
public sealed class SampledClaimTests : ClaimMatrixTests
{
    public static TheoryData<string, string> AllCells => Cells("speedup", "heterogeneity", "memory");

    [Theory]
    [MemberData(nameof(AllCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);
}
