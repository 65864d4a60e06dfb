using System.Globalization;

namespace FedPG.Experiments.TensorBoard;

/// <summary>The agents' names as parts of tags. Immutable and thread-safe.</summary>
internal static class AgentTags
{
    /// <summary>
    /// Names of letters, digits, '-', '_' and '.'. Every other character becomes '_', a slash too, since it would open a group;
    /// where that makes two names equal, the later ones end in "-" and the agent's index.
    /// </summary>
    /// <param name="names">The agents' names, [N].</param>
    /// <returns>Names that differ, [N].</returns>
    public static string[] Of(IEnumerable<string> names)
    {
        string[] safe = [.. names.Select(Safe)];
        var taken = new HashSet<string>(safe.Length);
        for (int i = 0; i < safe.Length; i++)
        {
            string name = safe[i];
            while (!taken.Add(safe[i])) safe[i] = name += "-" + i.ToString(CultureInfo.InvariantCulture);
        }
        return safe;
    }

    private static string Safe(string name) =>
        name.Length == 0 ? "_" : string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
}
