using System.Text.Json.Nodes;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;


namespace FedPG.Claims;

/// <summary>
/// Verdicts of claims on broken variants, and whether they are what they have to be: PASS on the
/// right algorithm, FAIL where the claim has to notice.
/// </summary>
internal sealed class Matrix
{
    private readonly List<(Claim Claim, Breakage Variant, Verdict Verdict)> _cells = [];

    /// <summary>The verdicts so far.</summary>
    public int Count => _cells.Count;

    /// <summary>Whether the right algorithm passes everywhere, and every claim fails on what it has to notice.</summary>
    public bool IsAsExpected =>
        _cells.All(cell => cell.Variant == Breakage.None
            ? cell.Verdict.Pass
            : !cell.Claim.Catches.Contains(cell.Variant) || !cell.Verdict.Pass);

    /// <summary>Adds a verdict.</summary>
    public void Add(Claim claim, Breakage variant, Verdict verdict) => _cells.Add((claim, variant, verdict));

    /// <summary>The verdict of a claim on a variant; null when it was not run.</summary>
    public Verdict? Of(Claim claim, Breakage variant) =>
        _cells.FirstOrDefault(cell => cell.Claim == claim && cell.Variant == variant).Verdict;

    /// <summary>A row a verdict: what came out, what had to, and the check that the verdict shows.</summary>
    public Table ToTable()
    {
        var table = new Table("matrix", "claim", "variant", "verdict", "required", "check", "figure", "bound");
        foreach ((Claim claim, Breakage variant, Verdict verdict) in _cells)
            table.Add(claim.Name, Breakages.NameOf(variant), Word(verdict.Pass), Required(claim, variant), verdict.Shown.Name,
                verdict.Shown.Figure.Value, verdict.Shown.Bound);
        return table;
    }

    /// <summary>The same as JSON.</summary>
    public JsonArray ToJson() => [.. _cells.Select(cell =>
    {
        JsonObject node = Reproduction.ToJson(cell.Verdict);
        node["variant"] = Breakages.NameOf(cell.Variant);
        node["required"] = Required(cell.Claim, cell.Variant);
        return (JsonNode)node;
    })];

    private static string Required(Claim claim, Breakage variant) =>
        variant == Breakage.None ? "PASS" : claim.Catches.Contains(variant) ? "FAIL" : "";

    private static string Word(bool pass) => pass ? "PASS" : "FAIL";
}
