using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Python;

/// <summary>
/// <c>python</c>: environments that are Python classes with Gymnasium's interface, stepped by processes of their own. What they do is
/// theirs; what FedPG asks of them is in docs/python.md.
/// </summary>
public static class PythonEnvironment
{
    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "python",
        NeedsOptions = true,
        FolderKeys = ["path"],
        Summary = "Your own environment: a Python class with Gymnasium's interface, or an id of gymnasium.make.",
        OptionsType = typeof(PythonOptions),
        Description =
            "Processes of Python, one a core, make the environments and step them; a batch of steps is one message, and "
            + "arrays lie in shared memory. "
            + "Only the standard library of Python 3.8 or later is needed; NumPy is used where it is installed.",
        ActionSpace =
            "The environment's own: Discrete (with any start), Box, MultiDiscrete and MultiBinary; Dict and Tuple of "
            + "boxes, or of whole numbers. "
            + "Combinations of up to 4,096 whole numbers are numbered, so that a policy chooses one.",
        ObservationSpace =
            "The environment's own: Discrete, Box, MultiDiscrete and MultiBinary; Dict and Tuple become one box in Gymnasium's order, "
            + "in which whole numbers are one-hot.",
        StartingState = "The environment's own: every episode begins with reset(seed=...), whose seed follows from the run's.",
        Rewards = "The environment's own. The objective regret needs rewardRange within [0, 1]; else take reward.",
        EpisodeEnd = "Where step says terminated or truncated, or after stepLimit.",
        Heterogeneity = "perAgent gives each agent keyword arguments of its own; all agents have the same spaces.",
        VersionHistory = "The interface is that of Gymnasium 0.26 and later: reset gives two values, step five.",
        Source = "Yours.",
        Configure = EnvironmentDefinition.Reading<PythonOptions, PythonSettingsOfAgents>(Settle,
            (settings, agents) => settings.Build(agents)),
    };

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; <see cref="PythonOptions.Make"/> is needed.</param>
    /// <exception cref="InvalidInputException">Options are not allowed, or the environment cannot be made.</exception>
    public static EpisodicEnvironment Create(int agents, PythonOptions options) => (EpisodicEnvironment)Definition.Create(agents, options);

    private static PythonSettingsOfAgents? Settle(PythonOptions options, OptionReader reader, int agents)
    {
        int before = reader.Errors.Items.Count;
        if (options.Make.Length == 0)
            reader.Reject("make", "is needed: module:Class, file.py:Class, or gymnasium:ID");
        if (options.PerAgent is { } own && own.Items.Count != agents)
            reader.Reject("perAgent", $"has {own.Items.Count} items, and there are {agents} agents");
        if (options.Tasks is { } tasks && tasks.Values.Count != agents)
            reader.Reject("tasks", $"has {tasks.Values.Count} items, and there are {agents} agents");
        if (options.RewardRange is { } range && !(range.Length == 2 && range[0] <= range[1]))
            reader.Reject("rewardRange", "must be [low, high] with low <= high");
        if (reader.Errors.Items.Count > before) return null;
        string path = Path.GetFullPath(options.Path ?? ".");
        reader.Resolved["path"] = path;
        return new PythonSettingsOfAgents(options, path,
            (reason, key) => new ValidationError(reader.Errors.Source, reader.PathOf(key), options.Make, reason));
    }
}

/// <summary>Options that were checked, and what builds the instance.</summary>
/// <param name="options">The options.</param>
/// <param name="path">Where modules are looked for first.</param>
/// <param name="error">Words a fault with an option.</param>
internal sealed class PythonSettingsOfAgents(PythonOptions options, string path, Func<string, string, ValidationError> error)
{
    /// <summary>Starts a process, looks at the environment and makes the instance.</summary>
    /// <param name="agents">N.</param>
    /// <exception cref="InvalidInputException">The environment cannot be made.</exception>
    public FederatedEnvironment Build(int agents)
    {
        var (variants, known) = (new List<JsonObject>(), new Dictionary<string, int>());
        int[] variantOf = new int[agents];
        for (int i = 0; i < agents; i++)
        {
            JsonObject arguments = options.Kwargs.With(options.PerAgent?.Items[i] ?? PythonArguments.None);
            if (known.TryAdd(arguments.ToJsonString(), variants.Count)) variants.Add(arguments);
            variantOf[i] = known[arguments.ToJsonString()];
        }
        int processes = options.Processes > 0 ? options.Processes : Environment.ProcessorCount;
        var pool = new PythonPool(new PythonSettings(
            options.Make, options.Python, path, variants, processes, TimeSpan.FromSeconds(options.Timeout), options.Prints));
        PythonInstance instance;
        try
        {
            instance = pool.Probe(variantOf[0]);
        }
        catch (PythonException e)
        {
            throw new InvalidInputException(error(e.Message, "make"));
        }
        (double low, double high) = options.RewardRange is [var l, var h]
            ? (l, h)
            : instance.Rewards ?? (double.NegativeInfinity, double.PositiveInfinity);
        string[] names = [.. Enumerable.Range(0, agents).Select(i => $"agent-{i}")];
        return new EpisodicEnvironment(
            options.Make, options.Discount, names, agent => pool.Create(agent, variantOf[agent]), new NumberRange(low, high),
            options.StepLimit ?? instance.StepLimit)
        {
            Tasks = options.Tasks is { } tasks
                ? new AgentTasks([.. Enumerable.Range(0, tasks.Values[0].Length).Select(k => $"task{k}")], tasks.Values)
                : null,
        };
    }
}
