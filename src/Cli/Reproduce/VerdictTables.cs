using System.Globalization;
using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using Spectre.Console;

namespace FedPG.Cli.Reproduce;

/// <summary>The end of a reproduction, as people read it.</summary>
internal static class VerdictTables
{
    /// <summary>Every check of every claim.</summary>
    public static Spectre.Console.Table Of(IReadOnlyList<Verdict> verdicts)
    {
        // Narrow enough for 80 columns: a claim has a line of its own, and figures without randomness have no interval.
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        foreach (string heading in (string[])["claim", "figure", "95 % interval", "bound", ""])
            table.AddColumn(new TableColumn(heading) { NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        foreach (Verdict verdict in verdicts)
        {
            table.AddRow($"[bold]{verdict.Claim}[/]", string.Create(CultureInfo.InvariantCulture, $"{verdict.Seconds:F0} s"), "", "",
                $"[bold]{Word(verdict.Pass)}[/]");
            foreach (Check check in verdict.Checks)
            {
                string interval = check.Figure.Low == check.Figure.High
                    ? ""
                    : $"[{Bound.Short(check.Figure.Low)}, {Bound.Short(check.Figure.High)}]";
                table.AddRow($"  {check.Name}", Bound.Short(check.Figure.Value), Markup.Escape(interval), check.Bound.ToString(),
                    Word(check.Pass));
            }
        }
        return table;
    }

    /// <summary>Claims against variants.</summary>
    public static Spectre.Console.Table Of(Matrix matrix, IReadOnlyList<Claim> claims)
    {
        Breakage[] variants = [Breakage.None, .. Breakages.Broken];
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        table.AddColumn("claim");
        foreach (Breakage variant in variants) table.AddColumn(variant == Breakage.None ? "right" : Breakages.NameOf(variant));
        foreach (Claim claim in claims)
            table.AddRow([claim.Name, .. variants.Select(v => matrix.Of(claim, v) is { } verdict ? Word(verdict.Pass) : "")]);
        return table;
    }

    private static string Word(bool pass) => pass ? "[green]PASS[/]" : "[red]FAIL[/]";
}
