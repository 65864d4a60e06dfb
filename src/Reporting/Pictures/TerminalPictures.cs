using System.Globalization;
using FedPG.Envs;
using FedPG.Envs.Pictures;
using Spectre.Console;

namespace FedPG.Reporting.Pictures;

/// <summary>Scenes in a terminal: with colours where it has them, in plain characters where it does not.</summary>
internal static class TerminalPictures
{
    /// <summary>Writes what is shown, what it means, and how the episode went.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="drawing">How it is drawn.</param>
    /// <param name="scene">What is shown.</param>
    public static void Write(IAnsiConsole console, EnvironmentDrawing drawing, PictureScene scene)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(drawing);
        ArgumentNullException.ThrowIfNull(scene);
        console.WriteLine(scene.Title);
        console.WriteLine();
        foreach (TextBlock block in drawing.Describe(scene)) Write(console, block);
        PlayedEpisode episode = scene.Episode;
        string sum = episode.Return(episode.Steps).ToString("G5", CultureInfo.InvariantCulture);
        console.WriteLine(
            $"episode: {episode.Steps} steps, {(episode.Terminated ? "terminated" : "not at its end")}, sum of rewards {sum}");
    }

    private static void Write(IAnsiConsole console, TextBlock block)
    {
        if (block.Headings is null)
        {
            foreach (IReadOnlyList<TextPiece> line in block.Rows) console.MarkupLine(string.Concat(line.Select(Markup)));
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        foreach (string heading in block.Headings) table.AddColumn(new TableColumn(heading.EscapeMarkup()).RightAligned());
        foreach (IReadOnlyList<TextPiece> row in block.Rows) table.AddRow([.. row.Select(Markup)]);
        console.Write(table);
    }

    private static string Markup(TextPiece piece)
    {
        string text = piece.Text.EscapeMarkup();
        if (piece.Ground is not { } ground) return piece.Bold ? $"[bold]{text}[/]" : text;
        string ink = ground.Role == ColourRole.Wall ? "#808080" : "#000000";
        return $"[{(piece.Bold ? "bold " : "")}{ink} on #{PicturePalette.BehindText(ground):x6}]{text}[/]";
    }
}
