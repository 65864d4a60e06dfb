using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace FedPG.Tests.Experiments.TensorBoard;

/// <summary>
/// One value of a TensorBoard file: a number, a text, or what a plug-in of TensorBoard keeps in its metadata. Of an event without values,
/// such as the first of a file, the version or the state of the session.
/// </summary>
internal sealed record EventValue(string Tag, long Step, float? Number, string Text)
{
    public double WallTime { get; init; }

    public string Version { get; init; } = "";

    public long SessionState { get; init; }

    public string Plugin { get; init; } = "";

    public byte[] Content { get; init; } = [];

    public byte[] Tensor { get; init; } = [];
}

/// <summary>Reads TensorBoard's files by a way of its own: TFRecords (length, checksum, data, checksum) of Event messages.</summary>
internal static class EventFile
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        uint c = (uint)n;
        for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? (c >> 1) ^ 0x82F63B78 : c >> 1;
        return c;
    })];

    /// <summary>The values of all event files of a run folder, in the order of the files and in them.</summary>
    public static List<EventValue> ReadAll(string folder) => [.. ReadEvents(folder).Where(v => v.Tag.Length > 0)];

    /// <summary>The same, with those events that have no values.</summary>
    public static List<EventValue> ReadEvents(string folder)
    {
        var values = new List<EventValue>();
        foreach (string file in Files(folder)) Read(File.ReadAllBytes(file), values);
        return values;
    }

    /// <summary>The event files of a run folder, in the order in which TensorBoard reads them.</summary>
    public static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "events.out.tfevents.*").Order(StringComparer.Ordinal)];

    /// <summary>The fields of a message: number, scalar value, content.</summary>
    public static List<(int Field, ulong Scalar, byte[] Content)> Fields(byte[] message)
    {
        var fields = new List<(int, ulong, byte[])>();
        ReadOnlySpan<byte> rest = message;
        while (rest.Length > 0)
        {
            (int field, ulong scalar, ReadOnlySpan<byte> content) = Field(ref rest);
            fields.Add((field, scalar, content.ToArray()));
        }
        return fields;
    }

    /// <summary>CRC32C, bit by bit and byte by byte from a table.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint c = ~0u;
        foreach (byte b in data) c = Table[(c ^ b) & 0xFF] ^ (c >> 8);
        return ~c;
    }

    private static void Read(ReadOnlySpan<byte> bytes, List<EventValue> values)
    {
        while (bytes.Length > 0)
        {
            Assert.True(bytes.Length >= 16, "the file ends within a record");
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal(Masked(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            ReadOnlySpan<byte> data = bytes.Slice(12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            values.AddRange(ReadEvent(data.ToArray()));
            bytes = bytes[(16 + length)..];
        }
    }

    private static IEnumerable<EventValue> ReadEvent(byte[] message)
    {
        var common = new EventValue("", 0, null, "");
        var values = new List<EventValue>();
        foreach ((int field, ulong scalar, byte[] content) in Fields(message))
        {
            if (field == 1) common = common with { WallTime = BitConverter.UInt64BitsToDouble(scalar) };
            if (field == 2) common = common with { Step = (long)scalar };
            if (field == 3) common = common with { Version = Encoding.UTF8.GetString(content) };
            if (field == 5) values.AddRange(Fields(content).Select(value => Value(value.Content)));
            if (field == 7) common = common with { SessionState = (long)Fields(content).Single(f => f.Field == 1).Scalar };
        }
        return values.Count == 0 ? [common] : values.Select(value => value with { Step = common.Step, WallTime = common.WallTime });
    }

    private static EventValue Value(byte[] message)
    {
        var value = new EventValue("", 0, null, "");
        foreach ((int field, ulong scalar, byte[] content) in Fields(message))
        {
            if (field == 1) value = value with { Tag = Encoding.UTF8.GetString(content) };
            if (field == 2) value = value with { Number = BitConverter.UInt32BitsToSingle((uint)scalar) };
            // A tensor: its string_val holds the text.
            if (field == 8) value = value with { Text = Words(Fields(content)), Tensor = content };
            if (field == 9) value = Metadata(value, Fields(content));
        }
        return value;
    }

    private static string Words(List<(int Field, ulong Scalar, byte[] Content)> tensor) =>
        string.Concat(tensor.Where(f => f.Field == 8).Select(f => Encoding.UTF8.GetString(f.Content)));

    /// <summary>The plug-in and its content, of a value that must say whether its data is a tensor or bytes.</summary>
    private static EventValue Metadata(EventValue value, List<(int Field, ulong Scalar, byte[] Content)> fields)
    {
        List<(int Field, ulong Scalar, byte[] Content)> plugin = Fields(fields.Single(f => f.Field == 1).Content);
        bool isImage = Encoding.UTF8.GetString(plugin.Single(f => f.Field == 1).Content) == "images";
        Assert.Equal(isImage ? 3UL : 2UL, fields.Single(f => f.Field == 4).Scalar);
        return value with
        {
            Plugin = Encoding.UTF8.GetString(plugin.Single(f => f.Field == 1).Content), Content = plugin.Single(f => f.Field == 2).Content,
        };
    }

    private static ProtoField Field(ref ReadOnlySpan<byte> message)
    {
        ulong key = Varint(ref message);
        ProtoField result;
        switch (key & 7)
        {
            case 0:
                result = new ProtoField((int)(key >> 3), Varint(ref message), default);
                return result;
            case 1:
                result = new ProtoField((int)(key >> 3), BinaryPrimitives.ReadUInt64LittleEndian(message), default);
                message = message[8..];
                return result;
            case 5:
                result = new ProtoField((int)(key >> 3), BinaryPrimitives.ReadUInt32LittleEndian(message), default);
                message = message[4..];
                return result;
            case 2:
                int length = (int)Varint(ref message);
                result = new ProtoField((int)(key >> 3), 0, message[..length]);
                message = message[length..];
                return result;
            default:
                throw new InvalidDataException($"wire type {key & 7}");
        }
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint c = Checksum(data);
        return ((c >> 15) | (c << 17)) + 0xA282EAD8;
    }

    private readonly ref struct ProtoField(int number, ulong scalar, ReadOnlySpan<byte> content)
    {
        public ReadOnlySpan<byte> Content { get; } = content;

        public void Deconstruct(out int field, out ulong value, out ReadOnlySpan<byte> bytes)
        {
            field = number;
            value = scalar;
            bytes = Content;
        }
    }
}
