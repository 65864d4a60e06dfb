using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Envs.Episodic;

/// <summary>
/// Reads the numbers in which the agents of an episodic environment may differ. Each is one number for all, a list of one an agent, or,
/// where <c>heterogeneity</c> is above 0, drawn for each agent from its range in <c>spread</c>. With lambda = <c>heterogeneity</c>, agent i
/// has v + lambda (u_i - v) of a number v that is drawn, u_i uniform on the range, and vbar + lambda (v_i - vbar) of a list v_1, ..., v_N
/// with mean vbar. The draw of an agent depends on <c>agentSeed</c>, the agent's index and the place of the number among the numbers only.
/// Not thread-safe.
/// </summary>
public sealed class AgentParameters
{
    private readonly List<AgentNumberEntry> _entries = [];
    private AgentNumberEntry[] _own = [];

    internal AgentParameters(OptionReader options, int agents) => (Options, Agents) = (options, agents);

    /// <summary>The number of agents N.</summary>
    public int Agents { get; }

    /// <summary>The reader, for options that are the same for all agents.</summary>
    public OptionReader Options { get; }

    /// <summary>The keys of the numbers, in the order read.</summary>
    internal IEnumerable<string> Keys => _entries.Select(entry => entry.Key);

    /// <summary>A number that may differ between agents.</summary>
    /// <param name="key">The option's name.</param>
    /// <param name="defaultValue">What all agents have by default.</param>
    /// <param name="range">What is allowed; an interval, so every mixture of allowed numbers is allowed.</param>
    /// <param name="meaning">What it is, with its unit.</param>
    /// <param name="spread">Its range in the default of <c>spread</c>; null where it is drawn only if the user says so.</param>
    public AgentNumbers Number(
        string key, double defaultValue, NumberRange range, string meaning, (double Low, double High)? spread = null) =>
        ReadNumber(key, defaultValue, range, meaning, spread, needs: null);

    /// <summary>A number that may differ between agents.</summary>
    /// <param name="key">The option's name.</param>
    /// <param name="defaultValue">What all agents have by default.</param>
    /// <param name="range">What is allowed.</param>
    /// <param name="meaning">What it is.</param>
    /// <param name="spread">Its range in the default of <c>spread</c>; null for none.</param>
    /// <param name="needs">
    /// The key of a number without which this one does nothing, so that giving it is refused where that one is 0.
    /// </param>
    internal AgentNumbers ReadNumber(
        string key, double defaultValue, NumberRange range, string meaning, (double Low, double High)? spread, string? needs)
    {
        OptionReader.RequireDefault(key, defaultValue, range);
        if (_entries.Exists(entry => entry.Key == key))
            throw new ArgumentException($"the number {key} is read twice; use what the first call gave", nameof(key));
        if (spread is var (low, high) && !(range.Contains(low) && range.Contains(high) && low <= high))
            throw new ArgumentException($"the spread of {key}, {low} to {high}, is not a range of allowed numbers", nameof(spread));
        AgentNumbers standard = defaultValue;
        AgentNumbers given = Options.Parsed(key, standard.ToJson(), AgentNumbers.Allowed(range, Agents), meaning,
            element => AgentNumbers.TryParse(element, range, out AgentNumbers read) && Fits(read) ? read : null, standard)!;
        var entry = new AgentNumberEntry(new AgentNumbers(key), given, defaultValue, range, spread) { Key = key, Needs = needs };
        _entries.Add(entry);
        return entry.Numbers;

        bool Fits(AgentNumbers read) => read.Items is not { } items || items.Length == Agents;
    }

    /// <summary>Reads what makes the agents differ, and settles every number. Nothing is read where there are no numbers.</summary>
    /// <returns>The agents' numbers by key, each [N].</returns>
    internal IReadOnlyDictionary<string, double[]> Finish()
    {
        if (_entries.Count == 0) return new Dictionary<string, double[]>();
        OptionProperty spreadOption = EpisodicOptions.Common(nameof(EpisodicOptions.Spread));
        OptionProperty degree = EpisodicOptions.Common(nameof(EpisodicOptions.Heterogeneity));
        OptionProperty seedOption = EpisodicOptions.Common(nameof(EpisodicOptions.AgentSeed));
        AgentRanges? spread = new SpreadReader(Options, _entries).Read(spreadOption);
        bool lists = _entries.Exists(entry => entry.Given.Items is not null);
        bool spreadIsGiven = Options.Has(spreadOption.Key), seedIsGiven = Options.Has(seedOption.Key);
        // A degree that is not given must neither flatten what the user wrote down nor turn the original environment into another one.
        double standard = lists || spreadIsGiven || seedIsGiven ? 1 : 0;
        double lambda = Options.Number(degree.Key, standard, degree.Attribute.Range, degree.Attribute.Meaning);
        long seed = Options.Seed(seedOption.Key, 0, seedOption.Attribute.Meaning);
        if (spread is null && !spreadIsGiven)
        {
            string keys = string.Join(", ", Keys);
            if (seedIsGiven)
                Options.Reject(seedOption.Key, $"draws nothing: give {spreadOption.Key}, with a range for one or more of {keys}");
            else if (lambda > 0 && !lists)
                Options.Reject(degree.Key, $"has nothing to scale: give {spreadOption.Key}, or a list for one of {keys}");
            // Written back as not given, so that what was resolved can be read again.
            Options.Resolved[seedOption.Key] = null;
        }
        foreach (AgentNumberEntry entry in _entries.Where(entry => entry.Needs is not null)) RequireUse(entry, spread, spreadOption.Key);
        _own = [.. _entries.Where(entry => entry.Given.Items is not null || (lambda > 0 && spread?.Find(entry.Key) is not null))];
        for (int k = 0; k < _entries.Count; k++) _entries[k].Numbers.Values = Settle(_entries[k], k, spread, lambda, seed);
        return _entries.ToDictionary(entry => entry.Key, entry => entry.Numbers.Values);
    }

    /// <summary>
    /// What tells the agents apart: the numbers that they have of their own, by a list or by draws. The range in the default of
    /// <c>spread</c>, or else that of all allowed numbers where it is bounded, becomes [-1, 1]; of other numbers it is the share by which
    /// they differ from the default. So an agent's task does not depend on which other agents there are. Known after <see cref="Finish"/>.
    /// </summary>
    /// <returns>The tasks; null where agents have no numbers of their own.</returns>
    internal AgentTasks? Tasks() => _own.Length == 0 ? null : new AgentTasks(
        [.. _own.Select(entry => entry.Key)],
        [.. Enumerable.Range(0, Agents).Select(i => _own.Select(entry => entry.Scaled(entry.Numbers[i])).ToArray())]);

    private double[] Settle(AgentNumberEntry entry, int place, AgentRanges? spread, double lambda, long seed)
    {
        double[] values = new double[Agents];
        if (entry.Given.Items is { } list)
        {
            // Exactly the numbers given, where nothing is to be scaled.
            double mean = list.Average();
            for (int i = 0; i < values.Length; i++) values[i] = lambda == 1 ? list[i] : mean + (lambda * (list[i] - mean));
            return values;
        }
        Array.Fill(values, entry.Given[0]);
        if (lambda == 0 || spread?.Find(entry.Key) is not var (low, high)) return values;
        for (int i = 0; i < values.Length; i++)
        {
            var draw = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, i, 0, 0), place);
            double drawn = low + ((high - low) * draw.NextDouble());
            values[i] = lambda == 1 ? drawn : values[i] + (lambda * (drawn - values[i]));
        }
        return values;
    }

    /// <summary>Refuses a number that does nothing because the one it needs is 0.</summary>
    private void RequireUse(AgentNumberEntry entry, AgentRanges? spread, string spreadKey)
    {
        AgentNumberEntry needed = _entries.Find(other => other.Key == entry.Needs)
            ?? throw new ArgumentException($"{entry.Key} needs {entry.Needs}, which is not one of the numbers {string.Join(", ", Keys)}");
        bool isDrawn = spread?.Find(entry.Key) is not null, isGiven = isDrawn || entry.Given.Values.Any(value => value != entry.Default);
        bool isUsed = spread?.Find(needed.Key) is not null || needed.Given.Values.Any(value => value != 0);
        if (!isGiven || isUsed) return;
        string instead = $"does nothing while {needed.Key} is 0; give {needed.Key} as well";
        if (isDrawn)
        {
            string range = Options.Raw(spreadKey).GetProperty(entry.Key).GetRawText();
            Options.Errors.Add(Options.PathOf($"{spreadKey}.{entry.Key}"), range, instead);
        }
        else
        {
            Options.Reject(entry.Key, instead);
        }
    }
}
