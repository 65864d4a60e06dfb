using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Envs.Episodic;

/// <summary>
/// Reads the numbers in which the agents of a stepped environment may differ. Each is one number for all, a list of one an agent, or, where
/// <c>heterogeneity</c> is above 0, drawn for each agent from its range in <c>spread</c>. With lambda = <c>heterogeneity</c>, agent i has
/// v + lambda (u_i - v) of a number v that is drawn, u_i uniform on the range, and vbar + lambda (v_i - vbar) of a list v_1, ..., v_N with mean vbar.
/// The draw of an agent depends on <c>agentSeed</c>, the agent's index and the place of the number among the numbers only. Not thread-safe.
/// </summary>
public sealed class AgentParameters
{
    internal const string HeterogeneityKey = "heterogeneity", SpreadKey = "spread", SeedKey = "agentSeed";
    private readonly List<Entry> _entries = [];
    private readonly List<(Entry Number, Entry On)> _needs = [];

    internal AgentParameters(OptionReader options, int agents) => (Options, Agents) = (options, agents);

    /// <summary>The number of agents N.</summary>
    public int Agents { get; }

    /// <summary>The reader, for options that are the same for all agents.</summary>
    public OptionReader Options { get; }

    /// <summary>A number that may differ between agents.</summary>
    /// <param name="key">The option's name.</param>
    /// <param name="defaultValue">What all agents have by default.</param>
    /// <param name="range">What is allowed; an interval, so every mixture of allowed numbers is allowed.</param>
    /// <param name="meaning">What it is, with its unit.</param>
    /// <param name="spread">Its range in the default of <c>spread</c>; null where it is not drawn unless the user says so.</param>
    public AgentNumbers Number(string key, double defaultValue, NumberRange range, string meaning, (double Low, double High)? spread = null)
    {
        OptionReader.RequireDefault(key, defaultValue, range);
        if (_entries.Exists(e => e.Numbers.Key == key)) throw new ArgumentException($"the number {key} is read twice; use what the first call gave", nameof(key));
        if (spread is var (low, high) && !(range.Contains(low) && range.Contains(high) && low <= high))
            throw new ArgumentException($"the spread of {key}, {low} to {high}, is not a range of allowed numbers", nameof(spread));
        string allowed = Agents == 1 ? $"{range}, or a list of one such number an agent" : $"{range}, or a list of {Agents} of them, one an agent";
        object value = Options.Parsed<object>(key, defaultValue, allowed, meaning, element => Parse(element, range))!;
        var numbers = new AgentNumbers(key);
        _entries.Add(new Entry(numbers, value, defaultValue, range, spread));
        return numbers;
    }

    /// <summary>Says that a number does nothing where another one is 0: giving the first and leaving the other at 0 is refused.</summary>
    internal void Needs(AgentNumbers number, AgentNumbers on) => _needs.Add((EntryOf(number), EntryOf(on)));

    /// <summary>Reads what makes the agents differ, and settles every number. Nothing is read where there are no numbers.</summary>
    internal IReadOnlyDictionary<string, double[]> Finish()
    {
        if (_entries.Count == 0) return new Dictionary<string, double[]>();
        Dictionary<string, double[]>? spread = ReadSpread();
        bool lists = _entries.Any(e => e.List is not null);
        bool differ = lists || Options.Has(SpreadKey) || Options.Has(SeedKey);
        // Not given, a degree must neither flatten what the user wrote down nor turn the original environment into another one.
        double lambda = Options.Number(HeterogeneityKey, differ ? 1 : 0, NumberRange.UnitInterval,
            "lambda: how far the agents lie apart; when not given, 1 where a list, a spread or an agentSeed is, and else 0.");
        long seed = Options.Seed(SeedKey, 0, "The seed that agents are drawn from the spread by.");
        if (spread is null && !Options.Has(SpreadKey))
        {
            if (Options.Has(SeedKey)) Options.Reject(SeedKey, $"draws nothing: give {SpreadKey}, with a range for one or more of {string.Join(", ", Keys)}");
            else if (lambda > 0 && !lists) Options.Reject(HeterogeneityKey, $"has nothing to scale: give {SpreadKey}, or a list for one of {string.Join(", ", Keys)}");
            // Written back as not given, so that what was resolved can be read again.
            Options.Resolved[SeedKey] = null;
        }
        foreach ((Entry number, Entry on) in _needs) RequireUse(number, on, spread);
        for (int k = 0; k < _entries.Count; k++) _entries[k].Numbers.Values = Settle(_entries[k], k, spread, lambda, seed);
        return _entries.ToDictionary(e => e.Numbers.Key, e => e.Numbers.Values);
    }

    private IEnumerable<string> Keys => _entries.Select(e => e.Numbers.Key);

    private double[] Settle(Entry entry, int place, Dictionary<string, double[]>? spread, double lambda, long seed)
    {
        double[] values = new double[Agents];
        if (entry.List is { } list)
        {
            // Exactly the numbers given, where nothing is to be scaled.
            double mean = list.Average();
            for (int i = 0; i < values.Length; i++) values[i] = lambda == 1 ? list[i] : mean + (lambda * (list[i] - mean));
            return values;
        }
        Array.Fill(values, (double)entry.Value);
        if (lambda == 0 || spread?.GetValueOrDefault(entry.Numbers.Key) is not [double low, double high]) return values;
        for (int i = 0; i < values.Length; i++)
        {
            double drawn = low + ((high - low) * new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, i, 0, 0), place).NextDouble());
            values[i] = lambda == 1 ? drawn : values[i] + (lambda * (drawn - values[i]));
        }
        return values;
    }

    private Dictionary<string, double[]>? ReadSpread()
    {
        // Who writes down what agents have expects neither that number to be another one nor, beside a list, others to be drawn as well.
        Dictionary<string, double[]> standard = _entries.Where(e => e.Spread is not null && !Options.Has(e.Numbers.Key) && !_entries.Any(other => other.List is not null))
            .ToDictionary(e => e.Numbers.Key, e => new[] { e.Spread!.Value.Low, e.Spread!.Value.High });
        return Options.Parsed(SpreadKey, standard.Count == 0 ? null : standard,
            $"an object with a range [low, high] for one or more of {string.Join(", ", Keys)}",
            "The range that each agent's own number is drawn from, uniformly, where heterogeneity is above 0; by default not of numbers that are given, and of none where a list is.", ParseSpread);
    }

    private Dictionary<string, double[]>? ParseSpread(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.EnumerateObject().Any()) return null;
        var spread = new Dictionary<string, double[]>();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string path = Options.PathOf($"{SpreadKey}.{property.Name}"), text = property.Value.GetRawText();
            Entry? entry = _entries.Find(e => e.Numbers.Key == property.Name);
            if (entry is null)
                Options.Errors.Add(path, null, $"unknown key; the nearest key is \"{NearestName.Of(property.Name, Keys)}\", and allowed are {string.Join(", ", Keys)}");
            else if (entry.List is not null)
                Options.Errors.Add(path, text, $"{property.Name} is a list already; give either the list or a range to draw from");
            else if (Items(property.Value, entry.Range) is not [double low, double high] || low > high)
                Options.Errors.Add(path, text, $"must be [low, high] with low <= high, each {entry.Range}");
            else
                spread[property.Name] = [low, high];
        }
        return spread;
    }

    private void RequireUse(Entry number, Entry on, Dictionary<string, double[]>? spread)
    {
        bool drawn = spread?.ContainsKey(number.Numbers.Key) == true;
        bool given = drawn || number.Values.Any(v => v != number.Default), used = spread?.ContainsKey(on.Numbers.Key) == true || on.Values.Any(v => v != 0);
        if (!given || used) return;
        string key = number.Numbers.Key, instead = $"does nothing while {on.Numbers.Key} is 0; give {on.Numbers.Key} as well";
        if (drawn) Options.Errors.Add(Options.PathOf($"{SpreadKey}.{key}"), Options.Raw(SpreadKey).GetProperty(key).GetRawText(), instead);
        else Options.Reject(key, instead);
    }

    private Entry EntryOf(AgentNumbers numbers) => _entries.Find(e => e.Numbers == numbers) ?? throw new ArgumentException($"{numbers.Key} is not one of these numbers", nameof(numbers));

    private object? Parse(JsonElement element, NumberRange range)
    {
        if (element.ValueKind == JsonValueKind.Array) return Items(element, range) is { } items && items.Length == Agents ? items : null;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && range.Contains(value) ? value : null;
    }

    private static double[]? Items(JsonElement element, NumberRange range)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
        return items.All(range.Contains) ? items : null;
    }

    /// <summary>One number as it was read: a double, or a list of one an agent.</summary>
    private sealed record Entry(AgentNumbers Numbers, object Value, double Default, NumberRange Range, (double Low, double High)? Spread)
    {
        public double[]? List => Value as double[];

        public double[] Values => List ?? [(double)Value];
    }
}
