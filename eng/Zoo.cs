// Trains presets over several seeds and writes the table of docs/zoo.md anew:
//     dotnet run eng/Zoo.cs -- [NAME...] [--seeds 1..5] [--out DIR] [--program FEDPG.DLL]
// Without names all presets of the list below, one after another on one thread. What was measured stands in docs/data/zoo.csv, a row a
// run; rows of presets that are not named stay. A run ends when its threshold was held for three evaluations in a row (stopAt), or with
// the preset's rounds. The program has to be built: dotnet build -c Release src/Cli.
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

// A share is that of the uniform policy's gap.
Preset[] presets =
[
    new("four-rooms", "gap", 0.05, "5 % left"), new("cliff-walking", "gap", 0.05, "5 % left"), new("taxi", "gap", 0.1, "10 % left"),
    new("taxi", "gap", 0.05, "5 % left") { Row = "taxi-5" }, new("frozen-lake", "gap", 0.1, "10 % left"),
    new("far-goal", "gap", 0.05, "5 % left"), new("deep-sea", "gap", 0.05, "5 % left"),
    new("cartpole", "episode_return", 475, "475"), new("acrobot", "episode_return", -100, "-100"),
    new("pendulum", "episode_return", -200, "-200"), new("mountain-car", "episode_return", -110, "-110"),
    new("cartpole-8", "episode_return", 475, "475 for each of 8 agents"),
    new("minigrid-empty", "success_rate", 0.95, "95 % succeed"), new("minigrid-door-key", "success_rate", 0.95, "95 % succeed"),
    new("minigrid-lava-gap", "success_rate", 0.95, "95 % succeed"),
    // One recipe for all of them: tables' is that of four-rooms, cliff-walking, taxi and frozen-lake.
    new("far-goal", "gap", 0.05, "5 % left")
    {
        Row = "one:far-goal", Settings = ["gradient.horizon=16", "gradient.trajectories=64", "gradient.lambda=0.8"],
    },
    Control("cartpole", 475, "475", 128, 400), Control("acrobot", -100, "-100", 64, 400), Control("pendulum", -200, "-200", 512, 60),
    Control("mountain-car", -110, "-110", 64, 2000),
];

const int Held = 3;
string root = Path.GetFullPath(Path.Combine(Here(), ".."));
string data = Path.Combine(root, "docs", "data", "zoo.csv"), page = Path.Combine(root, "docs", "zoo.md");
List<string> names = [.. args];
string seeds = Taken("--seeds") ?? "1..5";
string? kept = Taken("--out"), given = Taken("--program");
string folder = kept ?? Directory.CreateTempSubdirectory("zoo").FullName;
string[] unknown = [.. names.Where(name => presets.All(preset => preset.Row != name))];
if (unknown.Length > 0 || seeds.Split("..") is not [var first, var last]
    || !int.TryParse(first, CultureInfo.InvariantCulture, out int from) || !int.TryParse(last, CultureInfo.InvariantCulture, out int to))
{
    Console.Error.WriteLine(unknown.Length > 0
        ? $"{unknown[0]} is no preset of the zoo; allowed: {string.Join(", ", presets.Select(preset => preset.Row))}"
        : $"--seeds {seeds}: must be FIRST..LAST");
    return 2;
}
List<Row> rows = File.Exists(data) ? [.. File.ReadLines(data).Skip(1).Select(Row.Parse)] : [];
string program = given ?? Directory.EnumerateFiles(Path.Combine(root, "src", "Cli", "bin"), "fedpg.dll", SearchOption.AllDirectories)
    .Where(file => file.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
    .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault()
    ?? throw new FileNotFoundException("fedpg.dll is not there: dotnet build -c Release src/Cli");
foreach (Preset preset in presets.Where(preset => names.Count == 0 || names.Contains(preset.Row)))
{
    for (int seed = from; seed <= to; seed++)
    {
        Row row = Measure(preset, seed);
        rows.RemoveAll(other => other.Preset == row.Preset && other.Seed == row.Seed);
        rows.Add(row);
        Console.WriteLine(row);
        rows = [.. rows.OrderBy(r => Array.FindIndex(presets, p => p.Row == r.Preset)).ThenBy(r => r.Seed)];
        File.WriteAllLines(data, rows.Select(r => r.ToString()).Prepend(Row.Header));
    }
}
WriteTable();
if (kept is null) Directory.Delete(folder, recursive: true);
return 0;

Row Measure(Preset preset, int seed)
{
    double value = preset.Value;
    if (preset.Column == "gap")
    {
        string start = Path.Combine(folder, $"{preset.Row.Replace(':', '-')}-{seed}-start");
        _ = Train(preset, seed, start, "federation.rounds=0");
        value *= (double)Json(Path.Combine(start, "summary.json"))["uniformGap"]!;
    }
    string run = Path.Combine(folder, $"{preset.Row.Replace(':', '-')}-{seed}");
    string target = string.Create(CultureInfo.InvariantCulture, $$"""{"column":"{{preset.Column}}","value":{{value:R}},"held":{{Held}}}""");
    double cpu = Train(preset, seed, run, $"stopAt={target}");
    JsonNode summary = Json(Path.Combine(run, "summary.json")), experiment = Json(Path.Combine(run, "experiment.json"));
    long steps = (long)summary["env_steps"]!;
    if (summary["stoppedAt"] is null) return new Row(preset.Row, seed, null, steps, cpu);
    // The first of the evaluations that held it.
    int round = (int)summary["rounds"]! - ((Held - 1) * (int)experiment["evaluateEvery"]!);
    string[] at = [.. File.ReadLines(Path.Combine(run, "metrics.csv")).Select(line => line.Split(',')).Single(f => f[0] == $"{round}")];
    double share = double.Parse(at[8], CultureInfo.InvariantCulture) / (double)summary["seconds"]!;
    return new Row(preset.Row, seed, long.Parse(at[1], CultureInfo.InvariantCulture), steps, cpu * share);
}

double Train(Preset preset, int seed, string run, string setting)
{
    string[] command =
    [
        program, "train", "--preset", preset.Name, "--seed", $"{seed}", "--threads", "1", "--quiet", "--out", run,
        "--set", "checkpointEvery=0", .. preset.Settings, setting,
    ];
    using Process process = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true })!;
    // A few lines fit into the pipe; what a process has used is known as long as it runs.
    double used = 0;
    while (!process.WaitForExit(20))
    {
        try
        {
            used = process.TotalProcessorTime.TotalSeconds;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended meanwhile.
        }
    }
    if (process.ExitCode != 0) throw new InvalidOperationException($"fedpg {string.Join(' ', command[1..])}: exit code {process.ExitCode}");
    return used;
}

void WriteTable()
{
    const string Begin = "<!-- table of eng/Zoo.cs -->", End = "<!-- end of the table -->";
    List<string> lines =
    [
        Begin, "| preset | threshold | env-steps, median (range) | seeds that reached it | CPU s until then, median |",
        "|---|---|---|---|---|",
    ];
    foreach (Preset preset in presets)
    {
        Row[] own = [.. rows.Where(row => row.Preset == preset.Row)];
        if (own.Length == 0)
        {
            // Measured before there was this program.
            lines.AddRange(File.ReadLines(page).Where(line => line.StartsWith($"| `{preset.Row}` |", StringComparison.Ordinal)));
            continue;
        }
        // Never counts as larger than all.
        Row[] order = [.. own.OrderBy(row => row.Threshold ?? long.MaxValue)], reached = [.. order.Where(row => row.Threshold is not null)];
        long? median = order[(order.Length - 1) / 2].Threshold;
        string range = reached.Length == 0 ? "" : $" ({Short(reached[0].Threshold!.Value)} to {Short(reached[^1].Threshold!.Value)})";
        string steps = (median is { } m ? Short(m) : "never") + range;
        string never = reached.Length == own.Length ? ""
            : $", the others not by {Short(own.Where(row => row.Threshold is null).Max(row => row.Steps))}";
        double[] cpu = [.. reached.Select(row => row.Cpu).Order()];
        string seconds = cpu.Length == 0 ? "" : cpu[(cpu.Length - 1) / 2].ToString("F1", CultureInfo.InvariantCulture);
        lines.Add($"| `{preset.Row}` | {preset.Label} | {steps} | {reached.Length} of {own.Length}{never} | {seconds} |");
    }
    lines.Add(End);
    string text = File.ReadAllText(page);
    int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal) + End.Length;
    File.WriteAllText(page, text[..begin] + string.Join('\n', lines) + text[end..]);
}

static string Short(long steps) => steps < 1_000_000
    ? string.Create(CultureInfo.InvariantCulture, $"{steps / 1000.0:F0} k")
    : string.Create(CultureInfo.InvariantCulture, $"{steps / 1e6:F2} M");

string? Taken(string option)
{
    int at = names.IndexOf(option);
    if (at < 0 || at + 1 >= names.Count) return null;
    string value = names[at + 1];
    names.RemoveRange(at, 2);
    return value;
}

// The one recipe for control: what differs is the horizon, with it how often is evaluated, and the rounds.
static Preset Control(string name, double value, string label, int horizon, int rounds) => new(name, "episode_return", value, label)
{
    Row = $"one:{name}",
    Settings =
    [
        "environment.options.discount=0.98", "policy.normalise=true", "gradient.normaliseRewards=true", "gradient.lambda=0.9",
        "gradient.trajectories=4", "gradient.epochs=10", "gradient.minibatch=64", "gradient.entropy=0", $"gradient.horizon={horizon}",
        """federation.localStepSize={"schedule":"cosine","from":0.001,"to":0.0001}""", $"federation.rounds={rounds}",
        $"evaluateEvery={(name == "mountain-car" ? 8192 : name == "pendulum" ? 4096 : 2048) / (4 * horizon)}",
    ],
};

static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(file))!;

static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

/// <summary>A preset and what it has to reach.</summary>
internal sealed record Preset(string Name, string Column, double Value, string Label)
{
    /// <summary>The name of its row.</summary>
    public string Row { get; init; } = Name;

    /// <summary>What differs from the preset.</summary>
    public string[] Settings { get; init; } = [];
}

/// <summary>A run: the steps to the threshold, null for never, all steps, and CPU seconds until the threshold or the end.</summary>
internal sealed record Row(string Preset, int Seed, long? Threshold, long Steps, double Cpu)
{
    public const string Header = "preset,seed,threshold_env_steps,env_steps,cpu_seconds";

    public static Row Parse(string line) => line.Split(',') is [var preset, var seed, var threshold, var steps, var cpu]
        ? new Row(preset, int.Parse(seed, CultureInfo.InvariantCulture),
            threshold.Length == 0 ? null : long.Parse(threshold, CultureInfo.InvariantCulture),
            long.Parse(steps, CultureInfo.InvariantCulture), double.Parse(cpu, CultureInfo.InvariantCulture))
        : throw new FormatException(line);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Preset},{Seed},{Threshold},{Steps},{Cpu:F1}");
}
