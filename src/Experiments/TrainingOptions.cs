using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Execution;
using FedPG.Federation.Setup;

namespace FedPG.Experiments;

/// <summary>The type of all numbers of a training run.</summary>
public enum NumberType
{
    /// <summary>Single precision.</summary>
    [Word("float32")]
    Float32,

    /// <summary>Double precision.</summary>
    [Word("float64")]
    Float64,
}

/// <summary>
/// The options of a training run beside environment, policy, gradients and algorithm: the
/// keys at the root of an experiment file. Immutable.
/// </summary>
/// <remarks>
/// <see cref="Folder"/>, <see cref="Threads"/> and <see cref="Execution"/> say where and how a program runs it; they are not part of the
/// experiment and do not change a bit of its results.
/// </remarks>
public sealed record TrainingOptions
{
    /// <summary>The name that run folders get, 1 to 100 letters, digits, '-', '_' or '.'; "experiment" by default.</summary>
    [Option("the name that run folders get")]
    public string Name { get; init; } = "experiment";

    /// <summary>The seed of every random number, 0 to 2^53; 1 by default.</summary>
    [Option("the seed of every random number", Minimum = 0, Maximum = OptionReader.LargestSeed)]
    public long Seed { get; init; } = 1;

    /// <summary>The type of all tensors; single precision by default.</summary>
    [Option("the type of all tensors")]
    public NumberType Dtype { get; init; } = NumberType.Float32;

    /// <summary>What is minimised: the regret 1 - r of rewards in [0, 1] (the default), or -r.</summary>
    [Option("minimise the regret 1 - r, or -r")]
    public Objective Objective { get; init; } = Objective.Regret;

    /// <summary>Rounds between two evaluations, 1 to 10^6; 1 by default. Round 0 and the last round are always evaluated.</summary>
    [Option("rounds between two evaluations", Minimum = 1, Maximum = 1_000_000)]
    public int EvaluateEvery { get; init; } = 1;

    /// <summary>Episodes an agent that an evaluation plays where the objective can only be estimated, 2 to 10^6; 32 by default.</summary>
    [Option(
        "episodes an agent that an evaluation plays where states cannot be listed; not used elsewhere", Minimum = 2, Maximum = 1_000_000)]
    public int EvaluationEpisodes { get; init; } = TrainingSetup.DefaultEvaluationEpisodes;

    /// <summary>
    /// The target at which the run ends before its last round: a figure that evaluations show several times in a row; null (the default)
    /// for none.
    /// </summary>
    [Option("the target at which the run ends before its last round, { \"column\", \"value\", \"held\" }")]
    public StopAtOptions? StopAt { get; init; }

    /// <summary>Whether the policy with the lowest objective of all evaluations is kept in policy/best; false by default.</summary>
    [Option("whether the policy with the lowest objective of all evaluations is kept, in policy/best of the run folder")]
    public bool KeepBest { get; init; }

    /// <summary>Rounds between two diagnoses of the theory's constants, 0 to 10^6; 0 (the default) for never.</summary>
    [Option("rounds between two diagnoses of the theory's constants; 0 for never", Minimum = 0, Maximum = 1_000_000)]
    public int DiagnoseEvery { get; init; }

    /// <summary>Rounds between two checkpoints of a run with a folder, 0 to 10^6; 25 by default, 0 for none but the last.</summary>
    [Option("rounds between two checkpoints; 0 for none but the last", Minimum = 0, Maximum = 1_000_000)]
    public int CheckpointEvery { get; init; } = 25;

    /// <summary>
    /// The steps that every agent takes by itself after the last round; none by default, and 20 for a new
    /// <see cref="PersonaliseOptions"/>.
    /// </summary>
    [Option("the steps that every agent takes by itself after the last round")]
    public PersonaliseOptions Personalise { get; init; } = PersonaliseOptions.None;

    /// <summary>
    /// The run folder, which must not exist or be empty; it gets exactly the files that <c>fedpg train</c>
    /// writes. Null (the default) for a run that writes no file.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Threads that run agents, 1 or more; all cores by default. They change no bit of the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How to use this machine in detail, or other machines; null (the default) for <see cref="Threads"/> on the CPU.</summary>
    public ExecutionOptions? Execution { get; init; }
}
