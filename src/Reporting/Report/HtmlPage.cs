using System.Globalization;
using System.Net;
using System.Text;
using FedPG.Reporting.Drawing;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>A page that is written from its top down.</summary>
/// <param name="title">The title, as plain text.</param>
internal sealed class HtmlPage(string title)
{
    private const string Style = """
        body { font: 15px/1.5 "Liberation Sans", Arial, Helvetica, sans-serif; color: #1a1a1a; max-width: 1120px; margin: 2.5em auto;
        padding: 0 1.5em; }
        h1 { font-size: 1.9em; margin: 0 0 .2em; } h2 { font-size: 1.25em; margin: 2em 0 .6em; border-bottom: 1px solid #ccc;
        padding-bottom: .2em; }
        .lead { color: #444; max-width: 60em; } .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .3em .9em .3em 0; text-align: right; vertical-align: top; white-space: nowrap; }
        th { border-bottom: 1.5px solid #1a1a1a; font-weight: 600; } td { border-bottom: 1px solid #e4e4e4; }
        th:first-child, td:first-child, td.text, th.text { text-align: left; }
        td.text { white-space: normal; overflow-wrap: anywhere; min-width: 5em; }
        .note, figcaption { color: #555; font-size: .9em; max-width: 60em; margin: .4em 0 0; } figure { margin: 1.2em 0 0; }
        svg { max-width: 100%; height: auto; }
        .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 2px; }
        pre { background: #f6f6f6; padding: 1em; overflow-x: auto; font-size: .85em; }
        summary { cursor: pointer; } @media print { body { margin: 0; max-width: none; } details { display: none; }
        figure, table { break-inside: avoid; } }
        """;

    private readonly StringBuilder _body = new();
    private int _figures;

    /// <summary>Adds markup.</summary>
    public void Line(string markup) => _body.Append(markup).Append('\n');

    /// <summary>Adds a figure.</summary>
    /// <param name="figure">What is drawn.</param>
    /// <param name="caption">Plain text; empty for none.</param>
    public void Figure(Figure figure, string caption)
    {
        string svg = Encoding.UTF8.GetString(FigureFiles.ToSvg(figure));
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        // Names are looked up in the whole page, and each figure has a first clip.
        string own = string.Create(CultureInfo.InvariantCulture, $"figure{++_figures}-clip");
        svg = svg.Replace("id=\"clip", $"id=\"{own}", StringComparison.Ordinal)
            .Replace("url(#clip", $"url(#{own}", StringComparison.Ordinal);
        Line($"<figure>{svg.TrimEnd()}{(caption.Length > 0 ? $"<figcaption>{Text(caption)}</figcaption>" : "")}</figure>");
    }

    /// <summary>Adds a table.</summary>
    /// <param name="head">The names of the columns, as plain text.</param>
    /// <param name="rows">The cells, as markup.</param>
    /// <param name="note">What the table shows, as plain text; empty for none.</param>
    public void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows, string note)
    {
        IReadOnlyList<string>[] cells = [.. rows];
        bool[] texts = [.. Enumerable.Range(0, head.Count).Select(k => cells.All(row => !LooksLikeNumber(row[k])))];
        Line("<div class=\"scroll\"><table>");
        Line($"<tr>{string.Concat(head.Select((name, k) => $"<th{Class(k)}>{Text(name)}</th>"))}</tr>");
        foreach (IReadOnlyList<string> row in cells)
            Line($"<tr>{string.Concat(row.Select((cell, k) => $"<td{Class(k)}>{cell}</td>"))}</tr>");
        Line("</table></div>");
        if (note.Length > 0) Line($"<p class=\"note\">{Text(note)}</p>");

        string Class(int column) => texts[column] ? " class=\"text\"" : "";
    }

    /// <summary>Plain text as markup.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A number to four digits; nothing where it is none.</summary>
    public static string Number(double number)
    {
        if (double.IsNaN(number)) return "";
        double size = Math.Abs(number);
        if (number != 0 && (size < 1e-3 || size >= 1e6)) return number.ToString("0.###e0", CultureInfo.InvariantCulture);
        return number.ToString(size >= 1000 ? "0" : "G4", CultureInfo.InvariantCulture);
    }

    /// <summary>A whole number, its digits in threes.</summary>
    public static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>An amount with three digits and k, M, G or T for its thousands.</summary>
    public static string Amount(double number)
    {
        if (double.IsNaN(number)) return "";
        int thousands = 0;
        // From the number that will be seen: 999.7 k is 1 M.
        while (thousands < 4 && Math.Round(number) >= (thousands == 0 ? 10_000 : 1000))
            (number, thousands) = (number / 1000, thousands + 1);
        return number.ToString(number < 10 ? "0.##" : number < 100 ? "0.#" : "0", CultureInfo.InvariantCulture)
            + (thousands == 0 ? "" : " " + "kMGT"[thousands - 1]);
    }

    /// <summary>The colour that a group has in the figures.</summary>
    public static string Swatch(int style) =>
        string.Create(CultureInfo.InvariantCulture,
            $"<span class=\"swatch\" style=\"background:#{SeriesStyle.At(style).Colour:x6}\"></span>");

    /// <inheritdoc/>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        {_body.ToString().TrimEnd()}
        </body>
        </html>

        """;

    private static bool LooksLikeNumber(string cell) =>
        cell.Length > 0 && (char.IsAsciiDigit(cell[0]) || (cell[0] == '-' && cell.Length > 1 && char.IsAsciiDigit(cell[1])));
}
