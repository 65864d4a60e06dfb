using System.Diagnostics;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Envs.Python;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs.Python;

/// <summary>Environments of the tests' own Python package.</summary>
internal static class PythonTesting
{
    private static readonly Lazy<bool> Found = new(Look);

    /// <summary>The folder of the package.</summary>
    public static string Folder => Path.Combine(Repository.Root, "tests", "FedPG.Tests", "Envs", "Python");

    /// <summary>Options of an environment of the package; skips the test where there is no Python.</summary>
    public static PythonOptions Options(string make, string kwargs = "{}", int processes = 1)
    {
        Assert.SkipUnless(Found.Value, "python3 is not installed");
        return new PythonOptions
        {
            Make = make, Path = Folder, Processes = processes, Kwargs = PythonArguments.Of((JsonObject)JsonNode.Parse(kwargs)!),
        };
    }

    /// <summary>An environment of the package.</summary>
    public static EpisodicEnvironment Create(string make, string kwargs = "{}", int processes = 1, int agents = 1) =>
        PythonEnvironment.Create(agents, Options(make, kwargs, processes));

    /// <summary>What is said where an environment cannot be made.</summary>
    public static string ErrorOf(string make, string kwargs = "{}") =>
        Assert.Single(Assert.Throws<InvalidInputException>(() => Create(make, kwargs)).Errors).ToString();

    private static bool Look()
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("python3", "-c pass"))!;
            return process.WaitForExit(30_000) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
