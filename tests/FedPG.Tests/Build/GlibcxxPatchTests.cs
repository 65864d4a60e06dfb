using CsCheck;
using FedPG.Build;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>The laws of the patch, on the smallest ELF files that have what it looks at.</summary>
public sealed class GlibcxxPatchTests
{
    private static readonly GlibcxxRequirement Marker = new("V_3", "marker", null);
    private static readonly GlibcxxRequirement Used = new("V_3", "wait", "V_1");

    [Fact]
    public void A_version_that_only_the_marker_asks_for_is_made_weak_by_one_flag()
    {
        byte[] before = new SmallElf().Asks("V_1", "wait").Asks("V_3", "marker").Build();
        byte[] after = Weaken(before, Marker, GlibcxxOutcome.Weakened);
        int changed = Assert.Single(Differences(before, after));
        Assert.Equal(before[changed] | 0x2, after[changed]);
    }

    [Fact]
    public void Weakening_twice_is_weakening_once()
    {
        byte[] once = Weaken(new SmallElf().Asks("V_3", "marker").Build(), Marker, GlibcxxOutcome.Weakened);
        Assert.Equal(once, Weaken(once, Marker, GlibcxxOutcome.AlreadyWeak));
    }

    [Fact]
    public void The_version_of_another_library_is_found()
    {
        byte[] image = new SmallElf().Asks("V_1", "wait").NextLibrary().Asks("V_2", "x").NextLibrary().Asks("V_3", "marker").Build();
        Assert.Single(Differences(image, Weaken(image, Marker, GlibcxxOutcome.Weakened)));
    }

    [Fact]
    public void A_symbol_in_use_moves_to_its_older_version()
    {
        byte[] before = new SmallElf().Asks("V_1", "yield").Asks("V_3", "wait").Relocates("wait").Build();
        byte[] expected = new SmallElf().Asks("V_1", "yield").Asks("V_3", "wait").UsesVersionOf("wait", "yield").Relocates("wait").Build();
        byte[] after = Weaken(before, Used, GlibcxxOutcome.Weakened);
        Assert.Single(Differences(expected, after));
        Assert.Equal(2, Differences(before, after).Length);
    }

    [Theory]
    [InlineData(GlibcxxOutcome.NotAskedFor, "V_30", "V_1", "marker")]
    [InlineData(GlibcxxOutcome.Needed, "V_3", "V_1", "marker", "something_else")]
    [InlineData(GlibcxxOutcome.Needed, "V_3", "V_1", "marker_and_more")]
    [InlineData(GlibcxxOutcome.Needed, "V_3", "V_1", "wait")]
    public void What_is_not_known_to_be_harmless_is_left_alone(GlibcxxOutcome outcome, string version, string older, params string[] users)
    {
        byte[] image = new SmallElf().Asks(older, "yield").Asks(version, users).Build();
        Weaken(image, Marker, outcome);
    }

    [Fact]
    public void A_marker_that_something_refers_to_is_left_alone() =>
        Weaken(new SmallElf().Asks("V_3", "marker").Relocates("marker").Build(), Marker, GlibcxxOutcome.Needed);

    [Fact]
    public void A_symbol_in_use_is_left_alone_where_the_library_does_not_ask_for_the_older_version()
    {
        Weaken(new SmallElf().Asks("V_2", "yield").Asks("V_3", "wait").Build(), Used, GlibcxxOutcome.Needed);
        Weaken(new SmallElf().Asks("V_1", "yield").NextLibrary().Asks("V_3", "wait").Build(), Used, GlibcxxOutcome.Needed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ")]
    [InlineData("\u007fELF")]
    [InlineData("no library at all, but a text that is longer than the header of one would be")]
    public void What_is_no_library_is_left_alone(string content) =>
        Weaken([.. content.Select(c => (byte)c)], Marker, GlibcxxOutcome.Unreadable);

    [Fact]
    public void A_library_cut_short_anywhere_is_left_alone()
    {
        byte[] whole = new SmallElf().Asks("V_1", "yield").Asks("V_3", "wait").Relocates("wait").Build();
        for (int length = 0; length < whole.Length; length++)
            Weaken(whole[..length], Used, GlibcxxOutcome.Unreadable);
    }

    [Fact]
    public void Damage_is_survived_and_changes_nothing_but_what_the_patch_is_for()
    {
        byte[] whole = new SmallElf()
            .Asks("V_1", "yield").NextLibrary().Asks("V_1", "other").Asks("V_3", "wait").Relocates("yield").Build();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 6].Sample(
            damage =>
            {
                byte[] image = [.. whole];
                foreach ((int at, byte value) in damage)
                    image[at] = value;
                byte[] after = [.. image];
                GlibcxxOutcome outcome = GlibcxxPatch.Weaken(after, Used);
                Assert.InRange(Differences(image, after).Length, 0, outcome == GlibcxxOutcome.Weakened ? 5 : 0);
            },
            iter: 20_000);
    }

    [Fact]
    public void The_source_is_only_read_and_a_copy_is_made_only_where_there_is_something_to_weaken()
    {
        string folder = Directory.CreateTempSubdirectory("fedpg-glibcxx-").FullName;
        try
        {
            string source = Path.Combine(folder, "source.so");
            string copy = Path.Combine(folder, "copy.so");
            byte[] strong = new SmallElf().Asks("V_3", "marker").Build();
            File.WriteAllBytes(source, strong);

            Assert.Equal([GlibcxxOutcome.Weakened], GlibcxxCopy.Write(source, copy, [Marker]));
            Assert.Equal(strong, File.ReadAllBytes(source));
            byte[] weak = File.ReadAllBytes(copy);
            Assert.Equal(Weaken(strong, Marker, GlibcxxOutcome.Weakened), weak);

            File.WriteAllBytes(source, weak);
            Assert.Equal([GlibcxxOutcome.AlreadyWeak], GlibcxxCopy.Write(source, copy, [Marker]));
            Assert.Equal([source], Directory.EnumerateFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Weaken(byte[] image, GlibcxxRequirement requirement, GlibcxxOutcome expected)
    {
        byte[] after = [.. image];
        Assert.Equal(expected, GlibcxxPatch.Weaken(after, requirement));
        if (expected != GlibcxxOutcome.Weakened)
            Assert.Equal(image, after);
        return after;
    }

    private static int[] Differences(byte[] first, byte[] second) =>
        [.. Enumerable.Range(0, first.Length).Where(i => first[i] != second[i])];
}
