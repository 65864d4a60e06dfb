using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Federation.Evaluation;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>
/// The final policy in a run folder: its shared parameters as one raw row, those that agents have of their own as a row each, and a
/// manifest that says what lies where.
/// </summary>
internal static class PolicyFiles
{
    /// <summary>The name of the shared parameters, and what comes before the number of an agent in the names of its own.</summary>
    public const string Theta = "theta", OwnPrefix = "personal/";

    /// <summary>The layout of folders of shared parameters only, and of those with agents' own beside them.</summary>
    public const int SharedFormat = 1, OwnFormat = 2;

    /// <summary>The folder in it of the best policy, where one was kept.</summary>
    public const string BestFolder = "best";

    /// <summary>Writes the folder aside and renames it, in the place of an older one.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="theta">The parameters, [d], without personal ones.</param>
    /// <param name="own">
    /// The parameters that serve each agent, [N, d]; of those that are thetabar's but for personal ones, these alone are written. Null
    /// where theta serves all.
    /// </param>
    /// <param name="layout">What lies where among them.</param>
    /// <param name="rounds">The rounds they were trained for.</param>
    /// <param name="policySection">The policy section of the resolved experiment.</param>
    /// <param name="best">The best policy of the run, for a folder of its own within; null for none.</param>
    public static void Write(
        string folder, Tensor theta, Tensor? own, ParameterLayout layout, int rounds, JsonNode policySection, BestPolicy? best = null)
    {
        string aside = folder + ".tmp";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        WriteInto(aside, theta, own, layout, rounds, policySection);
        if (best is not null) WriteInto(Path.Combine(aside, BestFolder), best.Theta, best.Own, layout, best.Round, policySection);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(aside, folder);
    }

    private static void WriteInto(
        string aside, Tensor theta, Tensor? own, ParameterLayout layout, int rounds, JsonNode policySection)
    {
        Directory.CreateDirectory(aside);
        using DisposeScope scope = NewDisposeScope();
        var tensors = new List<TensorEntry> { TensorFiles.Write(aside, Theta, [theta]) };
        if (own is not null && IsTheta(theta, own, layout)) own = own.narrow(1, layout.SharedLength, layout.PersonalLength);
        for (int agent = 0; agent < own?.shape[0]; agent++)
            tensors.Add(TensorFiles.Write(aside, OwnPrefix + agent.ToString("D4", CultureInfo.InvariantCulture), [own.select(0, agent)]));
        RunFolder.WriteJson(Path.Combine(aside, "manifest.json"), new
        {
            format = own is null ? SharedFormat : OwnFormat,
            policy = policySection,
            rounds,
            tensors,
            parameters = layout.Slices.Select(s => Described(s, layout)),
        });
    }

    /// <summary>Whether agents' own parameters differ from thetabar by personal ones alone.</summary>
    private static bool IsTheta(Tensor theta, Tensor own, ParameterLayout layout) =>
        layout.PersonalLength > 0 && own.narrow(1, 0, layout.SharedLength).eq(theta.unsqueeze(0)).all().item<bool>();

    /// <summary>Where a parameter lies in a row [shared | personal].</summary>
    private static object Described(ParameterSlice slice, ParameterLayout layout) => layout.PersonalLength == 0
        ? new { name = slice.Name, shape = slice.Shape, offset = slice.Offset }
        : new { name = slice.Name, shape = slice.Shape, offset = slice.Offset, personal = slice.IsPersonal };
}
