using System.Text;
using FedPG.Core.Options;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Fuzzing;

/// <summary>
/// Whatever a user writes is either understood or refused, by errors with file, key and value: never another exception. FEDPG_FUZZ sets
/// how many inputs there are of each kind (default: 1,700), FEDPG_FUZZ_SEED where they begin.
/// </summary>
public sealed class InputFuzzTests
{
    private const string Source = "fuzz.json";
    private static readonly string[] Experiments =
    [
        RunTesting.Tiny,
        """
        { "name": "grid", "seed": 1, "dtype": "float64", "objective": "reward",
          "environment": { "id": "GridWorld-v0", "agents": 3, "options": { "width": 3, "height": 3, "slip": 0.1, "discount": 0.9 } },
          "policy": { "kind": "log-linear" }, "gradient": { "estimator": "exact", "entropy": { "from": 0.1, "to": 0, "until": 3 } },
          "federation": { "algorithm": "scaffold", "rounds": 2, "localSteps": 2, "localStepSize": 0.1, "globalStepSize": 1,
            "participation": { "kind": "uniform", "sample": 2 } }, "evaluateEvery": 1, "checkpointEvery": 25 }
        """,
        """
        { "name": "pole", "objective": "reward", "environment": { "id": "CartPole-v1", "agents": 2, "options": { "gravity": [9, 10] } },
          "policy": { "kind": "neural-softmax", "hidden": [4, 4], "activation": "tanh" },
          "gradient": { "estimator": "gpomdp", "horizon": 5, "trajectories": 2, "baseline": "constant" },
          "federation": { "algorithm": "fedavg", "rounds": 1, "localSteps": 1, "localStepSize": 0.01 } }
        """,
    ];

    private static readonly string[] Mdps =
    [
        """
        { "states": 2, "actions": 2, "discount": 0.9, "initial": [0.25, 0.75],
          "transitions": [[[1, 0], [[1, 0.5], [0, 0.5]]], [[0.1, 0.9], [[1, 1]]]],
          "agents": [ { "name": "first", "task": [1], "rewards": [[0, 1], [-2.5, 1e-300]] }, { "task": [2], "rewards": [[0, 0], [0, 0]] } ] }
        """,
    ];

    private static readonly string[] Keys =
    [
        "seed", "name", "dtype", "objective", "environment", "environment.id", "environment.agents", "environment.mdp", "environment.options",
        "environment.options.discount", "environment.options.slip", "environment.stepped", "policy", "policy.kind", "policy.hidden", "policy.initial",
        "policy.context", "gradient", "gradient.estimator", "gradient.horizon", "gradient.trajectories", "gradient.baseline", "gradient.entropy",
        "gradient.direction", "federation", "federation.algorithm", "federation.rounds", "federation.localSteps", "federation.localStepSize",
        "federation.participation", "federation.participation.kind", "federation.participation.sets", "federation.topology", "federation.memory",
        "evaluateEvery", "checkpointEvery", "evaluationEpisodes", "diagnoseEvery", "plugins", "versions", "", ".", "a.b.c", "seed.x",
    ];

    private static int Count => Setting("FEDPG_FUZZ", 1_700);

    private static int FirstSeed => Setting("FEDPG_FUZZ_SEED", 1);

    [Fact]
    public void Experiments_are_understood_or_refused() => Fuzz((mutator, seed) =>
    {
        string text = mutator.Any(Experiments);
        byte[] input = mutator.OneIn(3) ? mutator.Bytes(text) : mutator.Values(text);
        return (Encoding.UTF8.GetString(input), () => Read(input, []));
    });

    [Fact]
    public void Overrides_are_understood_or_refused() => Fuzz((mutator, seed) =>
    {
        string text = mutator.Any(Experiments);
        string[] assignments = [.. Enumerable.Range(0, 1 + (seed % 3)).Select(_ => Assignment(mutator))];
        return (string.Join(" ", assignments), () => Read(Encoding.UTF8.GetBytes(text), assignments));
    });

    [Fact]
    public void MDP_files_are_understood_or_refused() => Fuzz((mutator, seed) =>
    {
        string text = mutator.Any(Mdps);
        byte[] input = mutator.OneIn(3) ? mutator.Bytes(text) : mutator.Values(text);
        return (Encoding.UTF8.GetString(input), () => FiniteMdpFile.Parse(input, Source, "fuzz"));
    });

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) && value > 0 ? value : standard;

    private static string Assignment(InputMutator mutator)
    {
        string value = mutator.OddValue();
        return mutator.OneIn(20) ? value : $"{mutator.Any(Keys)}={(mutator.OneIn(5) ? Encoding.UTF8.GetString(mutator.Bytes(value)) : value)}";
    }

    private static void Read(byte[] input, string[] assignments) =>
        ExperimentReader.Default.Read(JsonDocuments.Parse(input, Source), Source, Path.GetTempPath(), assignments);

    private static void Fuzz(Func<InputMutator, int, (string Input, Action Read)> make)
    {
        var faults = new List<string>();
        for (int seed = FirstSeed; seed < FirstSeed + Count && faults.Count < 5; seed++)
        {
            (string input, Action read) = make(new InputMutator(seed), seed);
            try
            {
                read();
            }
            catch (InvalidInputException e)
            {
                if (e.Errors.Count == 0 || e.Errors.Any(error => error.Source.Length == 0 || error.Allowed.Length == 0 || error.ToString().Contains('\n', StringComparison.Ordinal)))
                    faults.Add($"seed {seed}: an error without file or reason, or of several lines: {e.Message}\n{input}");
            }
            catch (Exception e)
            {
                faults.Add($"seed {seed}: {e}\n{input}");
            }
        }
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }
}
