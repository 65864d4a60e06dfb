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
/// <param name="Parameters">thetabar, [d], in double precision; numbers of float32 are unchanged by that.</param>
internal sealed record StoredPolicy(string Folder, Experiment Experiment, int Rounds, double[] Parameters)
{
    /// <summary>The checksum of the parameters: of their file, or of the numbers where there is none.</summary>
    public string Checksum { get => field ??= HashOf(Parameters); init; }

    /// <summary>Reads the policy of a run folder.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="reader">Reads its experiment.</param>
    /// <param name="source">The option or argument that named the folder, as faults call it.</param>
    /// <param name="environment">The environment, where a program made it by hand; else null.</param>
    /// <param name="acceptChanges">Whether what the run has read may have another content now.</param>
    /// <exception cref="InvalidInputException">
    /// It is no run folder, holds links, has no policy yet, its files do not fit together, or what the run has read has changed.
    /// </exception>
    public static StoredPolicy Read(
        string folder, ExperimentReader reader, string source = "RUN_DIR", FederatedEnvironment? environment = null,
        bool acceptChanges = false)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(reader);
        string experimentFile = Path.Combine(folder, RunFolder.ExperimentFile);
        string policy = Path.Combine(folder, "policy"), manifestFile = Path.Combine(policy, "manifest.json");
        if (folder.Length == 0 || !File.Exists(experimentFile))
        {
            throw new InvalidInputException(new ValidationError(
                source, "", folder.Length == 0 ? "\"\"" : folder, $"is not a run folder: it holds no {RunFolder.ExperimentFile}"));
        }
        FolderLinks.Refuse(folder);
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
            if (manifest is not { Format: 1, Tensors: [{ } entry] })
            {
                throw new InvalidInputException(new ValidationError(
                    manifestFile, "format", manifest?.Format.ToString(CultureInfo.InvariantCulture),
                    "this version reads format 1, with one tensor"));
            }
            if (TensorFiles.Error(policy, entry) is { } wrong)
                throw new InvalidInputException(new ValidationError(manifestFile, "", null, wrong));
            return new StoredPolicy(Path.GetFullPath(folder), experiment, manifest.Rounds, Read(policy, entry, experiment))
            {
                Checksum = entry.Sha256,
            };
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            string reason = e.Message.Split('\n')[0];
            throw new InvalidInputException(new ValidationError(manifestFile, "", null, $"cannot be read: {reason}"));
        }
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

    /// <summary>The parameters as a tensor of the experiment's type, [d]; owned by the caller.</summary>
    public Tensor ToTensor() => tensor(Parameters, dtype: Experiment.Dtype).DetachFromDisposeScope();

    /// <summary>pi(a|s), [S, A] row by row in double precision, rows that add up to 1, of a policy in a tabular environment.</summary>
    /// <param name="agent">
    /// Whose policy, in [0, N); 0 (the default) for the first. Where the policy is told of no agent, it is the same for all.
    /// </param>
    /// <exception cref="InvalidCastException">The environment is not tabular.</exception>
    /// <exception cref="ArgumentException">There is no such agent, and the policy is told of agents.</exception>
    public double[] Probabilities(int agent = 0)
    {
        using Tensor theta = ToTensor();
        return TabularFamily.ProbabilitiesOf(Experiment, theta, agent);
    }

    /// <summary>How many agents the policy is told of, N; null where it is told of none, and is the same for all.</summary>
    public int? ToldAgents()
    {
        using Policy policy = Experiment.CreatePolicy(new TensorFormat(Experiment.Dtype, CPU));
        return policy.Contexts?.Agents;
    }

    private static string HashOf(double[] numbers) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan())));

    private static double[] Read(string folder, TensorEntry entry, Experiment experiment)
    {
        using DisposeScope scope = NewDisposeScope();
        using Policy policy = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU));
        Tensor theta = zeros(policy.Layout.Length, dtype: experiment.Dtype);
        TensorFiles.Read(folder, entry, [theta]);
        return theta.to(ScalarType.Float64).data<double>().ToArray();
    }

    private sealed record Manifest(int Format, int Rounds, IReadOnlyList<TensorEntry>? Tensors);
}
