using System.Text.Json.Nodes;
using FedPG.Federation;

namespace FedPG.Experiments.Runs;

/// <summary>The final policy in a run folder: its parameters as one raw row, and a manifest that says what lies where.</summary>
internal static class PolicyFiles
{
    /// <summary>Writes the folder aside and renames it, in the place of an older one.</summary>
    public static void Write(string folder, TrainingLoop federation, JsonNode policySection)
    {
        string aside = folder + ".tmp";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        TensorEntry theta = TensorFiles.Write(aside, "theta", [federation.Server.Theta]);
        RunFolder.WriteJson(Path.Combine(aside, "manifest.json"), new
        {
            format = 1,
            policy = policySection,
            rounds = federation.RoundsDone,
            tensors = new[] { theta },
            parameters = federation.Layout.Slices.Select(s => new { name = s.Name, shape = s.Shape, offset = s.Offset }),
        });
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(aside, folder);
    }
}
