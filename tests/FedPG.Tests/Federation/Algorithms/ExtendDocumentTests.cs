using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

public sealed class ExtendDocumentTests
{
    /// <summary>The example of docs/extend-algorithm.md is the class that the suite runs, line by line, and short.</summary>
    [Fact]
    public void The_document_shows_the_class_that_runs()
    {
        string[] document = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "extend-algorithm.md"))
            .SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        string[] source =
            File.ReadAllLines(Path.Combine(Repository.Root, "tests", "FedPG.Tests", "Federation", "Algorithms", "FedNova.cs"));
        Assert.InRange(document.Length, 20, 59);
        Assert.Equal(source.SkipWhile(IsNotTheClass), document.SkipWhile(IsNotTheClass));
        Assert.Equal(source.Where(line => line.StartsWith("using", StringComparison.Ordinal)),
            document.Where(line => line.StartsWith("using", StringComparison.Ordinal)));

        static bool IsNotTheClass(string line) => !line.StartsWith("public sealed class", StringComparison.Ordinal);
    }

    /// <summary>Every algorithm of the overview is registered and has its page.</summary>
    [Fact]
    public void Every_algorithm_that_is_listed_has_its_page()
    {
        string folder = Path.Combine(Repository.Root, "docs", "algorithms");
        string[] listed = [.. File.ReadLines(Path.Combine(folder, "README.md"))
            .Where(line => line.StartsWith("| [", StringComparison.Ordinal)).Select(line => line.Split('[', ']')[1])];
        Assert.Contains("fast-fedpg", listed);
        Assert.All(listed, name => Assert.Contains(name, AlgorithmTesting.Names));
        Assert.All(listed, name => Assert.True(File.Exists(Path.Combine(folder, name + ".md")), name));
    }
}
