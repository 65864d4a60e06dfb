using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>Every link of every page of the repository leads somewhere: to a file, and to a heading of it.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Left = ["bin", "obj", "runs", ".git", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts"];

    [Fact]
    public void Links_lead_to_files_and_headings_that_are_there()
    {
        var errors = new List<string>();
        var anchors = new Dictionary<string, HashSet<string>>();
        int links = 0;
        foreach (string page in Pages(Repository.Root))
        {
            foreach (string link in LinksOf(File.ReadAllText(page)))
            {
                if (link.Contains(':', StringComparison.Ordinal)) continue;
                links++;
                string[] parts = link.Split('#', 2);
                string target = parts[0].Length == 0
                    ? page : Path.GetFullPath(Uri.UnescapeDataString(parts[0]), Path.GetDirectoryName(page)!);
                string where = $"{Path.GetRelativePath(Repository.Root, page)}: {link}";
                if (!File.Exists(target) && !Directory.Exists(target)) errors.Add($"{where}: there is no such file");
                else if (parts.Length == 2 && target.EndsWith(".md", StringComparison.Ordinal)
                    && !(anchors.TryGetValue(target, out HashSet<string>? known) ? known : anchors[target] = AnchorsOf(target))
                        .Contains(parts[1]))
                    errors.Add($"{where}: there is no such heading");
            }
        }
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        Assert.InRange(links, 300, int.MaxValue);
    }

    private static IEnumerable<string> Pages(string folder) =>
        Directory.EnumerateFiles(folder, "*.md")
            .Concat(Directory.EnumerateDirectories(folder).Where(inner => !Left.Contains(Path.GetFileName(inner))).SelectMany(Pages));

    private static IEnumerable<string> LinksOf(string text) =>
        Link().Matches(WithoutCode(text)).Select(match => match.Groups["target"].Value);

    private static string WithoutCode(string text) => InlineCode().Replace(Indented().Replace(Fences().Replace(text, ""), ""), "x");

    /// <summary>The anchors of headings, as GitHub and docfx make them.</summary>
    private static HashSet<string> AnchorsOf(string page)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fences().Replace(File.ReadAllText(page), "")))
        {
            string text = Link().Replace(heading.Groups["text"].Value, match => match.Groups["label"].Value);
            var anchor = new StringBuilder();
            foreach (char c in text.Trim().ToLowerInvariant())
            {
                if (char.IsLetterOrDigit(c) || c is '-' or '_') anchor.Append(c);
                else if (c == ' ') anchor.Append('-');
            }
            string name = anchor.ToString();
            for (int k = 1; !found.Add(name); k++) name = $"{anchor}-{k}";
        }
        return found;
    }

    [GeneratedRegex(@"!?\[(?<label>[^\]]*)\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^(?<fence>```+).*?^\k<fence>", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fences();

    [GeneratedRegex("^    .*$", RegexOptions.Multiline)]
    private static partial Regex Indented();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();
}
