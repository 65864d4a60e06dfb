using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FedPG.Core.Resources;
using FedPG.Core.Options;
using FedPG.Experiments.Plugins;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>
/// What decides a run beside the program: its experiment.json, the finite-MDP file that this names, and the policy that it starts from.
/// Their checksums lie in the run folder, in inputs/manifest.json, with copies of file and policy. So a change is noticed, and a folder can
/// move without them. Maps stand in experiment.json themselves, and plug-ins are recorded there with their checksums and those
/// of what they load. Stateless.
/// </summary>
internal static class RunInputs
{
    /// <summary>The folder in a run folder.</summary>
    public const string Folder = "inputs";

    /// <summary>The names of theta_0 and of the agents' first personal parameters among the inputs.</summary>
    private const string Start = "start", StartPersonal = "start-personal";

    private const string ManifestFile = "manifest.json", MdpCopy = "mdp.json", PrismEnding = ".tra", MdpKey = "environment.mdp";
    private const string AcceptChanges = "--accept-changes";

    /// <summary>Records what a run has read. Runs of older versions may have no record.</summary>
    /// <param name="folder">The run folder, which holds its experiment.json.</param>
    /// <param name="run">The experiment, for the policy that it starts from; null where that was recorded already.</param>
    public static void Record(string folder, Experiment? run = null)
    {
        byte[] experiment = File.ReadAllBytes(Path.Combine(folder, RunFolder.ExperimentFile));
        string inputs = Path.Combine(folder, Folder);
        Directory.CreateDirectory(inputs);
        string? mdp = MdpOf(experiment), checksum = null;
        if (mdp is not null && TryRead(mdp) is { } content)
        {
            checksum = HashOf(content);
            if (CopyOf(mdp) is { } name)
            {
                string copy = Path.Combine(inputs, name), aside = copy + ".tmp";
                File.WriteAllBytes(aside, content);
                File.Move(aside, copy, overwrite: true);
            }
        }
        string manifest = Path.Combine(inputs, ManifestFile);
        RecordedStart? start = run is null ? Read(manifest)?.Start : StartOf(run, inputs);
        RunFolder.WriteJson(manifest, new Manifest(1, HashOf(experiment), mdp, checksum) { Start = start });
    }

    /// <summary>The experiment of a run folder with the policy that the run started from, where it started from one.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="experiment">Its experiment, as it was read.</param>
    /// <exception cref="InvalidInputException">The numbers it started from are gone or changed, or do not fit.</exception>
    public static Experiment WithStart(string folder, Experiment experiment)
    {
        string inputs = Path.Combine(folder, Folder), path = Path.Combine(inputs, ManifestFile);
        if (!File.Exists(path) || Read(path)?.Start is not { From: { } from, Theta: { } entry } start) return experiment;
        try
        {
            return experiment with
            {
                InitialParameters = Numbers(entry),
                InitialPersonal = start.Personal is { } rows ? [.. Numbers(rows).Chunk((int)rows.Shape[^1])] : null,
                Start = from,
            };
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new InvalidInputException(new ValidationError(path, "", null, $"cannot be read: {e.Message.Split('\n')[0]}"));
        }

        double[] Numbers(TensorEntry stored)
        {
            if (TensorFiles.Error(inputs, stored) is { } wrong) throw new InvalidInputException(new ValidationError(path, "", null, wrong));
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor values = zeros(stored.Shape, dtype: experiment.Dtype);
            TensorFiles.Read(inputs, stored, [values]);
            return values.to(ScalarType.Float64).data<double>().ToArray();
        }
    }

    /// <summary>Compares what a run has read with what is there now.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="acceptChanges">Whether other content is taken all the same.</param>
    /// <returns>Overrides for the experiment: the copy of an MDP file in the place of one that is gone.</returns>
    /// <exception cref="InvalidInputException">Something has another content, or is gone with its copy; each is named.</exception>
    public static IReadOnlyList<string> Check(string folder, bool acceptChanges)
    {
        string path = Path.Combine(folder, Folder, ManifestFile);
        IReadOnlyList<string> plugins = PluginsOf(folder, acceptChanges);
        if (!File.Exists(path)) return plugins;
        if (Read(path) is not { Experiment: not null } recorded)
        {
            return acceptChanges
                ? plugins
                : throw Changed(path, "was changed since the run began, so that nothing vouches for what it read");
        }
        var errors = new List<ValidationError>();
        string experiment = Path.Combine(folder, RunFolder.ExperimentFile);
        if (!acceptChanges && (TryRead(experiment) is not { } now || HashOf(now) != recorded.Experiment))
            errors.Add(Error(experiment, "was changed since the run began"));
        IReadOnlyList<string> overrides = recorded is { Mdp: { } mdp, MdpSha256: { } sum }
            ? CheckMdp(mdp, sum, Path.Combine(folder, Folder, CopyOf(mdp) ?? MdpCopy), acceptChanges, errors)
            : [];
        return errors.Count == 0 ? [.. overrides, .. plugins] : throw new InvalidInputException(errors);
    }

    /// <summary>Writes the plug-ins, as they are now, into the experiment of a run that goes on with them.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="experiment">The experiment, as it was read.</param>
    public static void AcceptPlugins(RunFolder folder, Experiment experiment)
    {
        if (experiment.Resolved[ExperimentPlugins.Key] is not { } plugins) return;
        string path = folder.PathOf(RunFolder.ExperimentFile);
        var document = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        document[ExperimentPlugins.Key] = plugins.DeepClone();
        RunFolder.WriteJson(path, document);
    }

    /// <summary>Overrides that take the plug-ins as they are, where that is accepted.</summary>
    /// <exception cref="InvalidInputException">The folder names one that this user has neither named nor used.</exception>
    private static string[] PluginsOf(string folder, bool acceptChanges)
    {
        string path = Path.Combine(folder, RunFolder.ExperimentFile);
        if (TryRead(path) is not { } content) return [];
        JsonElement experiment;
        try
        {
            experiment = JsonDocuments.Parse(content, path);
        }
        catch (InvalidInputException)
        {
            // Reading the experiment says so.
            return [];
        }
        PluginTrust.Require(experiment, path, folder);
        if (!acceptChanges || experiment.ValueKind != JsonValueKind.Object
            || !experiment.TryGetProperty(ExperimentPlugins.Key, out JsonElement items)
            || items.ValueKind != JsonValueKind.Array) return [];
        var paths = new JsonArray([.. items.EnumerateArray().Select(PathOf)]);
        return [$"{ExperimentPlugins.Key}={paths.ToJsonString()}"];

        static JsonNode? PathOf(JsonElement item) =>
            JsonValue.Create(item.ValueKind == JsonValueKind.Object && item.TryGetProperty("path", out JsonElement file) ? file : item);
    }

    /// <summary>Writes theta_0 among the inputs, so that the run can begin anew where the other run's folder is gone.</summary>
    private static RecordedStart? StartOf(Experiment run, string inputs)
    {
        if (run is not { Start: { } from, InitialParameters: { } numbers }) return null;
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TensorEntry? personal = null;
        if (run.InitialPersonal is { } rows)
        {
            double[] flat = [.. rows.SelectMany(row => row)];
            personal = TensorFiles.Write(inputs, StartPersonal, [tensor(flat, [rows.Count, rows[0].Length], dtype: run.Dtype)]);
        }
        return new RecordedStart(from, TensorFiles.Write(inputs, Start, [tensor(numbers, dtype: run.Dtype)])) { Personal = personal };
    }

    private static string[] CheckMdp(string mdp, string sum, string copy, bool acceptChanges, List<ValidationError> errors)
    {
        byte[]? content = TryRead(mdp);
        if (content is not null)
        {
            if (!acceptChanges && HashOf(content) != sum) errors.Add(Error(mdp, "has another content than when the run began"));
            return [];
        }
        byte[]? kept = TryRead(copy);
        if (kept is not null && (acceptChanges || HashOf(kept) == sum))
            return [$"{MdpKey}={JsonSerializer.Serialize(Path.GetFullPath(copy))}"];
        // Where neither is there, reading the experiment says so.
        if (kept is not null) errors.Add(Error(copy, "has another content than when the run began"));
        return [];
    }

    /// <summary>The copy's name, whose ending says what it holds; null for PRISM's files, of which one alone says little.</summary>
    private static string? CopyOf(string mdp) => Path.GetExtension(mdp).ToLowerInvariant() switch
    {
        PrismEnding => null,
        ".drn" => "mdp.drn",
        _ => MdpCopy,
    };

    private static string? MdpOf(byte[] experiment) => JsonNode.Parse(experiment)?["environment"]?["mdp"]?.GetValue<string>();

    private static Manifest? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(path), RunFolder.JsonOptions);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return InputFile.Bytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static InvalidInputException Changed(string path, string what) => new(Error(path, what));

    private static ValidationError Error(string path, string what) =>
        new(path, "", null, $"{what}; put the old one back, or say {AcceptChanges} to use it as it is");

    private sealed record Manifest(int Format, string? Experiment, string? Mdp, string? MdpSha256)
    {
        /// <summary>What the run started from; null, and left out, where it started by itself.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public RecordedStart? Start { get; init; }
    }

    /// <param name="From">The policy that it came from.</param>
    /// <param name="Theta">theta_0 itself, in a file beside the manifest.</param>
    private sealed record RecordedStart(StartPolicy? From, TensorEntry? Theta)
    {
        /// <summary>The agents' first personal parameters, [N, dp]; null, and left out, where they have none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public TensorEntry? Personal { get; init; }
    }
}
