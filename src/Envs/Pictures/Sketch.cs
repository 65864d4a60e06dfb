namespace FedPG.Envs.Pictures;

/// <summary>Collects the shapes of a picture, each above those before it. Not thread-safe.</summary>
/// <param name="width">The width in units (<see cref="Shape"/>).</param>
/// <param name="height">The height in units.</param>
public sealed class Sketch(float width, float height)
{
    private readonly List<Shape> _shapes = [];

    /// <summary>The width in units.</summary>
    public float Width => width;

    /// <summary>The height in units.</summary>
    public float Height => height;

    /// <summary>Adds a shape.</summary>
    /// <param name="shape">The shape.</param>
    public void Add(Shape shape) => _shapes.Add(shape);

    /// <summary>A filled rectangle.</summary>
    /// <param name="x">Its left edge.</param>
    /// <param name="y">Its upper edge.</param>
    /// <param name="w">Its width.</param>
    /// <param name="h">Its height.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="corner">The radius of its corners.</param>
    public void Cell(float x, float y, float w, float h, PictureColour colour, float corner = 0) =>
        Add(new CellShape(x, y, w, h, colour, Corner: corner));

    /// <summary>The outline of a rectangle.</summary>
    /// <param name="x">Its left edge.</param>
    /// <param name="y">Its upper edge.</param>
    /// <param name="w">Its width.</param>
    /// <param name="h">Its height.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="stroke">The width of the line.</param>
    public void Frame(float x, float y, float w, float h, PictureColour colour, float stroke) =>
        Add(new CellShape(x, y, w, h, colour, stroke));

    /// <summary>A filled disc.</summary>
    /// <param name="x">Its centre.</param>
    /// <param name="y">Its centre.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="colour">Its colour.</param>
    public void Disc(float x, float y, float radius, PictureColour colour) => Add(new DiscShape(x, y, radius, colour));

    /// <summary>A ring.</summary>
    /// <param name="x">Its centre.</param>
    /// <param name="y">Its centre.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="stroke">The width of the line.</param>
    public void Ring(float x, float y, float radius, PictureColour colour, float stroke) =>
        Add(new DiscShape(x, y, radius, colour, stroke));

    /// <summary>A line between two points.</summary>
    /// <param name="x0">The first point.</param>
    /// <param name="y0">The first point.</param>
    /// <param name="x1">The second point.</param>
    /// <param name="y1">The second point.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="stroke">Its width.</param>
    public void Line(float x0, float y0, float x1, float y1, PictureColour colour, float stroke) =>
        Add(new LineShape([(x0, y0), (x1, y1)], colour, stroke));

    /// <summary>A line through points; nothing for fewer than two.</summary>
    /// <param name="points">The points.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="stroke">Its width.</param>
    public void Line(IReadOnlyList<(float X, float Y)> points, PictureColour colour, float stroke)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count > 1) Add(new LineShape(points, colour, stroke));
    }

    /// <summary>A filled polygon.</summary>
    /// <param name="points">Its corners.</param>
    /// <param name="colour">Its colour.</param>
    public void Polygon(IReadOnlyList<(float X, float Y)> points, PictureColour colour) => Add(new PolygonShape(points, colour));

    /// <summary>An arrow, its head no longer than itself; nothing where it is shorter than a unit.</summary>
    /// <param name="x0">Its tail.</param>
    /// <param name="y0">Its tail.</param>
    /// <param name="x1">Its point.</param>
    /// <param name="y1">Its point.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="stroke">Its width.</param>
    public void Arrow(float x0, float y0, float x1, float y1, PictureColour colour, float stroke)
    {
        (float dx, float dy) = (x1 - x0, y1 - y0);
        float length = MathF.Sqrt((dx * dx) + (dy * dy));
        if (length < 1) return;
        float head = Math.Min(length, 3.4f * stroke);
        (float ux, float uy) = (dx / length, dy / length);
        if (length > head) Line(x0, y0, x1 - (ux * head), y1 - (uy * head), colour, stroke);
        (float bx, float by) = (x1 - (ux * head), y1 - (uy * head));
        float half = head * 0.62f;
        Polygon([(x1, y1), (bx - (uy * half), by + (ux * half)), (bx + (uy * half), by - (ux * half))], colour);
    }

    /// <summary>A text whose capitals are centred on y.</summary>
    /// <param name="text">The text.</param>
    /// <param name="x">Where its middle, start or end lies.</param>
    /// <param name="y">The height of its middle.</param>
    /// <param name="size">The size of the font.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="align">Which of its points lies at x.</param>
    public void Text(string text, float x, float y, float size, PictureColour colour, TextAlign align = TextAlign.Middle) =>
        Add(new TextShape(text, x, y, size, colour, align));

    /// <summary>The picture so far.</summary>
    public Picture ToPicture() => new(Width, Height, [.. _shapes]);
}
