using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Drawing;

/// <summary>A point in axis coordinates.</summary>
internal readonly record struct Point(double X, double Y);

/// <summary>The points of a series in axis coordinates, as they are drawn.</summary>
internal static class Polyline
{
    /// <summary>The points of a series; those without a place on the axes are not numbers.</summary>
    public static Point[] Of(Series series, Axis x, Axis y)
    {
        var points = new Point[Math.Min(series.X.Count, series.Y.Count)];
        for (int i = 0; i < points.Length; i++)
            points[i] = new Point(x.Place(series.X[i]), y.Place(series.Y[i]));
        return points;
    }

    /// <summary>The stretches of points between gaps.</summary>
    public static IEnumerable<Point[]> Stretches(Point[] points)
    {
        for (int start = 0; start < points.Length; start++)
        {
            int end = start;
            while (end < points.Length && IsPlaced(points[end])) end++;
            if (end > start) yield return points[start..end];
            start = end;
        }
    }

    /// <summary>Whether the point has a place on both axes.</summary>
    public static bool IsPlaced(Point point) => !double.IsNaN(point.X) && !double.IsNaN(point.Y);

    /// <summary>
    /// A stretch with fewer points that looks the same: of a curve that runs to the right, the first, the lowest, the highest and the last
    /// point of each column, which are as narrow as the line. Others are returned as they are.
    /// </summary>
    public static Point[] Thinned(Point[] stretch, Axis x, int columns)
    {
        if (stretch.Length <= 2 * columns) return stretch;
        for (int i = 1; i < stretch.Length; i++)
        {
            if (stretch[i].X < stretch[i - 1].X) return stretch;
        }

        var kept = new List<Point>();
        for (int start = 0; start < stretch.Length;)
        {
            long column = Column(stretch[start]);
            int end = start, lowest = start, highest = start;
            for (; end < stretch.Length && Column(stretch[end]) == column; end++)
            {
                if (stretch[end].Y < stretch[lowest].Y) lowest = end;
                if (stretch[end].Y > stretch[highest].Y) highest = end;
            }

            foreach (int i in new SortedSet<int> { start, lowest, highest, end - 1 })
                kept.Add(stretch[i]);
            start = end;
        }

        return [.. kept];

        long Column(Point point) => (long)Math.Floor((point.X - x.Min) / x.Span * columns);
    }

    /// <summary>
    /// The indices of the points that get a marker: all of a few; of many about eight, evenly spread along the axis, and for each style at
    /// other places, so that curves that lie on each other stay apart.
    /// </summary>
    public static List<int> Marked(Point[] points, Axis x, int style)
    {
        const int Few = 16, Several = 8, Shifts = 5;
        int[] placed = [.. Enumerable.Range(0, points.Length).Where(i => IsPlaced(points[i]) && x.Contains(points[i].X))];
        if (placed.Length <= Few) return [.. placed];

        double low = placed.Min(i => points[i].X), high = placed.Max(i => points[i].X);
        double shift = ((style % Shifts + Shifts) % Shifts * 2 % Shifts + 0.5) / Shifts;
        var marked = new List<int>();
        for (int k = 0; k < Several; k++)
        {
            double at = low + ((k + shift) / Several * (high - low));
            int nearest = placed.MinBy(i => Math.Abs(points[i].X - at));
            if (marked.Count == 0 || marked[^1] != nearest) marked.Add(nearest);
        }

        return marked;
    }
}
