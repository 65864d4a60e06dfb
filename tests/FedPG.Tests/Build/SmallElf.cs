using System.Buffers.Binary;
using System.Text;

namespace FedPG.Tests.Build;

/// <summary>
/// Builds an ELF file of nothing but symbols, the versions they ask for and the relocations that use them. The table of sections comes
/// last, so that the file is whole only to its last byte.
/// </summary>
internal sealed class SmallElf
{
    private readonly List<List<(string Version, ushort Index)>> _libraries = [[]];
    private readonly List<(string Name, ushort Version)> _symbols = [(string.Empty, 0)];
    private readonly List<int> _relocated = [];

    private ushort _lastVersion = 1;

    public SmallElf Asks(string version, params string[] symbols)
    {
        _libraries[^1].Add((version, ++_lastVersion));
        foreach (string symbol in symbols)
            _symbols.Add((symbol, _lastVersion));
        return this;
    }

    public SmallElf NextLibrary()
    {
        _libraries.Add([]);
        return this;
    }

    public SmallElf Relocates(string symbol)
    {
        _relocated.Add(_symbols.FindIndex(s => s.Name == symbol));
        return this;
    }

    public SmallElf UsesVersionOf(string symbol, string other)
    {
        _symbols[_symbols.FindIndex(s => s.Name == symbol)] = (symbol, _symbols.Find(s => s.Name == other).Version);
        return this;
    }

    public byte[] Build()
    {
        var strings = new MemoryStream();
        strings.WriteByte(0);
        byte[] symbols = [.. _symbols.SelectMany(s => Bytes(24, (0, Text(strings, s.Name))))];
        byte[] versions = [.. _symbols.SelectMany(s => BitConverter.GetBytes(s.Version))];
        byte[] relocations = [.. _relocated.SelectMany(symbol => Bytes(24, (8, 7), (12, symbol)))];
        var needs = new List<byte>();
        for (int l = 0; l < _libraries.Count; l++)
        {
            List<(string Version, ushort Index)> library = _libraries[l];
            int next = l + 1 < _libraries.Count ? 16 * (library.Count + 1) : 0;
            needs.AddRange(Bytes(16, (0, 1 | (library.Count << 16)), (8, 16), (12, next)));
            for (int v = 0; v < library.Count; v++)
            {
                int nextVersion = v + 1 < library.Count ? 16 : 0;
                needs.AddRange(Bytes(16, (4, library[v].Index << 16), (8, Text(strings, library[v].Version)), (12, nextVersion)));
            }
        }

        var file = new MemoryStream();
        file.Write(new byte[64]);
        var sections = new List<byte[]> { new byte[64] };
        Section(11, symbols, link: 2, info: 0);
        Section(3, strings.ToArray(), link: 0, info: 0);
        Section(0x6fffffff, versions, link: 1, info: 0);
        Section(0x6ffffffe, [.. needs], link: 2, info: _libraries.Count);
        Section(4, relocations, link: 1, info: 0);
        long table = file.Length;
        foreach (byte[] section in sections)
            file.Write(section);

        byte[] image = file.ToArray();
        byte[] header = Bytes(64, (0, 0x464c457f), (4, 0x00010102), (0x28, (int)table), (0x3a, 64), (0x3c, sections.Count));
        header.CopyTo(image, 0);
        return image;

        void Section(int type, byte[] content, int link, int info)
        {
            sections.Add(Bytes(64, (0x04, type), (0x18, (int)file.Length), (0x20, content.Length), (0x28, link), (0x2c, info)));
            file.Write(content);
        }
    }

    private static int Text(MemoryStream strings, string text)
    {
        int start = (int)strings.Length;
        strings.Write(Encoding.ASCII.GetBytes(text));
        strings.WriteByte(0);
        return start;
    }

    /// <summary>A piece of the file, little-endian, with the given words at the given places; later words win.</summary>
    private static byte[] Bytes(int size, params (int At, int Value)[] words)
    {
        var bytes = new byte[size];
        foreach ((int at, int value) in words)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        return bytes;
    }
}
