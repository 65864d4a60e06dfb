using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace FedPG.Experiments.Runs;

/// <summary>The software that runs here, as a run's experiment.json names it.</summary>
internal static class SoftwareVersions
{
    /// <summary>The versions of FedPG, TorchSharp and .NET, and the system.</summary>
    public static JsonObject ToJson() => new()
    {
        ["fedpg"] = typeof(SoftwareVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        ["torchsharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
        ["dotnet"] = Environment.Version.ToString(),
        ["system"] = RuntimeInformation.RuntimeIdentifier,
    };
}
