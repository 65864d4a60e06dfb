using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments.Acting;
using FedPG.Experiments.Export;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Training;

/// <summary>
/// A trained policy that acts on observations. It takes the most likely action, or draws one with the random numbers of an
/// <see cref="ActionSampler"/>. Immutable and thread-safe; a sampler is not.
/// </summary>
public sealed class TrainedPolicy
{
    private readonly StoredPolicy _stored;
    private readonly Lazy<PolicyActor> _actor;
    private readonly Lazy<FlatActions?> _combinations;

    internal TrainedPolicy(StoredPolicy stored)
    {
        _stored = stored;
        _actor = new Lazy<PolicyActor>(() => PolicyActors.Of(stored));
        _combinations = new Lazy<FlatActions?>(() => PolicyActors.CombinationsOf(stored.Experiment.Environment));
    }

    /// <summary>The parameters with the experiment that they were trained on.</summary>
    internal StoredPolicy Stored => _stored;

    /// <summary>The kind of policy, as experiment files name it.</summary>
    public string Kind => _stored.Experiment.PolicyKind;

    /// <summary>The rounds that it was trained for.</summary>
    public int Rounds => _stored.Rounds;

    /// <summary>What the agents are called, [N].</summary>
    public IReadOnlyList<string> AgentNames => _stored.Experiment.Environment.AgentNames;

    /// <summary>The shared parameters theta, [d], in double precision.</summary>
    public IReadOnlyList<double> Parameters => _stored.Parameters;

    /// <summary>
    /// The parameters that serve an agent, in double precision: <see cref="Parameters"/> with the agent's personal ones behind them, or
    /// those it has learned by itself.
    /// </summary>
    /// <param name="agent">The agent, 0 to N - 1.</param>
    public IReadOnlyList<double> ParametersOf(int agent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, AgentNames.Count);
        return _stored.ParametersOf(agent);
    }

    /// <summary>What it sees; of a tabular environment, <see cref="Discrete"/>: the index of the state.</summary>
    public Space ObservationSpace => _actor.Value.Observations;

    /// <summary>What it does, as the environment takes it.</summary>
    public Space ActionSpace => _combinations.Value?.Inner.ActionSpace ?? _actor.Value.Actions;

    /// <summary>
    /// The numbers that the policy remembers from step to step of an episode, 0 for most. One that remembers acts with a memory, which the
    /// caller keeps: <see cref="Act(ReadOnlySpan{double}, Span{double}, Span{double}, int, ActionSampler?)"/>.
    /// </summary>
    public int MemorySize => _actor.Value.MemorySize;

    /// <summary>The policy of a folder: that of a run, finished or stopped, or one that <see cref="Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="environment">The environment, where a program made it by hand; else null, for the one that the folder names.</param>
    /// <exception cref="InvalidInputException">The folder holds no policy, or its files do not fit together.</exception>
    public static TrainedPolicy Load(string folder, FederatedEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new TrainedPolicy(StoredPolicy.Read(folder, ExperimentReader.Default, nameof(folder), environment));
    }

    /// <summary>Writes the policy with the experiment that it was trained on, in the layout of a run folder.</summary>
    /// <param name="folder">A folder that does not exist or is empty.</param>
    /// <exception cref="InvalidInputException">The folder is not empty, or cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string full = RunFolder.CreateEmpty(folder, source: nameof(folder));
        Experiment experiment = _stored.Experiment;
        var document = (JsonObject)experiment.Resolved.DeepClone();
        document[ExperimentReader.VersionsKey] = SoftwareVersions.ToJson();
        RunFolder.WriteJson(Path.Combine(full, RunFolder.ExperimentFile), document);
        using DisposeScope scope = NewDisposeScope();
        using Policy policy = experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU));
        PolicyFiles.Write(
            Path.Combine(full, "policy"), _stored.ToTensor(), _stored.OwnTensor(), policy.Layout, Rounds, experiment.Resolved["policy"]!);
    }

    /// <summary>
    /// Writes the policy of an agent in a form that other programs read. What the policy is told of the agent is folded into its numbers; a
    /// tabular policy is written as its table of probabilities.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="format">The form.</param>
    /// <param name="agent">The agent, 0 to N - 1.</param>
    /// <exception cref="NotSupportedException">The policy has a network of a make that the form cannot hold.</exception>
    public void Export(string path, PolicyFormat format, int agent = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        File.WriteAllBytes(path, Export(format, agent));
    }

    /// <summary>The bytes of such a file.</summary>
    /// <inheritdoc cref="Export(string, PolicyFormat, int)"/>
    public byte[] Export(PolicyFormat format, int agent = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, AgentNames.Count);
        var origin = new Dictionary<string, string>
        {
            ["environment"] = _stored.Experiment.Environment.Name,
            ["agent"] = AgentNames[agent],
            ["policy"] = Kind,
        };
        return PolicyExport.Write(_actor.Value.NetworkOf(agent) with { Actions = ActionSpace }, origin, format);
    }

    /// <summary>The action in a state of a tabular environment.</summary>
    /// <param name="state">The state, 0 to S - 1.</param>
    /// <param name="agent">The agent that acts, 0 to N - 1.</param>
    /// <param name="sampler">The random numbers to draw the action with; null (the default) for the most likely action.</param>
    /// <returns>The action, 0 to A - 1.</returns>
    /// <exception cref="ArgumentException">The state is none, or actions are not single whole numbers.</exception>
    public int Act(int state, int agent = 0, ActionSampler? sampler = null) => Act([state], agent, sampler);

    /// <summary>The action on an observation, where actions are single whole numbers.</summary>
    /// <param name="observation">The observation, as many numbers as <see cref="ObservationSpace"/> has.</param>
    /// <param name="agent">The agent that acts, 0 to N - 1.</param>
    /// <param name="sampler">The random numbers to draw the action with; null (the default) for the most likely action.</param>
    /// <returns>The action, 0 to A - 1.</returns>
    /// <exception cref="ArgumentException">The observation is outside the space, or actions are not single whole numbers.</exception>
    public int Act(ReadOnlySpan<double> observation, int agent = 0, ActionSampler? sampler = null)
    {
        if (ActionSpace is not Discrete)
            throw new ArgumentException($"actions {ActionSpace} are not single whole numbers: call Act with a span for the action",
                nameof(observation));
        Span<double> action = stackalloc double[1];
        Act(observation, action, agent, sampler);
        return (int)action[0];
    }

    /// <summary>The action on an observation, of any kind.</summary>
    /// <param name="observation">The observation, as many numbers as <see cref="ObservationSpace"/> has.</param>
    /// <param name="action">The action, overwritten: as many numbers as <see cref="ActionSpace"/> has, within its bounds.</param>
    /// <param name="agent">The agent that acts, 0 to N - 1.</param>
    /// <param name="sampler">The random numbers to draw the action with; null (the default) for the most likely action.</param>
    /// <exception cref="ArgumentException">The observation is outside the space, or the action has another size.</exception>
    /// <exception cref="NotSupportedException">No sampler is given, and the policy names no most likely action.</exception>
    /// <exception cref="InvalidOperationException">The policy remembers, and no memory is given.</exception>
    public void Act(ReadOnlySpan<double> observation, Span<double> action, int agent = 0, ActionSampler? sampler = null)
    {
        if (MemorySize > 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"the policy remembers {MemorySize} numbers of an episode: call Act with a memory, which is 0 where an episode begins"));
        }
        Act(observation, action, [], agent, sampler);
    }

    /// <summary>
    /// The action on an observation, by a policy that remembers what it saw in the episode. The memory is the caller's, one an episode: the
    /// policy itself stays as it is, and threads may share it, each with memories of its own.
    /// </summary>
    /// <param name="observation">The observation, as many numbers as <see cref="ObservationSpace"/> has.</param>
    /// <param name="action">The action, overwritten: as many numbers as <see cref="ActionSpace"/> has, within its bounds.</param>
    /// <param name="memory">
    /// What is remembered, <see cref="MemorySize"/> numbers, all 0 where an episode begins; overwritten by what is remembered next.
    /// </param>
    /// <param name="agent">The agent that acts, 0 to N - 1.</param>
    /// <param name="sampler">The random numbers to draw the action with; null (the default) for the most likely action.</param>
    /// <exception cref="ArgumentException">
    /// The observation is outside the space, or the action or the memory has another size.
    /// </exception>
    /// <exception cref="NotSupportedException">No sampler is given, and the policy names no most likely action.</exception>
    public void Act(
        ReadOnlySpan<double> observation, Span<double> action, Span<double> memory, int agent = 0, ActionSampler? sampler = null)
    {
        if (memory.Length != MemorySize)
            throw new ArgumentException(FormattableString.Invariant($"{memory.Length} numbers; it has {MemorySize}"), nameof(memory));
        ArgumentOutOfRangeException.ThrowIfNegative(agent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(agent, AgentNames.Count);
        Check(observation);
        if (action.Length != ActionSpace.Size)
            throw new ArgumentException($"{action.Length} numbers; actions are {ActionSpace}", nameof(action));
        if (_combinations.Value is { } combinations)
        {
            Span<double> number = stackalloc double[1];
            _actor.Value.Act(observation, agent, sampler, number, memory);
            combinations.WriteCombination((int)number[0], action);
            return;
        }
        _actor.Value.Act(observation, agent, sampler, action, memory);
        if (ActionSpace is not Box box) return;
        for (int k = 0; k < action.Length; k++) action[k] = Math.Clamp(action[k], box.Low[k], box.High[k]);
    }

    /// <summary>The action on an observation, of any kind, in an array of its own.</summary>
    /// <inheritdoc cref="Act(ReadOnlySpan{double}, Span{double}, int, ActionSampler?)"/>
    public double[] ActAsArray(ReadOnlySpan<double> observation, int agent = 0, ActionSampler? sampler = null)
    {
        double[] action = new double[ActionSpace.Size];
        Act(observation, action, agent, sampler);
        return action;
    }

    /// <summary>
    /// Whole numbers have to be some of the space; real ones may lie outside its bounds, as after rounding, but must be finite.
    /// </summary>
    private void Check(ReadOnlySpan<double> observation)
    {
        bool fits = observation.Length == ObservationSpace.Size;
        if (fits && ObservationSpace is Box)
        {
            foreach (double number in observation) fits &= double.IsFinite(number);
        }
        else if (fits) fits = ObservationSpace.Contains(observation);
        if (fits) return;
        string numbers = string.Join(", ", observation[..Math.Min(observation.Length, 8)].ToArray());
        throw new ArgumentException(
            FormattableString.Invariant($"[{numbers}{(observation.Length > 8 ? ", ..." : "")}] is no observation of {ObservationSpace}"),
            nameof(observation));
    }
}
