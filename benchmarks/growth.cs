// Measures time and memory of a gradient as agents, states and parameters grow, a process for
// each case, and keeps docs/data/growth.csv up to date:
//     dotnet build -c Release src/Cli && dotnet run benchmarks/growth.cs [-- KIND...]
// KIND is agents, networks, states, exact or width; medians of three repeats; all of them take some ten minutes, and want the machine to
// themselves. What is in the file stays there until it is measured again, so a run that was stopped goes on with the kinds that are left.
// It ends with the exponents of growth as docs/performance-sampling.md has them.
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

const string heading = "case,size,threads,agents,states,parameters,milliseconds,peak_mib";
string root = Path.GetFullPath(Path.Combine(ThisFolder(), "..")), file = Path.Combine(root, "docs", "data", "growth.csv");
(string Kind, int[] Sizes)[] kinds =
[
    ("agents", [1, 10, 100, 1_000, 10_000]),
    ("networks", [1, 10, 100, 1_000, 10_000]),
    ("states", [25, 100, 400, 2_500, 10_000]),
    ("exact", [25, 100, 400, 2_500, 10_000]),
    ("width", [1, 8, 64, 256, 950]),
];
string[] all = [.. kinds.Select(k => k.Kind)], unknown = [.. args.Except(all)];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"{string.Join(", ", unknown)}: must be one of {string.Join(", ", all)}");
    return 2;
}
string? program = Directory.EnumerateFiles(Path.Combine(root, "src", "Cli", "bin"), "fedpg.dll", SearchOption.AllDirectories)
    .FirstOrDefault(f => f.Contains("Release", StringComparison.Ordinal));
if (program is null)
{
    Console.Error.WriteLine("build the program first: dotnet build -c Release src/Cli");
    return 1;
}

var rows = new Dictionary<(string Kind, int Size, int Threads), string>();
foreach (string line in File.Exists(file) ? File.ReadLines(file).Skip(1) : [])
{
    string[] cells = line.Split(',');
    if (kinds.Any(k => k.Kind == cells[0] && k.Sizes.Contains(int.Parse(cells[1], CultureInfo.InvariantCulture)))) rows[Key(cells)] = line;
}
foreach ((string kind, int[] sizes) in kinds.Where(k => args.Length == 0 || args.Contains(k.Kind)))
{
    foreach (int size in sizes)
    {
        foreach (int threads in (int[])[1, 2])
        {
            var start = new ProcessStartInfo("dotnet",
                [program, "bench", $"{kind}={size}", "--threads", $"{threads}", "--repeats", "3",
                    "--json"]) { RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) return process.ExitCode;
            JsonNode result = JsonNode.Parse(output)![0]!;
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{kind},{size},{threads},{result["agents"]},{result["states"]},{result["parameters"]},"
                    + $"{(double)result["milliseconds"]!},{result["peakMemoryMiB"]}");
            rows[(kind, size, threads)] = line;
            Console.Error.WriteLine(line);
            File.WriteAllLines(file, [heading, .. rows.OrderBy(r => Array.IndexOf(all, r.Key.Kind)).ThenBy(r => r.Key.Size)
                .ThenBy(r => r.Key.Threads).Select(r => r.Value)]);
        }
    }
}

Console.WriteLine("| grows | threads | exponents of time between neighbouring points | exponents of peak memory |");
Console.WriteLine("|---|---|---|---|");
foreach (string kind in all)
{
    foreach (int threads in (int[])[1, 2])
    {
        string[][] points = [.. rows.Where(r => r.Key.Kind == kind && r.Key.Threads == threads).OrderBy(r => r.Key.Size)
            .Select(r => r.Value.Split(','))];
        int size = kind switch { "width" => 5, "states" or "exact" => 4, _ => 3 };
        Console.WriteLine($"| {kind} | {threads} | {Exponents(points, size, 6)} | {Exponents(points, size, 7)} |");
    }
}
return 0;

static (string, int, int) Key(string[] cells) =>
    (cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), int.Parse(cells[2], CultureInfo.InvariantCulture));

static string Exponents(string[][] points, int size, int value) => string.Join(", ", points.Zip(points.Skip(1), (a, b) =>
    (Math.Log(Number(b[value]) / Number(a[value])) / Math.Log(Number(b[size]) / Number(a[size]))).ToString("F2",
        CultureInfo.InvariantCulture)));

static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
