using System.Globalization;
using FedPG.Claims;
using FedPG.Claims.Breaking;
using Spectre.Console;

namespace FedPG.Cli;

/// <summary>The end of a reproduction, as people read it.</summary>
internal static class VerdictTables
{
    /// <summary>Every check of every claim.</summary>
    public static Spectre.Console.Table Of(IReadOnlyList<Verdict> verdicts)
    {
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        table.AddColumns("claim", "check", "figure", "95 % interval", "bound", "", "s");
        foreach (Verdict verdict in verdicts)
        {
            foreach (Check check in verdict.Checks)
            {
                bool first = check == verdict.Checks[0];
                table.AddRow(
                    first ? $"[bold]{verdict.Claim}[/]" : "", check.Name, Bound.Short(check.Figure.Value),
                    Markup.Escape($"[{Bound.Short(check.Figure.Low)}, {Bound.Short(check.Figure.High)}]"), check.Bound.ToString(), Word(check.Pass),
                    first ? verdict.Seconds.ToString("F0", CultureInfo.InvariantCulture) : "");
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
