using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Policies.Tabular;

/// <summary>Reads the options of features of states. Stateless.</summary>
internal static class FeatureOptions
{
    /// <summary>The lattice of radial features and their width.</summary>
    internal static (int Rows, int Columns, double Width) ReadRadial(OptionReader options)
    {
        int[] centres = options.Integers("centres", [4, 4], 1, 1_000, "rows and columns of the lattice of radial features")!;
        double width = options.Number("width", 0.5, NumberRange.Positive, "the width of radial features, where the map spans [-1, 1]");
        if (centres.Length == 2) return (centres[0], centres[1], width);
        options.Reject("centres", "must be two whole numbers: rows and columns");
        return (1, 1, width);
    }

    /// <summary>Of words for features, those that can be had: some need coordinates of the states.</summary>
    internal static IReadOnlyCollection<string>? Offered(FiniteMdp? mdp, params string[] withoutGrid) => mdp is { Grid: null } ? withoutGrid : null;

    /// <summary>Whether the states have coordinates; notes a fault where they have none.</summary>
    /// <param name="options">The section.</param>
    /// <param name="key">The key.</param>
    /// <param name="mdp">The environment; null where it had faults itself.</param>
    /// <param name="instead">What is allowed there.</param>
    internal static bool NeedGrid(OptionReader options, string key, FiniteMdp? mdp, string instead = "\"one-hot\"")
    {
        if (mdp is { Grid: null }) options.Reject(key, $"this environment's states have no coordinates; allowed here: {instead}");
        return mdp?.Grid is not null;
    }
}
