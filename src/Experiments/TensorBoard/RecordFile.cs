using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace FedPG.Experiments.TensorBoard;

/// <summary>
/// A file of TFRecords: for each record its length (8 bytes), the masked CRC32C of the length, the data, the masked CRC32C of the data, all
/// little-endian. Records go to the file whole and in batches, so that readers see no part of one. Not thread-safe.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    /// <summary>Bytes that wait at most, so that memory stays flat.</summary>
    private const int MaxWaiting = 1 << 16;

    private readonly FileStream _file;
    private readonly MemoryStream _waiting = new(MaxWaiting);

    /// <summary>Makes the file, which must not exist.</summary>
    /// <param name="path">The file.</param>
    public RecordFile(string path) =>
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);

    /// <summary>Appends a record.</summary>
    /// <param name="record">Its data.</param>
    public void Append(ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(head, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedChecksum(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedChecksum(record));
        _waiting.Write(head);
        _waiting.Write(record);
        _waiting.Write(tail);
        if (_waiting.Length >= MaxWaiting) Flush();
    }

    /// <summary>Hands all records to the system.</summary>
    public void Flush()
    {
        _file.Write(_waiting.GetBuffer().AsSpan(0, (int)_waiting.Length));
        _waiting.SetLength(0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Flush();
        }
        finally
        {
            _file.Dispose();
            _waiting.Dispose();
        }
    }

    /// <summary>CRC32C (Castagnoli), rotated right by 15 bits and shifted by a constant, as TensorFlow's record format masks it.</summary>
    /// <param name="data">The bytes.</param>
    private static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        uint crc = ~0u;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data)) crc = BitOperations.Crc32C(crc, LittleEndian(word));
        foreach (byte rest in data[(data.Length & ~7)..]) crc = BitOperations.Crc32C(crc, rest);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
}
