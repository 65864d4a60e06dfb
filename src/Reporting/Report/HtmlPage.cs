using System.Globalization;
using System.Net;
using System.Text;
using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Report;

/// <summary>A page that is written from its top down.</summary>
/// <param name="title">The title, as plain text.</param>
internal sealed class HtmlPage(string title)
{
    private readonly StringBuilder _body = new();

    /// <summary>Gets whether a browser asks for the page again by itself; false by default.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Adds markup.</summary>
    public void Line(string markup) => _body.Append(markup).Append('\n');

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
    /// <param name="number">The number.</param>
    /// <param name="digits">Another number of digits.</param>
    public static string Number(double number, int digits = 4)
    {
        if (double.IsNaN(number)) return "";
        double size = Math.Abs(number);
        if (number != 0 && (size < 1e-3 || size >= 1e6)) return number.ToString("0.###e0", CultureInfo.InvariantCulture);
        return number.ToString(size >= 1000 ? "0" : digits == 4 ? "G4" : "G3", CultureInfo.InvariantCulture);
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

    /// <summary>The colour that a style has in the figures.</summary>
    public static string Swatch(int style) =>
        string.Create(CultureInfo.InvariantCulture, $"<span class=\"swatch s{style % SeriesStyle.Table.Count}\"></span>");

    /// <inheritdoc/>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>
        {PageLook.Style}
        </style>
        </head>
        <body>
        <button class="theme" type="button" hidden>dark</button>
        {_body.ToString().TrimEnd()}
        <div id="tip" role="status"></div>
        <script>
        {PageLook.Script}{(IsWatched ? "\n" + PageLook.Reload : "")}
        </script>
        </body>
        </html>

        """;

    private static bool LooksLikeNumber(string cell) =>
        cell.Length > 0 && (char.IsAsciiDigit(cell[0]) || (cell[0] == '-' && cell.Length > 1 && char.IsAsciiDigit(cell[1])));
}
