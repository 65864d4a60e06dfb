using System.Globalization;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Envs.ToyText;
using Spectre.Console;

namespace FedPG.Cli.Rendering;

/// <summary>A subject and an episode in the terminal: with colours where it has them, in plain characters where it has not.</summary>
public static class TextView
{
    private const int MaxRows = 40, MaxStates = 30;

    /// <summary>Writes the picture, what it means, and how the episode went.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="subject">What is shown.</param>
    /// <param name="episode">An episode of it.</param>
    public static void Write(IAnsiConsole console, Subject subject, Episode episode)
    {
        ArgumentNullException.ThrowIfNull(console);
        console.WriteLine(subject.Title);
        console.WriteLine();
        if (subject.Mdp is not { } mdp) WriteControl(console, subject, episode);
        else
        {
            if (mdp.Grid is not null) TextGrid.Write(console, subject);
            else if (TaxiPicture.Fits(subject)) TextTaxi.Write(console, subject, (int)episode.States[0][0]);
            else WriteTable(console, subject);
            if (subject.StartValue is { } value) console.WriteLine($"value: the expected discounted return; from the start {Number(value)}");
            WritePath(console, mdp, episode);
        }
        string end = episode.Terminated ? "terminated" : "not at its end";
        console.WriteLine($"episode: {episode.Steps} steps, {end}, sum of rewards {Number(episode.Return(episode.Steps))}");
    }

    /// <summary>A number of a state: with four decimals, so that steps stand under each other, unless it is too large for them to matter.</summary>
    private static string Place(double value) => Math.Abs(value) < 1e5 ? value.ToString("F4", CultureInfo.InvariantCulture) : Number(value);

    /// <summary>A number for people.</summary>
    internal static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    /// <summary>Where the episode went, with repeated states as a count.</summary>
    private static void WritePath(IAnsiConsole console, FiniteMdp mdp, Episode episode)
    {
        var visits = new List<(string Name, int Times)>();
        foreach (double[] state in episode.States)
        {
            string name = NameOf(mdp, (int)state[0]);
            if (visits.Count > 0 && visits[^1].Name == name) visits[^1] = (name, visits[^1].Times + 1);
            else visits.Add((name, 1));
        }
        IEnumerable<string> shown = visits.Take(MaxStates).Select(v => v.Times == 1 ? v.Name : $"{v.Name} x{v.Times}");
        console.WriteLine($"path: {string.Join(" ", shown)}{(visits.Count > MaxStates ? $" ... ({visits.Count - MaxStates} more)" : "")}");
    }

    private static string NameOf(FiniteMdp mdp, int state) => mdp.Grid?.Cells[state] switch
    {
        null when mdp.Name == Taxi.Definition.Id => TextTaxi.NameOf(state),
        null => state.ToString(CultureInfo.InvariantCulture),
        ( < 0, _) => "end",
        var (row, column) => $"({row},{column})",
    };

    private static void WriteTable(IAnsiConsole console, Subject subject)
    {
        FiniteMdp mdp = subject.Mdp!;
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("state").RightAligned());
        if (subject.Values is not null) table.AddColumn(new TableColumn("value").RightAligned());
        for (int a = 0; a < mdp.Actions; a++) table.AddColumn(new TableColumn(subject.Policy is null ? $"R(s, {a})" : $"pi({a}|s)").RightAligned());
        (double, double) range = subject.Values is null ? (0, 0) : Shades.Range(subject);
        foreach (int s in Enumerable.Range(0, mdp.States).Take(MaxRows))
        {
            List<string> row = [mdp.Terminal[s] ? $"{s} end" : $"{s}"];
            if (subject.Values is { } values) row.Add(TextGrid.Shaded(Number(values[s]), Shades.At(Shades.Share(values[s], range))));
            for (int a = 0; a < mdp.Actions; a++)
            {
                double shown = subject.Policy is null ? mdp.Agents[subject.Agent].Rewards[(s * mdp.Actions) + a] : subject.Probability(s, a);
                string text = subject.Policy is null ? Number(shown) : shown.ToString("F3", CultureInfo.InvariantCulture);
                row.Add(subject.Policy is not null && shown > 0.5 ? $"[bold]{text}[/]" : text);
            }
            table.AddRow([.. row]);
        }
        console.Write(table);
        if (mdp.States > MaxRows) console.WriteLine($"... and {mdp.States - MaxRows} more states (fedpg env export writes them all)");
    }

    private static void WriteControl(IAnsiConsole console, Subject subject, Episode episode)
    {
        string[] names = EpisodicEnvironment.Of(subject.Instance, subject.StepLimit).Create(subject.Agent) is IStatefulEnvironment stateful
            ? [.. stateful.StateNames] : [.. episode.States[0].Select((_, k) => $"o{k}")];
        var table = new Table { Border = TableBorder.Simple };
        foreach (string name in (string[])["step", .. names, "action", "reward"]) table.AddColumn(new TableColumn(name).RightAligned());
        int every = Math.Max(1, (int)Math.Ceiling(episode.Steps / (double)(MaxRows - 1)));
        foreach (int t in Enumerable.Range(0, episode.Steps + 1).Where(t => t % every == 0 || t == episode.Steps))
        {
            string action = t < episode.Steps ? string.Join(" ", episode.Actions[t].Select(Number)) : "", reward = t < episode.Steps ? Number(episode.Rewards[t]) : "";
            table.AddRow([$"{t}", .. episode.States[t].Select(x => Place(x)), action, reward]);
        }
        console.Write(table);
    }
}
