using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>
/// The claims, run quickly, on the right algorithm and on broken ones: which mistakes they notice, and which they cannot. The seed is
/// fixed, so a verdict is the same on every run. Memory, the quickest claim, is tried with every broken variant here and with the right
/// algorithm in <see cref="ReproductionTests"/>, as proposition-1 is; progress and truncation in <see cref="Cli.ReproduceCommandTests"/>.
/// All cells, which take five minutes of a core, are
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
        new([.. Cells(["linear-rate"], [Breakage.None, Breakage.NoMemory]),
            .. Cells(["stationarity"], [Breakage.NoMemory])]);

    [Theory]
    [MemberData(nameof(SomeCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);
}

/// <summary>Claims about sampled gradients.</summary>
public sealed class SampledClaimTests : ClaimMatrixTests
{
    public static TheoryData<string, string> SomeCells =>
        new([.. Cells(["memory"], Breakages.Broken), .. Cells(["speedup"], [Breakage.None]),
            .. Cells(["heterogeneity"], [Breakage.NoMemory])]);

    [Theory]
    [MemberData(nameof(SomeCells))]
    public void Broken_algorithms_fail_where_the_laws_say_so(string claim, string variant) => AssertVerdict(claim, variant);
}
