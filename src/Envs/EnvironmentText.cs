using System.Text;

namespace FedPG.Envs;

/// <summary>
/// The documentation of an environment in a file beside its dynamics: one section for each of the fixed headings, each behind a line
/// <c>## Heading</c>. Line breaks within a section count as spaces. The file is read when it is first asked for. Immutable and thread-safe.
/// </summary>
public sealed class EnvironmentText
{
    private const string Mark = "## ";
    private readonly Lazy<IReadOnlyDictionary<string, string>> _sections;

    private EnvironmentText(Func<string> read) => _sections = new(() => Split(read()));

    /// <summary>The fixed headings, in the order of documentation.</summary>
    public static IReadOnlyList<string> Headings { get; } =
    [
        "Description", "Action space", "Observation space", "Starting state", "Rewards", "Episode end", "Heterogeneity",
        "Version history", "Source",
    ];

    /// <summary>
    /// The text of the file that stands beside a type and has its name: <c>Walk.md</c> beside <c>Walk.cs</c>. It is embedded in the type's
    /// assembly under the type's full name (<c>&lt;EmbeddedResource Include="Walk.md" /&gt;</c> in the project).
    /// </summary>
    /// <param name="type">The type.</param>
    /// <exception cref="InvalidOperationException">When it is read: the file is missing, or lacks a heading or has one that is
    /// unknown.</exception>
    public static EnvironmentText Beside(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new EnvironmentText(() =>
        {
            string name = $"{type.FullName}.md";
            using Stream? stream = type.Assembly.GetManifestResourceStream(name);
            if (stream is null) throw new InvalidOperationException($"the text {name} is not embedded in {type.Assembly.GetName().Name}");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        });
    }

    /// <summary>A text that is at hand.</summary>
    /// <param name="text">The sections, each behind its heading.</param>
    /// <exception cref="InvalidOperationException">When it is read: a heading is missing or unknown.</exception>
    public static EnvironmentText Of(string text) => new(() => text);

    /// <summary>The section of a heading.</summary>
    /// <param name="heading">One of <see cref="Headings"/>.</param>
    public string this[string heading] => _sections.Value[heading];

    private static Dictionary<string, string> Split(string text)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        string? heading = null;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                heading = line[Mark.Length..];
                if (!Headings.Contains(heading) || !sections.TryAdd(heading, ""))
                {
                    throw new InvalidOperationException(
                        $"the heading \"{heading}\" is unknown or stands twice; there are {string.Join(", ", Headings)}");
                }
            }
            else if (heading is not null)
            {
                sections[heading] = sections[heading].Length == 0 ? line : $"{sections[heading]} {line}";
            }
        }
        string[] missing = [.. Headings.Where(known => sections.GetValueOrDefault(known, "").Length == 0)];
        return missing.Length == 0 ? sections : throw new InvalidOperationException($"a text lacks {string.Join(", ", missing)}");
    }
}
