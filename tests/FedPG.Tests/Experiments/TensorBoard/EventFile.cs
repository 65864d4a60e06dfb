using System.Buffers.Binary;
using System.Text;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>One value of a TensorBoard file; a text has no number.</summary>
internal sealed record EventValue(string Tag, long Step, float? Number, string Text);

/// <summary>Reads TensorBoard's files as TensorBoard does: TFRecords (length, its checksum, data, its checksum) of Event messages.</summary>
internal static class EventFile
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        uint c = (uint)n;
        for (int k = 0; k < 8; k++) c = (c & 1) != 0 ? (c >> 1) ^ 0x82F63B78 : c >> 1;
        return c;
    })];

    /// <summary>The values of all event files of a run folder, in the order of the files and in them.</summary>
    public static List<EventValue> ReadAll(string folder)
    {
        var values = new List<EventValue>();
        foreach (string file in Directory.EnumerateFiles(folder, "events.out.tfevents.*").Order(StringComparer.Ordinal)) Read(File.ReadAllBytes(file), values);
        return values;
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
            ReadEvent(data, values);
            bytes = bytes[(16 + length)..];
        }
    }

    private static void ReadEvent(ReadOnlySpan<byte> message, List<EventValue> values)
    {
        long step = 0;
        var found = new List<(string Tag, float? Number, string Text)>();
        while (message.Length > 0)
        {
            (int field, ulong number, ReadOnlySpan<byte> content) = Field(ref message);
            if (field == 2) step = (long)number;
            while (field == 5 && content.Length > 0) found.Add(Value(Field(ref content).Content));
        }
        values.AddRange(found.Select(v => new EventValue(v.Tag, step, v.Number, v.Text)));
    }

    private static (string Tag, float? Number, string Text) Value(ReadOnlySpan<byte> message)
    {
        (string tag, float? value, string text) = ("", null, "");
        while (message.Length > 0)
        {
            (int field, ulong number, ReadOnlySpan<byte> content) = Field(ref message);
            if (field == 1) tag = Encoding.UTF8.GetString(content);
            if (field == 2) value = BitConverter.UInt32BitsToSingle((uint)number);
            // A tensor: its string_val holds the text.
            while (field == 8 && content.Length > 0)
            {
                (int inner, _, ReadOnlySpan<byte> part) = Field(ref content);
                if (inner == 8) text += Encoding.UTF8.GetString(part);
            }
        }
        return (tag, value, text);
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
        uint c = ~0u;
        foreach (byte b in data) c = Table[(c ^ b) & 0xFF] ^ (c >> 8);
        c = ~c;
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
