using System.Text;

namespace FedPG.Cli.Common;

/// <summary>
/// A line of progress that fits a terminal: how far it is, a bar, the latest figure, the speed and the time that is left. Where there is
/// little room the speed goes first, then the bar, then the time; what is left is cut. Its last column stays free, so that no terminal
/// breaks it.
/// </summary>
/// <param name="Head">How far it is.</param>
/// <param name="Share">The same as a share, 0 to 1.</param>
/// <param name="Figure">The latest figure; empty for none.</param>
/// <param name="Speed">How fast it goes; empty for none.</param>
/// <param name="Left">The time that is left, or what is done now; empty for none.</param>
internal sealed record ProgressLine(string Head, double Share, string Figure, string Speed, string Left)
{
    private const int MinBar = 10, MaxBar = 40;
    private const char Full = '━', Empty = '─';

    /// <summary>The line without colours.</summary>
    /// <param name="columns">The width of the terminal.</param>
    public string Plain(int columns)
    {
        (string head, int bar, string tail) = Fit(columns);
        int filled = Filled(bar);
        return bar == 0 ? head + tail : $"{head} {new string(Full, filled)}{new string(Empty, bar - filled)}{tail}";
    }

    /// <summary>The line with the bar in colours, by escape sequences.</summary>
    /// <param name="columns">The width of the terminal.</param>
    public string Coloured(int columns)
    {
        (string head, int bar, string tail) = Fit(columns);
        if (bar == 0) return head + tail;
        int filled = Filled(bar);
        return new StringBuilder(head).Append(" \u001b[32m").Append(Full, filled).Append("\u001b[90m").Append(Empty, bar - filled)
            .Append("\u001b[0m").Append(tail).ToString();
    }

    /// <summary>The parts for where lines are only added: without a bar.</summary>
    public override string ToString() => Head + Joined(Figure, Speed, Left);

    private static string Joined(params string[] parts) => string.Concat(parts.Where(part => part.Length > 0).Select(part => $"  {part}"));

    private int Filled(int bar) => (int)Math.Clamp(bar * Share, 0, bar);

    private (string Head, int Bar, string Tail) Fit(int columns)
    {
        int room = Math.Max(0, columns - 1);
        string whole = Joined(Figure, Speed, Left), slower = Joined(Figure, Left), least = Joined(Figure);
        foreach (string tail in (string[])[whole, slower])
        {
            int bar = room - Head.Length - tail.Length - 1;
            if (bar >= MinBar) return (Head, Math.Min(bar, MaxBar), tail);
        }
        foreach (string tail in (string[])[whole, slower, least])
        {
            if (Head.Length + tail.Length <= room) return (Head, 0, tail);
        }
        return (ProgressRow.Cut(Head + least, room), 0, "");
    }
}
