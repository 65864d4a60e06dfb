using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using FedPG.Core.Options;
using FedPG.Envs.Returns;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>What a checkpoint says beside its tensors.</summary>
/// <param name="Format">The version of this layout.</param>
/// <param name="Round">The rounds that are done.</param>
/// <param name="EnvSteps">Transitions sampled.</param>
/// <param name="Seconds">Seconds trained.</param>
/// <param name="BytesUp">Bytes sent up.</param>
/// <param name="BytesDown">Bytes sent down.</param>
/// <param name="Files">The length of every log file at that moment.</param>
/// <param name="Tensors">The tensors in raw files beside the manifest.</param>
/// <param name="Trajectories">Trajectories sampled; not in checkpoints of versions that did not count them.</param>
/// <param name="FileDigests">The SHA-256 of every log file up to its length at that moment; not in checkpoints of format 1.</param>
/// <param name="Digest">The SHA-256 of all of this without itself, so that a change by hand is noticed; not in format 1.</param>
internal sealed record CheckpointManifest(
    int Format, int Round, long EnvSteps, double Seconds, long BytesUp, long BytesDown, IReadOnlyDictionary<string, long> Files,
    IReadOnlyList<TensorEntry> Tensors, long Trajectories = 0,
    IReadOnlyDictionary<string, string>? FileDigests = null, string? Digest = null)
{
    /// <summary>What evaluations came to; null, and left out, where nothing is kept of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EvaluationMarks? Marks { get; init; }

    /// <summary>What agents showed last, [N], where some sit rounds out; else null, and left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RolloutStatistics>? Rollouts { get; init; }

    /// <summary>The digest that this should have.</summary>
    internal string OwnDigest() => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Digest = null }, RunFolder.JsonOptions)));
}

/// <summary>What the evaluations of a run came to, beside the tensors of the best policy.</summary>
/// <param name="TargetHeld">The latest evaluations in a row that reach the target of the experiment.</param>
/// <param name="BestRound">The rounds that the best policy was trained for; null for none.</param>
/// <param name="BestObjective">Its objective; null for none.</param>
internal sealed record EvaluationMarks(int TargetHeld, int? BestRound, double? BestObjective)
{
    /// <summary>Those of a run; null where it keeps none.</summary>
    public static EvaluationMarks? Of(TrainingLoop federation) => federation is { TargetHeld: null, Best: null }
        ? null
        : new EvaluationMarks(federation.TargetHeld ?? 0, federation.Best?.Round, federation.Best?.Objective);
}

/// <summary>
/// Checkpoints of a run: a folder each, written aside and renamed, so that one either is there whole or is not there. The tensors are
/// stored as whole matrices over agents, so a run may go on with other threads and blocks.
/// </summary>
internal static class Checkpoint
{
    public const int CurrentFormat = 2, FormatWithoutDigests = 1;
    private const string BestTheta = "best/theta", BestOwn = "best/own";
    private const string ManifestFile = "manifest.json", Received = "received/", Prefix = "round-", Temporary = ".tmp";
    private const int Kept = 2;

    /// <summary>Writes the state after the last round and drops all but the newest checkpoints.</summary>
    /// <param name="folder">Where checkpoints are.</param>
    /// <param name="federation">What is kept.</param>
    /// <param name="files">The length of every log file now.</param>
    /// <param name="digests">Their checksums.</param>
    public static void Write(
        string folder, TrainingLoop federation, IReadOnlyDictionary<string, long> files, IReadOnlyDictionary<string, string> digests)
    {
        string name = Prefix + federation.RoundsDone.ToString("D9", CultureInfo.InvariantCulture);
        string target = Path.Combine(folder, name), aside = target + Temporary;
        if (Directory.Exists(target)) return;
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.CreateDirectory(aside);
        var tensors = new List<TensorEntry>();
        using DisposeScope scope = NewDisposeScope();
        AgentStates states = federation.Agents.States();
        foreach ((string tensor, IReadOnlyList<Tensor> pieces) in TensorFiles.StateOf(federation,
            states)) tensors.Add(TensorFiles.Write(aside, tensor, pieces));
        foreach ((string message, Tensor value) in states.Received) tensors.Add(TensorFiles.Write(aside, Received + message, [value]));
        if (federation.Best is { } best)
        {
            tensors.Add(TensorFiles.Write(aside, BestTheta, [best.Theta]));
            if (best.Own is { } own) tensors.Add(TensorFiles.Write(aside, BestOwn, [own]));
        }
        ExchangeLedger ledger = federation.Agents.Ledger;
        var manifest = new CheckpointManifest(
            CurrentFormat, federation.RoundsDone, federation.EnvSteps, federation.Seconds, ledger.BytesUp, ledger.BytesDown, files, tensors,
            federation.Trajectories, digests)
        {
            Marks = EvaluationMarks.Of(federation),
            Rollouts = federation.Agents is BlockwiseAgents { EveryoneTakesPart: false } agents ? agents.LatestRollouts() : null,
        };
        RunFolder.WriteJson(Path.Combine(aside, ManifestFile), manifest with { Digest = manifest.OwnDigest() });
        Directory.Move(aside, target);
        foreach (string old in Folders(folder).SkipLast(Kept)) Directory.Delete(old, recursive: true);
    }

    /// <summary>The newest checkpoint that can be read and whose logs are there; null when there is none.</summary>
    /// <param name="folder">Where checkpoints are.</param>
    /// <param name="logErrors">What is wrong with the logs, so that a run cannot go on from a checkpoint.</param>
    /// <param name="passedOver">Takes what is wrong with newer checkpoints, which are passed over.</param>
    /// <exception cref="InvalidInputException">There are checkpoints, but none that a run can go on from.</exception>
    public static (string Folder, CheckpointManifest Manifest)? Newest(
        string folder, Func<CheckpointManifest, IEnumerable<ValidationError>> logErrors, Action<ValidationError> passedOver)
    {
        List<ValidationError> errors = [];
        foreach (string candidate in Folders(folder).Reverse())
        {
            string path = Path.Combine(candidate, ManifestFile);
            try
            {
                CheckpointManifest? manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(path),
                    RunFolder.JsonOptions);
                string? wrong = manifest switch
                {
                    null => "is empty",
                    { Format: not (CurrentFormat or FormatWithoutDigests) } =>
                        $"has format {manifest.Format}; this version reads formats {FormatWithoutDigests} and {CurrentFormat}",
                    { Files: null } or { Tensors: null } => "is incomplete: it lists no files or no tensors",
                    { Format: CurrentFormat } when manifest.Digest != manifest.OwnDigest() => "was changed since: its checksum is another",
                    _ => manifest.Tensors.Select(t => TensorFiles.Error(candidate, t)).FirstOrDefault(f => f is not null),
                };
                if (wrong is not null)
                {
                    errors.Add(new ValidationError(path, "", null, wrong));
                    continue;
                }
                ValidationError[] logs = [.. logErrors(manifest!)];
                if (logs.Length > 0)
                {
                    errors.AddRange(logs);
                    continue;
                }
                foreach (ValidationError error in errors) passedOver(error);
                return (candidate, manifest!);
            }
            catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
            {
                errors.Add(new ValidationError(path, "", null, $"the checkpoint cannot be read: {e.Message.Split('\n')[0]}"));
            }
        }
        return errors.Count == 0 ? null : throw new InvalidInputException([.. errors.DistinctBy(error => error.Source)]);
    }

    /// <summary>Puts a checkpoint's state into a federation built from the same experiment.</summary>
    /// <exception cref="InvalidInputException">A file does not fit the experiment.</exception>
    public static void Restore(string folder, CheckpointManifest manifest, TrainingLoop federation)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, TensorEntry> entries = manifest.Tensors.ToDictionary(t => t.Name);
        try
        {
            AgentStates states = federation.Agents.States();
            var received = new Dictionary<string, Tensor>();
            foreach ((string name, IReadOnlyList<Tensor> pieces) in TensorFiles.StateOf(federation, states))
            {
                TensorFiles.Read(folder, entries[name], pieces);
                entries.Remove(name);
            }
            if (manifest.Rollouts is { } rollouts && federation.Agents is BlockwiseAgents agents) agents.RestoreRollouts(rollouts);
            if (manifest.Marks is { } marks) federation.Restore(marks.TargetHeld, BestIn(folder, marks, entries, federation));
            foreach (TensorEntry entry in manifest.Tensors.Where(t => entries.ContainsKey(t.Name)))
            {
                if (!entry.Name.StartsWith(Received, StringComparison.Ordinal))
                    throw new InvalidDataException($"{entry.Name} is no tensor of it");
                Tensor value = zeros(entry.Shape, dtype: federation.Server.Theta.dtype, device: federation.Server.Theta.device);
                TensorFiles.Read(folder, entry, [value]);
                received[entry.Name[Received.Length..]] = value;
            }
            federation.Agents.Restore(states with { Received = received });
        }
        catch (Exception e) when (e is IOException or InvalidDataException or KeyNotFoundException)
        {
            throw new InvalidInputException(new ValidationError(folder, "", null,
                $"the checkpoint does not fit the experiment: {e.Message}"));
        }
        federation.Restore(manifest.Round, manifest.EnvSteps, manifest.Seconds, manifest.BytesUp, manifest.BytesDown,
            manifest.Trajectories);
    }

    /// <summary>
    /// Removes the checkpoints after one that a run goes on from, which could not be read, and what a kill left half-written.
    /// </summary>
    public static void DropAfter(string folder, string? chosen)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string unfinished in Directory.GetDirectories(folder, $"{Prefix}*{Temporary}"))
            Directory.Delete(unfinished, recursive: true);
        foreach (string later in Folders(folder).Where(f => string.CompareOrdinal(f, chosen) > 0)) Directory.Delete(later, recursive: true);
    }

    /// <summary>The best policy of a checkpoint, whose entries are taken from those that are left; null for none.</summary>
    private static BestPolicy? BestIn(
        string folder, EvaluationMarks marks, Dictionary<string, TensorEntry> entries, TrainingLoop federation)
    {
        if (marks is not { BestRound: { } round, BestObjective: { } objective }) return null;
        Tensor theta = Take(BestTheta) ?? throw new InvalidDataException("the best policy is not there");
        return BestPolicy.Of(round, objective, theta, Take(BestOwn));

        Tensor? Take(string name)
        {
            if (!entries.Remove(name, out TensorEntry? entry)) return null;
            Tensor value = zeros(entry.Shape, dtype: federation.Server.Theta.dtype);
            TensorFiles.Read(folder, entry, [value]);
            return value;
        }
    }

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder, Prefix + "*").Where(d => !d.EndsWith(Temporary, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
            : [];
}
