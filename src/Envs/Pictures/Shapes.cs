namespace FedPG.Envs.Pictures;

/// <summary>
/// A part of a picture. Lengths are in units of which an image has two pixels each; x grows to the right and y downwards, from the upper
/// left corner.
/// </summary>
/// <param name="Colour">Its colour.</param>
public abstract record Shape(PictureColour Colour);

/// <summary>A rectangle.</summary>
/// <param name="X">Its left edge.</param>
/// <param name="Y">Its upper edge.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Stroke">The width of its outline; 0 (the default) where it is filled.</param>
/// <param name="Corner">The radius of its corners where it is filled; 0 by default.</param>
internal sealed record CellShape(float X, float Y, float Width, float Height, PictureColour Colour, float Stroke = 0, float Corner = 0)
    : Shape(Colour);

/// <summary>A disc or a ring.</summary>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="Radius">Its radius.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Stroke">The width of the ring; 0 (the default) for a disc.</param>
internal sealed record DiscShape(float X, float Y, float Radius, PictureColour Colour, float Stroke = 0) : Shape(Colour);

/// <summary>A line through points, with round ends and corners.</summary>
/// <param name="Points">At least two points.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Stroke">Its width.</param>
internal sealed record LineShape(IReadOnlyList<(float X, float Y)> Points, PictureColour Colour, float Stroke) : Shape(Colour);

/// <summary>A filled polygon.</summary>
/// <param name="Points">Its corners.</param>
/// <param name="Colour">Its colour.</param>
internal sealed record PolygonShape(IReadOnlyList<(float X, float Y)> Points, PictureColour Colour) : Shape(Colour);

/// <summary>A line of text, its capitals centred on y.</summary>
/// <param name="Text">The text.</param>
/// <param name="X">Where its middle, start or end lies.</param>
/// <param name="Y">The height of its middle.</param>
/// <param name="Size">The size of the font.</param>
/// <param name="Colour">Its colour.</param>
/// <param name="Align">Which of its points lies at x; the middle by default.</param>
/// <param name="Room">The width that it may take; what does not fit is left out. No limit by default.</param>
internal sealed record TextShape(
    string Text, float X, float Y, float Size, PictureColour Colour, TextAlign Align = TextAlign.Middle,
    float Room = float.PositiveInfinity)
    : Shape(Colour);

/// <summary>Which point of a text is put at a place.</summary>
public enum TextAlign
{
    /// <summary>Its start.</summary>
    Start,

    /// <summary>Its middle.</summary>
    Middle,

    /// <summary>Its end.</summary>
    End,
}
