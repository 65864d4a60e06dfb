using FedPG.Reporting.Curves;

namespace FedPG.Reporting.Report;

/// <summary>The agents of a run round by round, from its <c>agents.csv</c>. Immutable.</summary>
/// <param name="Rounds">The evaluated rounds.</param>
/// <param name="Agents">The agents in their order.</param>
internal sealed record AgentCurves(IReadOnlyList<double> Rounds, IReadOnlyList<AgentCurve> Agents)
{
    private const string File = "agents.csv", Round = "round", Agent = "agent", Objective = "objective", Optimum = "optimum",
        Return = "episode_return";

    /// <summary>A longer file is not read: a page is to appear within seconds.</summary>
    private const long MaxBytes = 64 << 20;

    /// <summary>No curves.</summary>
    public static AgentCurves None { get; } = new([], []);

    /// <summary>The mean return of episodes over agents, a number a round; NaN where there are none.</summary>
    public IReadOnlyList<double> MeanReturn { get; } =
        [.. Rounds.Select((_, t) => Agents.Average(agent => t < agent.Return.Count ? agent.Return[t] : double.NaN))];

    /// <summary>Reads a run folder; no curves where the file is missing, too long or none.</summary>
    /// <param name="folder">The run folder.</param>
    public static AgentCurves Read(string folder)
    {
        string path = Path.Combine(folder, File);
        if (new FileInfo(path) is not { Exists: true, Length: > 0 and <= MaxBytes }) return None;
        try
        {
            CsvTable table = CsvTable.Read(path, wholeRowsOnly: true);
            if (!table.Has(Round) || !table.Has(Agent) || !table.Has(Objective)) return None;
            IReadOnlyList<double> rounds = table[Round];
            IReadOnlyList<string> names = table.Texts(Agent);
            int[][] rows = [.. Enumerable.Range(0, table.RowCount).GroupBy(row => names[row]).Select(agent => agent.ToArray())];
            // A file that is being written may end within a round.
            int whole = rows.Length == 0 ? 0 : rows.Min(agent => agent.Length);
            return whole == 0 ? None : new AgentCurves(
                [.. rows[0].Take(whole).Select(row => rounds[row])],
                [.. rows.Select(agent => new AgentCurve(names[agent[0]], Numbers(Objective, agent),
                    Numbers(Return, agent), table.Has(Optimum) ? table[Optimum][agent[0]] : double.NaN))]);

            double[] Numbers(string column, int[] agent) => table.Has(column)
                ? [.. agent.Take(whole).Select(row => table[column][row])]
                : [.. Enumerable.Repeat(double.NaN, whole)];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return None;
        }
    }
}

/// <summary>One agent of a run.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Objective">Its objective, a number a round.</param>
/// <param name="Return">The mean return of its episodes; NaN where there are none.</param>
/// <param name="Optimum">Its own optimum; NaN where unknown.</param>
internal sealed record AgentCurve(string Name, IReadOnlyList<double> Objective, IReadOnlyList<double> Return, double Optimum);
