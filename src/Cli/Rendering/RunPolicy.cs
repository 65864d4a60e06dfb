using System.Text.Json;
using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Federation.Experiment;
using FedPG.Federation.Runs;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cli.Rendering;

/// <summary>The trained policy of a run folder, as probabilities.</summary>
public static class RunPolicy
{
    private const string PolicyFolder = "policy", Manifest = "manifest.json";

    /// <summary>Reads what a run ended with.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="source">The option or argument that named the folder, as faults call it.</param>
    /// <param name="faults">Where faults are noted.</param>
    /// <returns>What the policy is called, the experiment, its environment, and pi(a|s) [S, A]; null when anything was noted.</returns>
    public static (string Name, Experiment Experiment, FiniteMdp Mdp, double[] Policy)? Read(string folder, string source, List<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        string experimentFile = Path.Combine(folder, RunFolder.ExperimentFile), parameters = Path.Combine(folder, PolicyFolder);
        if (!File.Exists(experimentFile)) return Refused($"is not a run folder: it holds no {RunFolder.ExperimentFile}");
        if (!File.Exists(Path.Combine(parameters, Manifest))) return Refused("holds no policy yet: the run has not ended");
        try
        {
            Experiment experiment = ExperimentReader.Default.ReadFile(experimentFile, []);
            if (experiment.Environment is not FiniteMdp mdp) return Refused($"holds a policy for {experiment.Environment.Name}, whose states cannot be listed");
            JsonElement manifest = JsonDocuments.ReadFile(Path.Combine(parameters, Manifest));
            TensorEntry entry = manifest.GetProperty("tensors")[0].Deserialize<TensorEntry>(RunFolder.JsonOptions)
                ?? throw new InvalidDataException($"{Manifest} lists no tensor");
            if (TensorFiles.Fault(parameters, entry) is { } fault) return Refused($"{Manifest} {fault}");
            using var policy = (FinitePolicy)experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU));
            using DisposeScope scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor theta = empty([1, policy.Layout.Length], experiment.Dtype);
            TensorFiles.Read(parameters, entry, [theta]);
            double[] probabilities = [.. policy.forward(theta).exp().to(ScalarType.Float64).flatten().data<double>()];
            return ($"{experiment.AlgorithmName}, {experiment.PolicyKind}, {experiment.Federation.Rounds} rounds", experiment, mdp, probabilities);
        }
        catch (InvalidInputException e)
        {
            faults.AddRange(e.Faults);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return Refused($"its policy cannot be read: {e.Message}");
        }

        (string, Experiment, FiniteMdp, double[])? Refused(string reason)
        {
            faults.Add(new Fault(source, "", folder, reason));
            return null;
        }
    }

    /// <summary>What a run trained, in its own environment: what <c>fedpg eval RUN_DIR --render</c> shows.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="agent">Whose rewards and dynamics are shown, 0 to N - 1.</param>
    /// <param name="source">The argument that named the folder, as faults call it.</param>
    /// <param name="faults">Where faults are noted.</param>
    /// <returns>The subject; null when anything was noted.</returns>
    public static Subject? SubjectOf(string folder, int agent, string source, List<Fault> faults)
    {
        if (Read(folder, source, faults) is not { } run) return null;
        if (agent < 0 || agent >= run.Mdp.Agents.Count)
        {
            faults.Add(new Fault("--agent", "", $"{agent}", $"must be a whole number from 0 to {run.Mdp.Agents.Count - 1}"));
            return null;
        }
        int? limit = EnvironmentRegistry.Default.Find(run.Mdp.Name)?.StepLimit;
        return new Subject(run.Mdp, agent, run.Name, run.Policy, limit);
    }
}
