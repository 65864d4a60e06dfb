using FedPG.Build;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>The library that these tests run with, and the package's file that it was made from.</summary>
public sealed class TorchSharpLibraryTests
{
    [Fact]
    public void The_library_in_the_output_folder_asks_weakly()
    {
        byte[] image = File.ReadAllBytes(Repository.TorchSharpLibrary);
        Assert.All(GlibcxxRequirement.OfTorchSharp, r => Assert.Equal(GlibcxxOutcome.AlreadyWeak, GlibcxxPatch.Weaken(image, r)));
    }

    /// <summary>RHEL 9 has the oldest libraries of the systems that are promised: GCC 11 and glibc 2.34.</summary>
    [Theory]
    [InlineData("GLIBCXX_3.4.", 30)]
    [InlineData("CXXABI_1.3.", 14)]
    [InlineData("GLIBC_2.", 35)]
    public void The_library_in_the_output_folder_insists_on_nothing_that_RHEL_9_lacks(string name, int firstMissing)
    {
        byte[] image = File.ReadAllBytes(Repository.TorchSharpLibrary);
        foreach (int number in Enumerable.Range(firstMissing, 30))
        {
            var requirement = new GlibcxxRequirement(name + number, "no symbol", null);
            GlibcxxOutcome outcome = GlibcxxPatch.Weaken(image, requirement);
            Assert.True(outcome is GlibcxxOutcome.NotAskedFor or GlibcxxOutcome.AlreadyWeak, $"{requirement.Version}: {outcome}");
        }
    }

    [Fact]
    public void The_package_cache_is_untouched()
    {
        byte[] cached = File.ReadAllBytes(Repository.CachedTorchSharpLibrary);
        Assert.All(GlibcxxRequirement.OfTorchSharp, r => Assert.Equal(GlibcxxOutcome.Weakened, GlibcxxPatch.Weaken(cached, r)));
    }

    [Fact]
    public void The_library_in_the_output_folder_is_the_cached_one_but_for_two_flags_and_the_version_of_one_symbol()
    {
        byte[] cached = File.ReadAllBytes(Repository.CachedTorchSharpLibrary);
        byte[] ours = File.ReadAllBytes(Repository.TorchSharpLibrary);
        Assert.Equal(cached.Length, ours.Length);
        Assert.InRange(cached.Zip(ours).Count(pair => pair.First != pair.Second), 1, 4);

        foreach (GlibcxxRequirement requirement in GlibcxxRequirement.OfTorchSharp)
            GlibcxxPatch.Weaken(cached, requirement);
        Assert.True(cached.AsSpan().SequenceEqual(ours));
    }
}
