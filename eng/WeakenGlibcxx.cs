// Compiled by two: by MSBuild, inline and with no symbol defined (TorchNatives.targets), and by the tests, which know no MSBuild.
#nullable enable

namespace FedPG.Build;

#if !NET
using System;
using System.Collections.Generic;
using System.IO;
#endif

/// <summary>What became of one version that a library asks of libstdc++.</summary>
public enum GlibcxxOutcome
{
    /// <summary>Not a whole 64-bit little-endian ELF file with versioned symbols: left alone.</summary>
    Unreadable,

    /// <summary>The library does not ask for the version: left alone.</summary>
    NotAskedFor,

    /// <summary>The requirement is weak already: left alone.</summary>
    AlreadyWeak,

    /// <summary>More than the one known symbol needs the version: left alone, since the library would fail later and worse.</summary>
    Needed,

    /// <summary>The requirement was made weak.</summary>
    Weakened,
}

/// <summary>A version that a library asks of libstdc++ for the sake of one symbol that can do without it.</summary>
public sealed class GlibcxxRequirement
{
    /// <summary>
    /// What libLibTorchSharp.so of TorchSharp 0.107 asks for and does not need.
    /// <list type="bullet">
    /// <item>GCC 13 leaves a mark in whatever includes iostream. Nothing calls it, and an older libstdc++ needs no call.</item>
    /// <item>GCC 12 gave condition_variable::wait a new version for a new exception specification. The old one (GCC 4.4) does
    /// the same and is in every libstdc++ since.</item>
    /// </list>
    /// </summary>
    public static readonly GlibcxxRequirement[] OfTorchSharp =
    {
        new("GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv", null),
        new("GLIBCXX_3.4.30", "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE", "GLIBCXX_3.4.11"),
    };

    /// <summary>Initializes a requirement.</summary>
    /// <param name="version">The version asked for.</param>
    /// <param name="symbol">The mangled name of the only symbol that may ask for it.</param>
    /// <param name="olderVersion">A version that serves the symbol as well, or null where nothing uses the symbol.</param>
    public GlibcxxRequirement(string version, string symbol, string? olderVersion)
    {
        Version = version;
        Symbol = symbol;
        OlderVersion = olderVersion;
    }

    /// <summary>Gets the version asked for.</summary>
    public string Version { get; }

    /// <summary>Gets the mangled name of the only symbol that may ask for it.</summary>
    public string Symbol { get; }

    /// <summary>Gets a version that serves the symbol as well, or null where nothing uses the symbol.</summary>
    public string? OlderVersion { get; }
}

/// <summary>The change of the library in memory: it knows no files.</summary>
public static class GlibcxxPatch
{
    /// <summary>
    /// Makes the requirement weak (the loader then does without the version) when its symbol is the only one that asks for it. A symbol
    /// that is used is moved to its older version first. Changes the two or four bytes that say so, and none unless the outcome is
    /// <see cref="GlibcxxOutcome.Weakened"/>.
    /// </summary>
    /// <param name="image">The whole file.</param>
    /// <param name="requirement">The requirement.</param>
    /// <returns>What was done.</returns>
    public static GlibcxxOutcome Weaken(byte[] image, GlibcxxRequirement requirement)
    {
        var elf = new ElfImage(image);
        ElfSection? needs = elf.Find(ElfImage.VersionNeeds);
        ElfSection? versions = elf.Find(ElfImage.SymbolVersions);
        if (elf.IsBroken || needs is null || versions is null)
            return GlibcxxOutcome.Unreadable;

        ElfSection symbols = elf.Section(versions.Link);
        ElfSection symbolNames = elf.Section(symbols.Link);
        ElfSection versionNames = elf.Section(needs.Link);

        long need = FindNeed(elf, needs, versionNames, requirement.Version, out long library);
        if (elf.IsBroken)
            return GlibcxxOutcome.Unreadable;
        if (need < 0)
            return GlibcxxOutcome.NotAskedFor;
        int flags = elf.UInt16(need + VernauxFlags);
        if ((flags & WeakFlag) != 0)
            return GlibcxxOutcome.AlreadyWeak;

        int version = elf.UInt16(need + VernauxOther) & VersionMask;
        var users = new List<long>();
        bool needed = false;
        long count = versions.Size / sizeof(ushort);
        for (long symbol = 0; symbol < count && !elf.IsBroken; symbol++)
        {
            if ((elf.UInt16(versions.Offset + (symbol * sizeof(ushort))) & VersionMask) != version)
                continue;
            users.Add(symbol);
            long name = elf.UInt32(symbols.Offset + (symbol * ElfImage.SymbolSize));
            needed |= !elf.TextIs(symbolNames, name, requirement.Symbol);
        }

        int older = -1;
        if (requirement.OlderVersion is null)
        {
            needed = needed || users.Exists(symbol => elf.IsRelocated(versions.Link, symbol));
        }
        else
        {
            long olderNeed = FindInLibrary(elf, library, needs, versionNames, requirement.OlderVersion);
            needed |= olderNeed < 0;
            older = elf.UInt16(Math.Max(olderNeed, 0) + VernauxOther) & VersionMask;
        }

        if (elf.IsBroken)
            return GlibcxxOutcome.Unreadable;
        if (needed)
            return GlibcxxOutcome.Needed;

        // Nothing was written so far, and from here on nothing can fail.
        if (requirement.OlderVersion is not null)
        {
            foreach (long symbol in users)
            {
                long at = versions.Offset + (symbol * sizeof(ushort));
                elf.SetUInt16(at, (elf.UInt16(at) & ~VersionMask) | older);
            }
        }

        elf.SetUInt16(need + VernauxFlags, flags | WeakFlag);
        return GlibcxxOutcome.Weakened;
    }

    // The layout of Elf64_Verneed (one per library) and Elf64_Vernaux (one per version asked of it), both 16 bytes.
    private const int VerneedCount = 2;
    private const int VerneedAux = 8;
    private const int VerneedNext = 12;
    private const int VernauxFlags = 4;
    private const int VernauxOther = 6;
    private const int VernauxName = 8;
    private const int VernauxNext = 12;
    private const int WeakFlag = 0x2;
    private const int VersionMask = 0x7fff;

    private static long FindNeed(ElfImage elf, ElfSection needs, ElfSection names, string version, out long library)
    {
        library = needs.Offset;
        for (uint i = 0; i < needs.Info && !elf.IsBroken; i++)
        {
            long need = FindInLibrary(elf, library, needs, names, version);
            if (need >= 0)
                return need;
            long next = elf.UInt32(library + VerneedNext);
            if (next == 0)
                break;
            library += next;
        }

        return -1;
    }

    private static long FindInLibrary(ElfImage elf, long library, ElfSection needs, ElfSection names, string version)
    {
        int count = elf.UInt16(library + VerneedCount);
        long need = library + elf.UInt32(library + VerneedAux);
        for (int i = 0; i < count && !elf.IsBroken; i++)
        {
            elf.Require(need >= needs.Offset && need + ElfImage.VernauxSize <= needs.Offset + needs.Size);
            if (elf.TextIs(names, elf.UInt32(need + VernauxName), version))
                return need;
            need += elf.UInt32(need + VernauxNext);
        }

        return -1;
    }
}

/// <summary>The change of the library as a file.</summary>
public static class GlibcxxCopy
{
    /// <summary>
    /// Writes a copy of the library whose requirements are weak, and no copy (nor leaves an older one) when there is nothing to weaken.
    /// The copy is written under another name and renamed, since a half-written one would pass for a finished one in the next build.
    /// </summary>
    /// <param name="source">The library, which is only read.</param>
    /// <param name="destination">The copy.</param>
    /// <param name="requirements">What to weaken.</param>
    /// <returns>The outcomes, in the order of the requirements.</returns>
    public static GlibcxxOutcome[] Write(string source, string destination, GlibcxxRequirement[] requirements)
    {
        byte[] image = File.ReadAllBytes(source);
        GlibcxxOutcome[] outcomes = Array.ConvertAll(requirements, requirement => GlibcxxPatch.Weaken(image, requirement));

        // Deleting takes away this name only: the old copy may have others, by hard link.
        File.Delete(destination);
        if (Array.IndexOf(outcomes, GlibcxxOutcome.Weakened) >= 0)
        {
            string unfinished = destination + ".unfinished";
            File.WriteAllBytes(unfinished, image);
            File.Move(unfinished, destination);
        }

        return outcomes;
    }
}

/// <summary>A section of an ELF file: where it lies, and its links to others.</summary>
internal sealed class ElfSection
{
    public long Offset { get; set; }

    public long Size { get; set; }

    public uint Type { get; set; }

    public uint Link { get; set; }

    public uint Info { get; set; }
}

/// <summary>
/// A 64-bit little-endian ELF file. Reading outside of it gives 0 and marks it as broken, so that whoever reads can go on and ask once.
/// </summary>
internal sealed class ElfImage
{
    public const uint Relocations = 4;
    public const uint VersionNeeds = 0x6ffffffe;
    public const uint SymbolVersions = 0x6fffffff;
    public const int SymbolSize = 24;
    public const int VernauxSize = 16;

    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int RelocationSize = 24;

    private readonly byte[] _bytes;
    private readonly ElfSection[] _sections;

    public ElfImage(byte[] bytes)
    {
        _bytes = bytes;
        _sections = [];
        Require(bytes.Length >= HeaderSize && UInt32(0) == 0x464c457f && bytes[4] == 2 && bytes[5] == 1);
        long table = Int64(0x28);
        int count = UInt16(0x3c);
        Require(UInt16(0x3a) == SectionHeaderSize && Contains(table, (long)count * SectionHeaderSize));
        if (IsBroken)
            return;

        _sections = new ElfSection[count];
        for (int i = 0; i < count; i++)
        {
            long header = table + (i * SectionHeaderSize);
            _sections[i] = new ElfSection
            {
                Type = UInt32(header + 0x04),
                Offset = Int64(header + 0x18),
                Size = Int64(header + 0x20),
                Link = UInt32(header + 0x28),
                Info = UInt32(header + 0x2c),
            };
        }
    }

    /// <summary>Gets a value indicating whether something pointed out of the file.</summary>
    public bool IsBroken { get; private set; }

    public void Require(bool condition) => IsBroken |= !condition;

    public ElfSection? Find(uint type)
    {
        foreach (ElfSection section in _sections)
        {
            if (section.Type == type)
                return Checked(section);
        }

        return null;
    }

    public ElfSection Section(uint index)
    {
        Require(index < _sections.Length);
        return IsBroken ? new ElfSection() : Checked(_sections[index]);
    }

    /// <summary>Whether a relocation that refers to the section of symbols uses the symbol.</summary>
    public bool IsRelocated(uint symbols, long symbol)
    {
        foreach (ElfSection section in _sections)
        {
            if (section.Type != Relocations || section.Link != symbols)
                continue;
            Checked(section);
            for (long at = section.Offset; at < section.Offset + section.Size && !IsBroken; at += RelocationSize)
            {
                if (UInt32(at + 12) == symbol)
                    return true;
            }
        }

        return false;
    }

    public bool TextIs(ElfSection strings, long start, string expected)
    {
        Require(start < strings.Size);
        if (IsBroken || start + expected.Length >= strings.Size)
            return false;
        for (int i = 0; i < expected.Length; i++)
        {
            if (_bytes[strings.Offset + start + i] != expected[i])
                return false;
        }

        return _bytes[strings.Offset + start + expected.Length] == 0;
    }

    public int UInt16(long at) => Inside(at, 2) ? _bytes[at] | (_bytes[at + 1] << 8) : 0;

    public uint UInt32(long at) => Inside(at, 4) ? (uint)(UInt16(at) | (UInt16(at + 2) << 16)) : 0;

    public void SetUInt16(long at, int value)
    {
        _bytes[at] = (byte)value;
        _bytes[at + 1] = (byte)(value >> 8);
    }

    private long Int64(long at) => UInt32(at) | ((long)UInt32(at + 4) << 32);

    private bool Contains(long at, long size) => at >= 0 && size >= 0 && size <= _bytes.Length && at <= _bytes.Length - size;

    private bool Inside(long at, int size)
    {
        bool inside = Contains(at, size);
        Require(inside);
        return inside;
    }

    private ElfSection Checked(ElfSection section)
    {
        Require(Contains(section.Offset, section.Size));
        return section;
    }
}

#if !NET
/// <summary>The build step: see README.md.</summary>
public sealed class WeakenGlibcxx : Microsoft.Build.Utilities.Task
{
    /// <summary>Gets or sets the library of the package, which is only read.</summary>
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = string.Empty;

    /// <summary>Gets or sets where the copy goes, if one is needed.</summary>
    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = string.Empty;

    /// <inheritdoc/>
    public override bool Execute()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        GlibcxxRequirement[] requirements = GlibcxxRequirement.OfTorchSharp;
        GlibcxxOutcome[] outcomes = GlibcxxCopy.Write(Source, Destination, requirements);
        for (int i = 0; i < outcomes.Length; i++)
        {
            switch (outcomes[i])
            {
                case GlibcxxOutcome.Unreadable:
                    Warn($"{Source} is not an ELF file that this step can read, and was left as it is.");
                    break;
                case GlibcxxOutcome.Needed:
                    Warn($"{Source} needs {requirements[i].Version} of libstdc++ for more than {requirements[i].Symbol}, and was left so. "
                        + "It will load only where the system's libstdc++ has that version.");
                    break;
                default:
                    Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Low, "{0}: {1}", requirements[i].Version, outcomes[i]);
                    break;
            }
        }

        return true;
    }

    private void Warn(string text) => Log.LogWarning(null, "FEDPG0003", null, null, 0, 0, 0, 0, text);
}
#endif
