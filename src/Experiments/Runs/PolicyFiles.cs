using System.Text.Json.Nodes;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>The final policy in a run folder: its parameters as one raw row, and a manifest that says what lies where.</summary>
internal static class PolicyFiles
{
    /// <summary>Writes the folder aside and renames it, in the place of an older one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="theta">The parameters, [d].</param>
    /// <param name="layout">What lies where among them.</param>
    /// <param name="rounds">The rounds they were trained for.</param>
    /// <param name="policySection">The policy section of the resolved experiment.</param>
    public static void Write(string folder, Tensor theta, ParameterLayout layout, int rounds, JsonNode policySection)
    {
        string aside = folder + ".tmp";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        TensorEntry entry = TensorFiles.Write(aside, "theta", [theta]);
        RunFolder.WriteJson(Path.Combine(aside, "manifest.json"), new
        {
            format = 1,
            policy = policySection,
            rounds,
            tensors = new[] { entry },
            parameters = layout.Slices.Select(s => new { name = s.Name, shape = s.Shape, offset = s.Offset }),
        });
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(aside, folder);
    }
}
