using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Algorithms;

public sealed class ExtendDocumentTests
{
    /// <summary>The example of docs/extend-algorithm.md is the class that the suite runs, line by line, and short.</summary>
    [Fact]
    public void The_document_shows_the_class_that_runs()
    {
        string[] document = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "extend-algorithm.md")).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        string[] source = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "FedPG.Tests", "Algorithms", "FedNova.cs"));
        Assert.InRange(document.Length, 20, 59);
        Assert.Equal(source.SkipWhile(IsNotTheClass), document.SkipWhile(IsNotTheClass));
        Assert.Equal(source.Where(line => line.StartsWith("using", StringComparison.Ordinal)), document.Where(line => line.StartsWith("using", StringComparison.Ordinal)));

        static bool IsNotTheClass(string line) => !line.StartsWith("public sealed class", StringComparison.Ordinal);
    }

    /// <summary>Every built-in algorithm has a page, and the overview names it.</summary>
    [Fact]
    public void Every_algorithm_that_is_listed_has_its_page()
    {
        string folder = Path.Combine(Repository.Root, "docs", "algorithms");
        string overview = File.ReadAllText(Path.Combine(folder, "README.md"));
        string[] pages = [.. Directory.EnumerateFiles(folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(name => name != "README")];
        Assert.Contains("fast-fedpg", pages);
        Assert.All(pages, page => Assert.Contains($"[{page}]({page}.md)", overview, StringComparison.Ordinal));
        Assert.All(pages, page => Assert.Contains(page, AlgorithmTesting.Names));
    }
}
