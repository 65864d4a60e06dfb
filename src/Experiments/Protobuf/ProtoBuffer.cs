using Google.Protobuf;

namespace FedPG.Experiments.Protobuf;

/// <summary>
/// One protobuf message that is written field by field, in a buffer that is used again. It holds memory only, so that one that is made in
/// passing needs no <see cref="Dispose"/>. Not thread-safe.
/// </summary>
internal sealed class ProtoBuffer : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly CodedOutputStream _output;

    /// <summary>Makes an empty message.</summary>
    public ProtoBuffer() => _output = new CodedOutputStream(_bytes, leaveOpen: true);

    /// <summary>What was written; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            _output.Flush();
            return _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length);
        }
    }

    /// <summary>Empties the message.</summary>
    public ProtoBuffer Clear()
    {
        _output.Flush();
        _bytes.SetLength(0);
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        _bytes.Dispose();
    }

    /// <summary>A double.</summary>
    public ProtoBuffer Number(int field, double value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed64);
        _output.WriteDouble(value);
        return this;
    }

    /// <summary>A whole number or the value of an enumeration.</summary>
    public ProtoBuffer Whole(int field, long value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteInt64(value);
        return this;
    }

    /// <summary>A string.</summary>
    public ProtoBuffer Text(int field, string value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteString(value);
        return this;
    }

    /// <summary>Bytes as they are.</summary>
    public ProtoBuffer Bytes(int field, ReadOnlyMemory<byte> value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
        return this;
    }

    /// <summary>A message in the message.</summary>
    public ProtoBuffer Message(int field, ProtoBuffer value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteBytes(UnsafeByteOperations.UnsafeWrap(value.Written));
        return this;
    }

    /// <summary>A message in the message.</summary>
    public ProtoBuffer Message(int field, IMessage value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteMessage(value);
        return this;
    }

    /// <summary>Single-precision numbers, packed.</summary>
    public ProtoBuffer Floats(int field, params ReadOnlySpan<float> values)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteLength(sizeof(float) * values.Length);
        foreach (float value in values) _output.WriteFloat(value);
        return this;
    }

    /// <summary>A message of a name (field 1) and a single-precision number (field 2), in one pass: what curves consist of.</summary>
    public ProtoBuffer NamedFloat(int field, string name, float value)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteLength(1 + CodedOutputStream.ComputeStringSize(name) + 1 + sizeof(float));
        _output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        _output.WriteString(name);
        _output.WriteTag(2, WireFormat.WireType.Fixed32);
        _output.WriteFloat(value);
        return this;
    }
}
