// Measures how long the program takes to begin and to end: medians of seconds from the start of
// a process, for the table of docs/performance.md.
//     dotnet build -c Release src/Cli && dotnet run benchmarks/startup.cs -- src/Cli/bin/Release/net10.0/linux-x64/fedpg.dll
//     dotnet publish -c Release src/Cli -o PLACE && dotnet run benchmarks/startup.cs -- PLACE/fedpg.dll
#:property PublishAot=false

using System.Diagnostics;
using System.Globalization;

const int helps = 9, runs = 5;
if (args is not [string program] || !File.Exists(program))
{
    Console.Error.WriteLine("name the program: a fedpg.dll");
    return 2;
}

string scratch = Directory.CreateTempSubdirectory("fedpg-startup-").FullName;
List<double> help = [], first = [], second = [], over = [];
for (int k = 0; k < helps; k++) help.Add(Whole(["--help"], null).Over);
for (int k = 0; k < runs; k++)
{
    (double[] rows, double end) = Whole(["train", "--set", "federation.rounds=1", "--out", Path.Combine(scratch, $"{k}"), "--quiet"],
        Path.Combine(scratch, $"{k}", "metrics.csv"));
    first.Add(rows[0]);
    second.Add(rows[1]);
    over.Add(end);
}
Directory.Delete(scratch, recursive: true);
Console.WriteLine("| | `--help` | row 0 of metrics.csv | first round done | process over |");
Console.WriteLine("|---|---|---|---|---|");
Console.WriteLine($"| {program} | {Median(help)} | {Median(first)} | {Median(second)} | {Median(over)} |");
return 0;

// Seconds until the file has its second line, its third, and until the process is over.
(double[] Rows, double Over) Whole(string[] arguments, string? file)
{
    long started = Stopwatch.GetTimestamp();
    using Process process =
        Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true,
            RedirectStandardError = true })!;
    process.BeginOutputReadLine();
    process.BeginErrorReadLine();
    double[] rows = [double.NaN, double.NaN];
    while (!process.WaitForExit(2))
    {
        if (file is null || !double.IsNaN(rows[1]) || !File.Exists(file)) continue;
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        int lines = reader.ReadToEnd().Count(c => c == '\n');
        for (int k = 0; k < rows.Length; k++)
        {
            if (lines >= k + 2 && double.IsNaN(rows[k])) rows[k] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
    }
    return process.ExitCode == 0
        ? (rows, Stopwatch.GetElapsedTime(started).TotalSeconds)
        : throw new InvalidOperationException($"exit code {process.ExitCode}");
}

static string Median(List<double> seconds) => seconds.Order().ElementAt(seconds.Count / 2).ToString("F3", CultureInfo.InvariantCulture);
