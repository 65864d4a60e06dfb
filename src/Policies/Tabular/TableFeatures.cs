using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;

namespace FedPG.Policies.Tabular;

/// <summary>Reads the options of features of listed states. Stateless.</summary>
internal static class TableFeatures
{
    /// <summary>Notes an error where the lattice of radial features is not rows and columns.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="centres">What was read.</param>
    public static void CheckLattice(OptionReader reader, int[] centres)
    {
        if (centres.Length != 2) reader.Reject("centres", "must be two whole numbers: rows and columns");
    }

    /// <summary>Of words for features, those that can be had: some need coordinates of the states.</summary>
    /// <param name="mdp">The environment; null where it had errors itself.</param>
    /// <param name="withoutGrid">The words that need none.</param>
    /// <returns>The words; null for all.</returns>
    public static IReadOnlyCollection<string>? Offered(FiniteMdp? mdp, params string[] withoutGrid) =>
        mdp is { Grid: null } ? withoutGrid : null;

    /// <summary>Notes an error where states have no coordinates.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="mdp">The environment; null where it had errors itself.</param>
    /// <param name="instead">What is allowed there.</param>
    public static void NeedGrid(OptionReader reader, string key, FiniteMdp? mdp, string instead = "\"one-hot\"")
    {
        if (mdp is { Grid: null }) reader.Reject(key, $"this environment's states have no coordinates; allowed here: {instead}");
    }

    /// <summary>The array that is given in the place of a word; null where a word is, or nothing.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="fits">Whether the numbers have the shape that is needed.</param>
    /// <param name="allowed">What is allowed, as "must be ..." goes on.</param>
    public static WordOrNumbers? Given(OptionReader reader, string key, Func<WordOrNumbers, bool> fits, string allowed)
    {
        JsonElement raw = reader.Raw(key);
        if (raw.ValueKind != JsonValueKind.Array) return null;
        reader.Resolved[key] = JsonDocuments.NodeOf(raw);
        var given = WordOrNumbers.Of(raw);
        if (!fits(given)) reader.Errors.Add(reader.PathOf(key), raw.GetRawText(), $"must be {allowed}");
        return given;
    }
}
