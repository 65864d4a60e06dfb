namespace FedPG.Envs.Pictures;

/// <summary>A colour by its role.</summary>
/// <param name="Role">What it says.</param>
/// <param name="Share">
/// For <see cref="ColourRole.Value"/> a number from 0 to 1, for <see cref="ColourRole.Kind"/> 0 to 3, for
/// <see cref="ColourRole.Pigment"/> 0 to 5; else not used.
/// </param>
/// <param name="Opacity">0 (nothing is seen) to 255 (the default).</param>
public readonly record struct PictureColour(ColourRole Role, double Share = 0, byte Opacity = 255)
{
    /// <summary>The shade of a value.</summary>
    /// <param name="share">Its place between the least (0) and the largest value (1).</param>
    public static PictureColour OfValue(double share) => new(ColourRole.Value, share);

    /// <summary>The colour of one of some kinds of things.</summary>
    /// <param name="kind">0 to 3.</param>
    public static PictureColour OfKind(int kind) => new(ColourRole.Kind, kind);

    /// <summary>A colour as such.</summary>
    /// <param name="colour">0 red, 1 green, 2 blue, 3 purple, 4 yellow, 5 grey.</param>
    public static PictureColour OfPigment(int colour) => new(ColourRole.Pigment, colour);

    /// <summary>The colour of a role.</summary>
    /// <param name="role">The role.</param>
    public static implicit operator PictureColour(ColourRole role) => new(role);

    /// <summary>The colour of a role.</summary>
    /// <param name="role">The role.</param>
    public static PictureColour FromColourRole(ColourRole role) => new(role);
}
