using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Experiments.Runs;
using FedPG.Reporting.Curves;

namespace FedPG.Comparison.Running;

/// <summary>
/// tuning.csv: a row for each finished run of the tuning, written as it ends, so that a comparison
/// that goes on does not run it again. Thread-safe.
/// </summary>
internal sealed class TuningLog : IDisposable
{
    public const string Name = "tuning.csv";
    private const string Header = "algorithm,settings,seed,status,rounds,figure";
    private readonly Dictionary<(string, string, long), double> _figures = [];
    private readonly Csv _csv;
    private readonly Lock _lock = new();

    /// <summary>Opens the log of a folder, with what it holds already; a row that a kill left unfinished is cut off.</summary>
    public TuningLog(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (File.Exists(path))
        {
            string text = File.ReadAllText(path);
            int whole = text.LastIndexOf('\n') + 1;
            if (whole < text.Length) File.WriteAllText(path, text[..whole]);
            if (whole > 0) Read(CsvTable.Read(path));
        }
        _csv = new Csv(path, Header);
    }

    /// <summary>
    /// What a run gave: its gap, or its objective where the gap is unknown; infinite for one that diverged, null for one that is not there.
    /// </summary>
    public double? this[string label, IReadOnlyList<Setting> settings, long seed]
    {
        get
        {
            lock (_lock) return _figures.TryGetValue((label, Text(settings), seed), out double figure) ? figure : null;
        }
    }

    /// <summary>Notes a run.</summary>
    public void Add(string label, IReadOnlyList<Setting> settings, long seed, int rounds, double figure)
    {
        lock (_lock)
        {
            _figures[(label, Text(settings), seed)] = figure;
            bool finite = double.IsFinite(figure);
            _csv.Add(string.Create(CultureInfo.InvariantCulture,
                $"{label},{Csv.Text(Text(settings))},{seed},{(finite ? RunResult.Finished : RunResult.Diverged)},{rounds},"
                    + $"{(finite ? Csv.Number(figure) : "")}")).Flush();
        }
    }

    public void Dispose() => _csv.Dispose();

    /// <summary>Settings in one cell.</summary>
    private static string Text(IReadOnlyList<Setting> settings) => string.Join(' ', settings);

    private void Read(CsvTable table)
    {
        IReadOnlyList<string> labels = table.Texts("algorithm"), settings = table.Texts("settings"), seeds = table.Texts("seed"),
            status = table.Texts("status");
        IReadOnlyList<double> figures = table["figure"];
        for (int i = 0; i < table.RowCount; i++)
            _figures[(labels[i], settings[i], long.Parse(seeds[i], CultureInfo.InvariantCulture))] = status[i] == RunResult.Finished
                ? figures[i]
                : double.PositiveInfinity;
    }
}
