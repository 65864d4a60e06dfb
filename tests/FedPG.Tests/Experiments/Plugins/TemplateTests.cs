using System.Diagnostics;
using FedPG.Tests.Build;
using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>
/// The template as a new user takes it, in an empty folder: install, new, build, check, train.
/// One test, because each step needs the one before.
/// </summary>
public sealed class TemplateTests
{
    /// <summary>What a build does first after it has restored.</summary>
    private const string Early = "-t:ResolveAssemblyReferences";

    [Fact]
    public void The_templates_project_builds_passes_env_check_and_trains()
    {
        using var folder = new TemporaryFolder();
        Dotnet(folder, "new", "install", Path.Combine(Repository.Root, "templates", "FedPG.Templates"));
        // A name with a dot, as namespaces have: classes are called without it, and all else with it.
        Dotnet(folder, "new", "fedpg-env", "-n", "Wet.Marsh", "--fedpg", AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string project = folder["Wet.Marsh"];
        Assert.Contains("\"Wet.Marsh-v0\"", File.ReadAllText(Path.Combine(project, "experiment.json")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project, "WetMarshEnvironment.cs")));
        Assert.DoesNotContain("Valley",
            string.Concat(Directory.EnumerateFiles(project, "*", SearchOption.AllDirectories).Select(File.ReadAllText)),
            StringComparison.Ordinal);
        Dotnet(folder, "build", project, "-nodeReuse:false", "-p:UseSharedCompilation=false");

        string plugin = Path.Combine(project, "bin", "Debug", "net10.0", "Wet.Marsh.dll");
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(plugin)!, "FedPG.Envs.dll")), "what the program shares is not copied");
        Outcome check = Fedpg.Run(project, "env", "check", "Wet.Marsh-v0", "--agents", "4", "--set", "heterogeneity=1", "--plugin", plugin);
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
        Outcome train = Fedpg.Run(project, "train", "experiment.json", "--set", "federation.rounds=2", "--out", "run", "--quiet",
            "--plugin", plugin);
        Assert.True(train.ExitCode == 0, train.Errors);

        // What `dotnet run -- ...` would start, asked of the project itself.
        string run = Dotnet(folder, "msbuild", project, "-nodeReuse:false", "-getProperty:RunCommand", "-getProperty:RunArguments");
        Assert.Contains(plugin, run, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(AppContext.BaseDirectory, "fedpg.dll"), run, StringComparison.Ordinal);

        // Neither a folder that is not there, nor a repository whose output was cleaned.
        Directory.CreateDirectory(folder["cleaned/src/Cli/bin/Release/net10.0"]);
        string cleaned = Dotnet(folder, expected: 1, "msbuild", project, Early, "-nodeReuse:false", $"-p:FedPG={folder["cleaned"]}");
        Assert.Contains("cleaned' holds no built FedPG.Torch", cleaned, StringComparison.Ordinal);
        string unbuilt = Dotnet(folder, expected: 1, "msbuild", project, Early, "-nodeReuse:false", "-p:FedPG=nowhere");
        Assert.Contains("'nowhere' holds no built FedPG.Torch", unbuilt, StringComparison.Ordinal);
    }

    private static string Dotnet(TemporaryFolder folder, params string[] arguments) => Dotnet(folder, expected: 0, arguments);

    private static string Dotnet(TemporaryFolder folder, int expected, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullPath,
        };
        // Templates are installed for the user; this one is the test's own. What a test runner
        // inherited from its build is not meant for others.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_HOME"] = Directory.CreateDirectory(folder["home"]).FullName;
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == expected, $"dotnet {string.Join(' ', arguments)}: {output}{errors.GetAwaiter().GetResult()}");
        return output;
    }
}
