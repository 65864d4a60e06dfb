using System.Text;
using FedPG.Envs.ToyText;
using Spectre.Console;

namespace FedPG.Cli.Rendering;

/// <summary>The taxi's town in the terminal, once while the passenger waits and once with the passenger on board.</summary>
internal static class TextTaxi
{
    private const string Arrows = "↓↑→←PD";

    /// <summary>Writes both towns for the passenger and destination of a state.</summary>
    public static void Write(IAnsiConsole console, Subject subject, int start)
    {
        var first = TaxiState.Of(start % TaxiState.Count);
        int offset = start - (start % TaxiState.Count);
        (double, double) range = subject.Values is null ? (0, 0) : Shades.Range(subject);
        foreach (int passenger in (int[])[first.Passenger, TaxiState.InTaxi])
        {
            string where = passenger == TaxiState.InTaxi ? "on board" : $"waiting at {TaxiState.PlaceNames[passenger]}";
            console.WriteLine($"passenger {where}, destination {TaxiState.PlaceNames[first.Destination]}:");
            console.WriteLine("+" + string.Concat(Enumerable.Repeat("---", TaxiState.Side)) + "----+");
            for (int row = 0; row < TaxiState.Side; row++)
            {
                var line = new StringBuilder("|");
                for (int column = 0; column < TaxiState.Side; column++)
                {
                    var state = new TaxiState(row, column, passenger, first.Destination);
                    string mark = state.Place >= 0 ? $"{TaxiState.PlaceNames[state.Place]}" : " ";
                    string text = subject.Policy is null ? $" {mark} " : $"{mark}{Arrow(subject, offset + state.Index)} ";
                    line.Append(subject.Values is { } values ? TextGrid.Shaded(text, Shades.At(Shades.Share(values[offset + state.Index], range))) : text.EscapeMarkup());
                    if (column < TaxiState.Side - 1) line.Append(TaxiState.HasWallToTheEast(row, column) ? '|' : ':');
                }
                console.MarkupLine(line.Append('|').ToString());
            }
            console.WriteLine("+" + string.Concat(Enumerable.Repeat("---", TaxiState.Side)) + "----+");
        }
        if (subject.Policy is not null) console.WriteLine("arrows: the likeliest action; P pick up, D drop off; walls |");
    }

    /// <summary>A state in words: (row,column), with the passenger's place or * for on board.</summary>
    public static string NameOf(int index)
    {
        var state = TaxiState.Of(index % TaxiState.Count);
        return $"({state.Row},{state.Column}){(state.OnBoard ? "*" : "")}";
    }

    private static char Arrow(Subject subject, int state)
    {
        int likely = 0;
        for (int a = 1; a < Arrows.Length; a++)
        {
            if (subject.Probability(state, a) > subject.Probability(state, likely)) likely = a;
        }
        return subject.Probability(state, likely) < (1.0 / Arrows.Length) + 0.01 ? '·' : Arrows[likely];
    }
}
