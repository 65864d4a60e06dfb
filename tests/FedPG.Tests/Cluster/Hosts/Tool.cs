using System.Diagnostics;
using Xunit;

namespace FedPG.Tests.Cluster.Hosts;

/// <summary>Programs of the machine that do one thing and end.</summary>
internal static class Tool
{
    /// <summary>Where Debian keeps programs that are on no ordinary user's path.</summary>
    private static readonly string[] MoreFolders = ["/usr/sbin", "/sbin", .. Postgres()];

    /// <summary>The full path of a program; null where the machine has none of the name.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(MoreFolders)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program that must succeed.</summary>
    public static string Run(string name, params string[] arguments)
    {
        Result result = TryRun(name, arguments);
        Assert.True(result.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {result.Errors}{result.Output}");
        return result.Output;
    }

    /// <summary>Runs a program that may fail.</summary>
    public static Result TryRun(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Find(name) ?? name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = "/" };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    /// <summary>Debian keeps the server's programs in a folder of their version.</summary>
    private static IEnumerable<string> Postgres() =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql")
            .OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin")) : [];

    /// <summary>How a program ended.</summary>
    internal sealed record Result(int ExitCode, string Output, string Errors);
}
