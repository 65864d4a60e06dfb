using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FedPG.Experiments.Reading;

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

    /// <summary>How the software differs from what a run's experiment.json names; null where it does not.</summary>
    /// <param name="document">The experiment.</param>
    public static string? ChangeSince(JsonObject document)
    {
        if (document[ExperimentReader.VersionsKey] is not JsonObject recorded) return null;
        JsonObject now = ToJson();
        string[] changed = [.. now.Where(own => recorded[own.Key] is { } old && old.ToJsonString() != own.Value!.ToJsonString())
            .Select(own => $"{own.Key} {recorded[own.Key]} then, {own.Value} now")];
        return changed.Length == 0 ? null : string.Join("; ", changed);
    }
}
