using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>Reads the option <c>spread</c>: the ranges that agents' own numbers are drawn from.</summary>
/// <param name="options">The environment's options.</param>
/// <param name="entries">The numbers that may differ between agents.</param>
internal sealed class SpreadReader(OptionReader options, IReadOnlyList<AgentNumberEntry> entries)
{
    private string Keys => string.Join(", ", entries.Select(entry => entry.Key));

    /// <summary>The ranges that were given, or the default ones; null where there are none.</summary>
    /// <param name="option">The option.</param>
    public AgentRanges? Read(OptionProperty option)
    {
        AgentRanges? standard = Standard();
        return options.Parsed(option.Key, standard?.ToJson(), $"an object with a range [low, high] for one or more of {Keys}",
            option.Attribute.Meaning, element => Parse(option.Key, element), standard);
    }

    /// <summary>
    /// The default ranges of the numbers that are not given. Beside a list there are none: who writes down what agents have does not
    /// expect other numbers to be drawn as well.
    /// </summary>
    private AgentRanges? Standard()
    {
        if (entries.Any(entry => entry.Given.Items is not null)) return null;
        var ranges = new AgentRanges();
        foreach (AgentNumberEntry entry in entries)
        {
            if (entry.Spread is { } range && !options.Has(entry.Key)) ranges.Add(entry.Key, range);
        }
        return ranges.Keys.Count == 0 ? null : ranges;
    }

    private AgentRanges? Parse(string key, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.EnumerateObject().Any()) return null;
        var ranges = new AgentRanges();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string path = options.PathOf($"{key}.{property.Name}"), text = property.Value.GetRawText();
            AgentNumberEntry? entry = entries.FirstOrDefault(e => e.Key == property.Name);
            if (entry is null)
            {
                string? nearest = NearestName.Of(property.Name, entries.Select(e => e.Key));
                options.Errors.Add(path, null, $"unknown key; the nearest key is \"{nearest}\", and allowed are {Keys}");
            }
            else if (entry.Given.Items is not null)
            {
                options.Errors.Add(path, text, $"{property.Name} is a list already; give either the list or a range to draw from");
            }
            else if (AgentRanges.ParseRange(property.Value, entry.Range) is { } range)
            {
                ranges.Add(property.Name, range);
            }
            else
            {
                options.Errors.Add(path, text, $"must be [low, high] with low <= high, each {entry.Range}");
            }
        }
        return ranges;
    }
}
