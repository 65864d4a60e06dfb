using FedPG.Claims;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using FedPG.Experiments;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Claims;

/// <summary>What a reproduction leaves behind.</summary>
public sealed class ReproductionTests
{
    [Fact]
    public void Tables_figures_and_pages_have_the_same_bits_for_any_number_of_threads_and_others_for_another_seed()
    {
        using var folder = new TemporaryFolder();
        string[] folders = [folder["one"], folder["two"], folder["seed"]];
        foreach ((string to, long seed, int threads) in folders.Zip((long[])[1, 1, 8], (int[])[1, 2, 2]))
        {
            foreach (string claim in (string[])["memory", "proposition-1"])
            {
                Verdict verdict = Reproduction.Run(Suite.Find(claim)!, Breakage.None,
                    new ReproductionOptions(seed, threads, Effort.Quick), to, (_, _) => { }, TestContext.Current.CancellationToken);
                Assert.True(verdict.Pass || seed != 1, $"{verdict}");
            }
        }
        string[] files = [.. Directory.EnumerateFiles(folders[0], "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folders[0], f)).Order()];
        Assert.Contains(Path.Combine("memory", "variance.csv"), files);
        Assert.Contains(Path.Combine("memory", "plot.svg"), files);
        Assert.Contains(Path.Combine("memory", "plot.png"), files);
        Assert.Contains(Path.Combine("memory", "README.md"), files);
        // The verdict also says how long it took.
        foreach (string file in files.Where(f => Path.GetFileName(f) != "verdict.json"))
            Assert.Equal(File.ReadAllBytes(Path.Combine(folders[0], file)), File.ReadAllBytes(Path.Combine(folders[1], file)));
        Assert.NotEqual(File.ReadAllText(folder["one/memory/variance.csv"]), File.ReadAllText(folder["seed/memory/variance.csv"]));
    }

    [Fact]
    public void A_cancelled_claim_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Reproduction.Run(Suite.Find("memory")!, Breakage.None, new ReproductionOptions(1, 2, Effort.Quick), folder.FullPath,
                (_, _) => { }, source.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullPath));
    }

    [Fact]
    public void Every_claim_has_its_page_its_plot_and_its_settings()
    {
        foreach (Claim claim in Suite.All)
        {
            string folder = Path.Combine(Repository.Root, "experiments", claim.Name);
            Assert.NotEmpty(Directory.GetFiles(folder, "*.json"));
            string page = File.ReadAllText(Path.Combine(folder, "README.md"));
            foreach (string heading in (string[])["# " + claim.Name, "## The claim", "## What is run", "## Settings", "## Command",
                "## Expected and measured", "## Plot"])
                Assert.Contains(heading, page, StringComparison.Ordinal);
            Assert.Contains(claim.Statement, page, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder, "plot.svg")), claim.Name);
        }
    }

    [Fact]
    public void Experiment_files_cannot_name_a_broken_algorithm() =>
        Assert.DoesNotContain(ExperimentCatalog.Default.Algorithms.Names, name => name.StartsWith("broken", StringComparison.Ordinal));
}
