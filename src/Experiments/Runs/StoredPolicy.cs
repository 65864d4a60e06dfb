using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Federation.Families;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>The policy that a run left in its folder, with the experiment it was trained on.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Experiment">The resolved experiment.</param>
/// <param name="Rounds">The rounds it was trained for.</param>
/// <param name="Parameters">
/// thetabar, [d], in double precision; numbers of float32 are unchanged by that. Personal parameters are not among them.
/// </param>
internal sealed record StoredPolicy(string Folder, Experiment Experiment, int Rounds, double[] Parameters)
{
    /// <summary>
    /// The parameters that serve each agent, [N][d]: its own, or thetabar with its personal ones behind it. Null where thetabar serves all.
    /// </summary>
    public IReadOnlyList<double[]>? OwnRows { get; init; }

    /// <summary>The checksum of the parameters: of their file, or of the numbers where there is none.</summary>
    public string Checksum { get => field ??= HashOf(Parameters); init; }

    /// <summary>Reads the policy of a run folder.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="reader">Reads its experiment.</param>
    /// <param name="source">The option or argument that named the folder, as faults call it.</param>
    /// <param name="environment">The environment, where a program made it by hand; else null.</param>
    /// <param name="acceptChanges">Whether what the run has read may have another content now.</param>
    /// <param name="best">Whether the best policy of the run is read, in the place of the last one.</param>
    /// <exception cref="InvalidInputException">
    /// It is no run folder, holds links, has no policy yet, its files do not fit together, or what the run has read has changed.
    /// </exception>
    public static StoredPolicy Read(
        string folder, ExperimentReader reader, string source = "RUN_DIR", FederatedEnvironment? environment = null,
        bool acceptChanges = false, bool best = false)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(reader);
        string experimentFile = Path.Combine(folder, RunFolder.ExperimentFile);
        string last = Path.Combine(folder, "policy"), policy = best ? Path.Combine(last, PolicyFiles.BestFolder) : last;
        string manifestFile = Path.Combine(policy, "manifest.json");
        if (folder.Length == 0 || !File.Exists(experimentFile))
        {
            throw new InvalidInputException(new ValidationError(
                source, "", folder.Length == 0 ? "\"\"" : folder, $"is not a run folder: it holds no {RunFolder.ExperimentFile}"));
        }
        FolderLinks.Refuse(folder);
        if (best && !File.Exists(manifestFile) && Directory.Exists(last))
            throw new InvalidInputException(new ValidationError(source, "", folder, "kept no best policy: \"keepBest\": true keeps it"));
        if (!File.Exists(manifestFile))
        {
            throw new InvalidInputException(new ValidationError(
                source, "", folder,
                "has no policy yet: one is written when its run ends or is stopped (go on with it: fedpg train --resume)"));
        }
        Experiment experiment = reader.ReadFile(experimentFile, RunInputs.Check(folder, acceptChanges), environment);
        try
        {
            Manifest? manifest = JsonSerializer.Deserialize<Manifest>(File.ReadAllBytes(manifestFile), RunFolder.JsonOptions);
            if (manifest is not { Format: PolicyFiles.SharedFormat or PolicyFiles.OwnFormat, Tensors: [{ } first, ..] entries })
            {
                throw new InvalidInputException(new ValidationError(
                    manifestFile, "format", manifest?.Format.ToString(CultureInfo.InvariantCulture),
                    $"this version reads formats {PolicyFiles.SharedFormat} and {PolicyFiles.OwnFormat}, with tensors"));
            }
            if (entries.Select(entry => TensorFiles.Error(policy, entry)).FirstOrDefault(error => error is not null) is { } wrong)
                throw new InvalidInputException(new ValidationError(manifestFile, "", null, wrong));
            using Policy instance = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU));
            double[] theta = Read(policy, first, experiment, instance.Layout.SharedLength);
            double[][]? own = OwnRowsOf(policy, entries, theta, experiment, instance.Layout);
            return new StoredPolicy(Path.GetFullPath(folder), Judged(experiment, own), manifest.Rounds, theta)
            {
                OwnRows = own,
                Checksum = first.Sha256,
            };
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            string reason = e.Message.Split('\n')[0];
            throw new InvalidInputException(new ValidationError(manifestFile, "", null, $"cannot be read: {reason}"));
        }
    }

    /// <summary>The parameters that serve an agent, [d].</summary>
    /// <param name="agent">i, in [0, N); of no account where thetabar serves all.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such agent, and agents have parameters of their own.</exception>
    public double[] ParametersOf(int agent)
    {
        if (OwnRows is null) return Parameters;
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, OwnRows.Count);
        return OwnRows[agent];
    }

    /// <summary>The same parameters in another environment than they were trained in: other tasks, other agents.</summary>
    /// <param name="reader">Reads the experiment.</param>
    /// <param name="assignments">
    /// Overrides <c>environment.KEY=value</c>, and <c>evaluationEpisodes</c>. Relative paths in them are relative to the current folder.
    /// </param>
    /// <exception cref="InvalidInputException">Another key is set, a value is not allowed, or the policy does not fit there.</exception>
    public StoredPolicy In(ExperimentReader reader, IReadOnlyList<string> assignments)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(assignments);
        return assignments.Count == 0 ? this : HeldOutTasks.Move(this, reader, assignments);
    }

    /// <summary>
    /// An experiment that starts from this policy in the place of a uniform one. Parameters are matched by name and shape; a context that
    /// only the experiment's policy is told starts with weights of zero, so that the first policy is this one.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="source">What named this policy, as messages call it.</param>
    /// <exception cref="InvalidInputException">
    /// The policy is of another kind or has other parameters than the experiment's, or the experiment says itself where to start.
    /// </exception>
    public Experiment AsStartOf(Experiment experiment, string source = "RUN_DIR")
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return StartFrom.Apply(experiment, this, source);
    }

    /// <summary>thetabar as a tensor of the experiment's type, [d]; owned by the caller.</summary>
    public Tensor ToTensor() => tensor(Parameters, dtype: Experiment.Dtype).DetachFromDisposeScope();

    /// <summary>The parameters that serve each agent, [N, d]; null where thetabar serves all. Owned by the caller.</summary>
    public Tensor? OwnTensor()
    {
        if (OwnRows is null) return null;
        double[] flat = [.. OwnRows.SelectMany(row => row)];
        return tensor(flat, [OwnRows.Count, OwnRows[0].Length], dtype: Experiment.Dtype).DetachFromDisposeScope();
    }

    /// <summary>pi(a|s), [S, A] row by row in double precision, rows that add up to 1, of a policy in a tabular environment.</summary>
    /// <param name="agent">
    /// Whose policy, in [0, N); 0 (the default) for the first. Where the policy is told of no agent, it is the same for all.
    /// </param>
    /// <exception cref="InvalidCastException">The environment is not tabular.</exception>
    /// <exception cref="ArgumentException">There is no such agent, and the policy is told of agents.</exception>
    public double[] Probabilities(int agent = 0)
    {
        using Tensor theta = tensor(ParametersOf(agent), dtype: Experiment.Dtype).DetachFromDisposeScope();
        return TabularFamily.ProbabilitiesOf(Experiment, theta, agent);
    }

    /// <summary>How many agents have policies of their own or are told apart, N; null where the policy is the same for all.</summary>
    public int? ToldAgents()
    {
        if (OwnRows is not null) return OwnRows.Count;
        using Policy policy = Experiment.CreatePolicy(new TensorFormat(Experiment.Dtype, CPU));
        return policy.Contexts?.Agents;
    }

    /// <summary>
    /// The experiment as policies are judged by it: agents with parameters of their own, tuned ones too, by their own optima.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="own">The parameters that serve each agent, [N][d]; null where thetabar serves all.</param>
    internal static Experiment Judged(Experiment experiment, IReadOnlyList<double[]>? own) =>
        own is null || experiment.OwnPolicies ? experiment : experiment with { OwnPolicies = true };

    private static string HashOf(double[] numbers) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan())));

    private static double[][]? OwnRowsOf(
        string folder, IReadOnlyList<TensorEntry> entries, double[] theta, Experiment experiment, ParameterLayout layout)
    {
        int agents = experiment.Environment.AgentNames.Count;
        if (entries.Count == 1 && layout.PersonalLength == 0) return null;
        if (entries.Count != agents + 1)
        {
            throw new InvalidDataException(entries.Count == 1
                ? "it holds the shared parameters alone; the personal ones are with the agents' sites"
                : $"it holds {entries.Count - 1} agents' own parameters, and there are {agents} agents");
        }
        return
        [
            .. entries.Skip(1).Select(entry => entry.Shape is [var own] && own == layout.Length
                ? Read(folder, entry, experiment, layout.Length)
                : [.. theta, .. Read(folder, entry, experiment, layout.PersonalLength)]),
        ];
    }

    private static double[] Read(string folder, TensorEntry entry, Experiment experiment, int length)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(length, dtype: experiment.Dtype);
        TensorFiles.Read(folder, entry, [theta]);
        return theta.to(ScalarType.Float64).data<double>().ToArray();
    }

    private sealed record Manifest(int Format, int Rounds, IReadOnlyList<TensorEntry>? Tensors);
}
