using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Cli.Common;

/// <summary>One of a list that a command line names. Stateless.</summary>
internal static class NamedItem
{
    /// <summary>The index of what a text names: its name, or its index.</summary>
    /// <param name="names">The names.</param>
    /// <param name="text">What was written.</param>
    /// <param name="source">The option, as messages call it.</param>
    /// <param name="what">What is named, for messages.</param>
    /// <exception cref="InvalidInputException">It names none.</exception>
    public static int IndexOf(IReadOnlyList<string> names, string text, string source, string what)
    {
        for (int k = 0; k < names.Count; k++)
        {
            if (names[k] == text) return k;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < names.Count) return index;
        const int shown = 20;
        string there = string.Join(", ", names.Take(shown)) + (names.Count > shown ? ", ..." : "");
        string hint = NearestName.Near(text, names) is { } near ? $"the nearest is \"{near}\", and " : "";
        throw new InvalidInputException(new ValidationError(
            source, "", text, string.Create(CultureInfo.InvariantCulture,
                $"is no {what}; {hint}there are {there}, by name or by index 0 to {names.Count - 1}")));
    }
}
