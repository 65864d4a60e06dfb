using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>
/// The claims, run quickly, on the right algorithm and on broken ones: which mistakes they notice, and which they cannot. The seed is
/// fixed, so a verdict is the same on every run. All cells, which take five minutes of a core, are
/// <c>fedpg reproduce linear-rate speedup heterogeneity stationarity memory progress --quick --break all</c>.
/// </summary>
public abstract class ClaimMatrixTests
{
    /// <summary>Claims with variants of the algorithm, "none" for the right one.</summary>
    private protected static IEnumerable<(string Claim, string Variant)> Cells(
        IEnumerable<string> claims, IEnumerable<Breakage> variants) =>
        from claim in claims
        from variant in variants
        select (claim, Breakages.NameOf(variant));

    /// <summary>Every variant: for the quickest claim.</summary>
    private protected static IEnumerable<Breakage> All => [Breakage.None, .. Breakages.Broken];

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
    public static TheoryData<string, string> SomeCells =>
        new([.. Cells(["linear-rate"], [Breakage.None, Breakage.NoMemory]), .. Cells(["progress"], [Breakage.None]),
            .. Cells(["stationarity"], [Breakage.NoMemory])]);

    [Theory]
    [MemberData(nameof(SomeCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);

    [Theory]
    [InlineData("proposition-1")]
    [InlineData("truncation")]
    public void Claims_that_know_no_algorithm_hold(string claim) => AssertVerdict(claim, "none");
}

/// <summary>Claims about sampled gradients.</summary>
public sealed class SampledClaimTests : ClaimMatrixTests
{
    public static TheoryData<string, string> SomeCells =>
        new([.. Cells(["memory"], All), .. Cells(["speedup"], [Breakage.None]), .. Cells(["heterogeneity"], [Breakage.NoMemory])]);

    [Theory]
    [MemberData(nameof(SomeCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);
}
