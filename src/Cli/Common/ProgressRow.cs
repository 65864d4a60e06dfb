namespace FedPG.Cli.Common;

/// <summary>
/// A row of the progress on a terminal, cut to its width: a row that the terminal breaks over two lines would not be taken away when it is
/// drawn anew.
/// </summary>
/// <param name="Name">The algorithm's label, padded or shortened.</param>
/// <param name="Filled">Cells of the bar that are done.</param>
/// <param name="Empty">Cells that are left.</param>
/// <param name="Tail">How many runs there are, and the latest figure.</param>
internal readonly record struct ProgressRow(string Name, int Filled, int Empty, string Tail)
{
    private const int Indent = 2, MinName = 8, MinBar = 10, MaxBar = 40, TailWidth = 26;

    /// <summary>The cells it takes: indent, name, space, bar, tail.</summary>
    public int Width => Indent + Name.Length + 1 + Filled + Empty + Tail.Length;

    /// <summary>Fits a row into a terminal, whose last column stays free.</summary>
    /// <param name="terminal">The terminal's width.</param>
    /// <param name="widest">The length of the longest label.</param>
    /// <param name="label">The label.</param>
    /// <param name="share">What is done, 0 to 1.</param>
    /// <param name="tail">What stands behind the bar.</param>
    public static ProgressRow Of(int terminal, int widest, string label, double share, string tail)
    {
        int room = Math.Max(0, terminal - 1 - Indent - 1);
        int names = Math.Min(widest, Math.Min(room, Math.Max(MinName, room - MinBar - TailWidth)));
        int bar = Math.Min(room - names, Math.Clamp(room - names - TailWidth, MinBar, MaxBar));
        int filled = (int)Math.Clamp(bar * share, 0, bar);
        return new ProgressRow(Cut(label, names).PadRight(names), filled, bar - filled, Cut(tail, room - names - bar));
    }

    /// <summary>The text, or its beginning and an ellipsis where there is no room for all of it.</summary>
    public static string Cut(string text, int room) => text.Length <= room ? text : room <= 0 ? "" : text[..(room - 1)] + "…";
}
