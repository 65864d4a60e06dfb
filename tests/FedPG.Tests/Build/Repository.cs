using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>The sources and the package cache that the tests were built from, where they are still at hand.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, above the output folder of the tests; skips the test where that was moved away.</summary>
    public static string Root
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "FedPG.Torch.slnx")))
                    return folder.FullName;
            }

            Assert.Skip("The tests run outside of the repository, and have no sources to look at.");
            return string.Empty;
        }
    }

    /// <summary>TorchSharp's Linux library in the output folder of the tests; skips the test on other systems.</summary>
    public static string TorchSharpLibrary
    {
        get
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "Only the Linux library of TorchSharp asks for libstdc++.");
            return Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        }
    }

    /// <summary>The same library in the package cache, as the restore found it; skips the test where it is not there.</summary>
    public static string CachedTorchSharpLibrary
    {
        get
        {
            string assets = Path.Combine(Root, "tests", "FedPG.Tests", "obj", "project.assets.json");
            Assert.SkipUnless(File.Exists(assets), "The tests were restored elsewhere: nothing says where the packages are.");
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(assets));
            string? package = json.RootElement.GetProperty("libraries").EnumerateObject()
                .Where(entry => entry.Name.StartsWith("TorchSharp/", StringComparison.Ordinal))
                .Select(entry => entry.Value.GetProperty("path").GetString())
                .SingleOrDefault();
            string library = Path.Combine(package ?? string.Empty, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
            string? found = json.RootElement.GetProperty("packageFolders").EnumerateObject()
                .Select(folder => Path.Combine(folder.Name, library))
                .FirstOrDefault(File.Exists);
            Assert.SkipWhen(found is null, "The package cache that the tests were restored from is gone.");
            return found!;
        }
    }

    /// <summary>Runs MSBuild on a project, without restoring anything.</summary>
    public static (int ExitCode, string Output) MSBuild(string project, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        start.ArgumentList.Add("msbuild");
        start.ArgumentList.Add(project);
        start.ArgumentList.Add("-nologo");
        start.ArgumentList.Add("-nodeReuse:false");
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);

        // What a test runner inherited from its own build is not meant for this one, nor are the properties that MSBuild reads from there.
        foreach (string name in start.Environment.Keys.Where(IsOfABuild).ToArray())
            start.Environment.Remove(name);

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static bool IsOfABuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name.Equals("TorchBackend", StringComparison.OrdinalIgnoreCase)
        || name.Equals("TorchPlatform", StringComparison.OrdinalIgnoreCase)
        || name.Equals("RuntimeIdentifier", StringComparison.OrdinalIgnoreCase);
}
