using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>
/// Options of <c>log-linear</c>: logits linear in features of state and action, or in what is observed. For tabular environments, and for
/// episodic ones with discrete actions.
/// </summary>
public sealed record LogLinearOptions : ContextPolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "log-linear";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    internal override bool SharesNothing => base.SharesNothing || Personal.HasHead;

    /// <inheritdoc/>
    internal override PersonalParts Offered => PersonalParts.Head;

    /// <summary>The lattice of radial features, [rows, columns]. For tabular environments.</summary>
    [Option("rows and columns of the lattice of radial features", Minimum = 1, Maximum = 1_000)]
    public int[] Centres { get; init; } = [4, 4];

    /// <summary>The width of radial features. For tabular environments.</summary>
    [Option("the width of radial features, where the map spans [-1, 1]", Minimum = 0, OpenMinimum = true)]
    public double Width { get; init; } = 0.5;

    /// <summary>
    /// What logits are linear in. Tabular environments: <c>one-hot</c>, <c>coordinates</c> (1, row and column) or <c>radial</c> (Gaussian
    /// bumps on a lattice) where states lie on a grid, or given features [S][A][d]; one-hot by default. Episodic ones: <c>observation</c>.
    /// Null (the default) for the environment's default.
    /// </summary>
    [Option("what the logits are linear in: a word, or an array [S][A][d] of given features")]
    public WordOrNumbers? Features { get; init; }
}
