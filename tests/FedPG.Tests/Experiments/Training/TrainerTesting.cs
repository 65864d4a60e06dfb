using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Policies;

namespace FedPG.Tests.Experiments.Training;

/// <summary>Environments and trainers of a program.</summary>
internal static class TrainerTesting
{
    /// <summary>The experiment of <c>RunTesting.Tiny</c>, from records.</summary>
    public static readonly TrainingOptions Tiny = new() { Name = "tiny", Seed = 3, CheckpointEvery = 2, Threads = 1 };

    public static readonly AlgorithmOptions Fast = new AnyAlgorithm { Rounds = 4, LocalSteps = 3 };

    public static PolicyOptions Tabular => new AnyPolicy("tabular-softmax");

    public static FederatedEnvironment Random(int agents = 4) => Registered("RandomMdp-v0", agents, """{ "states": 5, "actions": 3 }""");

    public static FederatedEnvironment Registered(string id, int agents, string options = "{}")
    {
        var errors = new ValidationErrors(id);
        JsonElement section = JsonDocument.Parse(options).RootElement;
        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, agents, section,
            EnvironmentKeys.Experiment, errors);
        errors.ThrowIfAny();
        return configured!.Build();
    }

    /// <summary>
    /// An environment of one step that nothing has registered: the number seen is to be doubled modulo 3, and so is its second action.
    /// </summary>
    public static FederatedEnvironment ByHand(int agents = 2, Space? actions = null) => new EpisodicEnvironment(
        "Doubling", 0.9, [.. Enumerable.Range(0, agents).Select(i => $"site-{i}")], _ => new Doubling(actions ?? new Discrete(3)),
        new NumberRange(0, 1), 4);

    public static FederatedTrainer Trainer(FederatedEnvironment environment, PolicyOptions policy, TrainingOptions? options = null) =>
        new(environment, policy, new AnyGradient(), Fast, options ?? Tiny);

    private sealed class Doubling(Space actions) : IEnvironment
    {
        private long _seen;

        public Space ObservationSpace { get; } = new Discrete(3);

        public Space ActionSpace => actions;

        public void Reset(long seed, Span<double> observation) => observation[0] = _seen = seed % 3;

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            bool right = action[0] == _seen * 2 % 3;
            observation[0] = _seen = (_seen + 1) % 3;
            return new StepResult(right ? 1 : 0, Terminated: false);
        }
    }
}
