namespace FedPG.Core.Options;

/// <summary>Words as faults list them.</summary>
internal static class Words
{
    /// <summary>"a" | "b".</summary>
    /// <param name="words">The words.</param>
    public static string Quoted(IReadOnlyCollection<string> words) =>
        words.Count == 0 ? "none of those registered" : string.Join(" | ", words.Select(word => $"\"{word}\""));
}
