using FedPG.Core.Options;
using FedPG.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class NewFolderTests
{
    /// <summary>However many ask in one second, each gets a folder of its own, and what stays empty goes again.</summary>
    [Fact]
    public void Folders_that_nobody_named_never_collide()
    {
        string name = $"new-folder-{Guid.NewGuid():N}";
        NewFolder[] taken = [.. Enumerable.Range(0, 40).AsParallel().Select(_ => NewFolder.Take(name, new StoppedClock()))];
        Assert.Equal(40, taken.Select(folder => folder.Path).Distinct().Count());
        Assert.Contains(Path.Combine("runs", $"{name}-20260102-030405"), taken.Select(folder => folder.Path));
        Assert.All(taken, folder => Assert.True(Directory.Exists(folder.Path)));
        File.WriteAllText(Path.Combine(taken[0].Path, "a"), "kept");
        foreach (NewFolder folder in taken) folder.Dispose();
        Assert.Equal([taken[0].Path], taken.Select(folder => folder.Path).Where(Directory.Exists));
        Directory.Delete(taken[0].Path, recursive: true);
    }

    /// <summary>
    /// A process that is killed as soon as it has made its folder leaves a lock that nobody holds, and half of a first file.
    /// </summary>
    [Theory]
    [InlineData("run.lock", true)]
    [InlineData("comparison.lock", true)]
    [InlineData("sweep.json.tmp", true)]
    [InlineData("sweep.json", false)]
    [InlineData("mine.lock", false)]
    public void A_folder_with_nothing_but_what_a_killed_process_leaves_is_empty(string name, bool isEmpty)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], "");
        if (isEmpty) Assert.Equal(folder.FullPath, RunFolder.RequireEmpty(folder.FullPath));
        else Assert.Throws<InvalidInputException>(() => RunFolder.RequireEmpty(folder.FullPath));
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    }
}
