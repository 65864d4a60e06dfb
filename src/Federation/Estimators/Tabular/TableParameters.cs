using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// Where the table of a <see cref="TabularSoftmax"/> that acts for an agent stands among the rows of a block: with contexts there is one
/// for each different context, and an agent's direction is zero in all others. Stateless.
/// </summary>
internal static class TableParameters
{
    /// <summary>The index of the table's first number in the rows of the block, [n, d] row by row.</summary>
    /// <param name="setup">The block; its policy is a <see cref="TabularSoftmax"/>.</param>
    /// <param name="row">The row, in [0, n).</param>
    public static int FirstOf(EstimatorSetup setup, int row)
    {
        int first = row * setup.Policy.Layout.Length;
        return setup.Policy.Contexts is { } contexts
            ? first + (contexts.DistinctOf(setup.First + row) * setup.Mdp.States * setup.Mdp.Actions)
            : first;
    }
}
