using System.Runtime.InteropServices;
using FedPG.Federation.Agents;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cluster.Wire;

/// <summary>How the elements of a tensor are written.</summary>
internal enum NumberKind
{
    /// <summary>Four bytes.</summary>
    Float32,

    /// <summary>Eight bytes.</summary>
    Float64,

    /// <summary>Two bytes.</summary>
    Float16,
}

/// <summary>
/// A tensor on its way: the elements one after another, little-endian, rows first. Of one that is mostly zeros, as compressed messages are,
/// only the others with their places, four bytes each; and what was rounded to float16 is written so. Nothing is lost by either.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="Kind">How the elements are written.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">The elements. Not to be changed: several messages may share them.</param>
/// <param name="Places">Where the elements stand, ascending, as little-endian whole numbers
/// of four bytes; null where all are there.</param>
[GenerateSerializer, Immutable, Alias("fedpg.tensor")]
internal sealed record TensorData(string Name, NumberKind Kind, long[] Shape, byte[] Values, byte[]? Places = null)
{
    /// <summary>The bytes of elements and places.</summary>
    public long Size => Values.LongLength + (Places?.LongLength ?? 0);

    /// <summary>
    /// The type of what it was copied from, where messages are not written as float16: what
    /// blocks keep may be of another than a run's vectors.
    /// </summary>
    public ScalarType Dtype => Kind == NumberKind.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    private int ElementSize => SizeOf(Kind);

    /// <summary>Copies a tensor.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="tensor">float32 or float64.</param>
    /// <param name="messages">How messages are written; what float16 does not hold to the last bit, such as sums, stays as it is.</param>
    public static TensorData Of(string name, Tensor tensor, MessageFormat messages = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = tensor.detach().cpu().contiguous();
        if (messages.IsHalf)
        {
            Tensor half = plain.to(ScalarType.Float16);
            if (half.to(plain.dtype).bytes.SequenceEqual(plain.bytes))
                return Of(name, tensor.shape, MemoryMarshal.Cast<byte, ushort>(half.bytes), NumberKind.Float16);
        }
        return plain.dtype == ScalarType.Float64
            ? Of(name, tensor.shape, MemoryMarshal.Cast<byte, ulong>(plain.bytes), NumberKind.Float64)
            : Of(name, tensor.shape, MemoryMarshal.Cast<byte, uint>(plain.bytes), NumberKind.Float32);
    }

    /// <summary>The tensor, in the caller's dispose scope.</summary>
    /// <param name="format">Its type, and where it is to live.</param>
    public Tensor ToTensor(TensorFormat format)
    {
        ScalarType written = Kind == NumberKind.Float16 ? ScalarType.Float16 : format.Dtype;
        Tensor tensor = Places is null ? empty(Shape, dtype: written) : zeros(Shape, dtype: written);
        if (Places is null) Values.CopyTo(tensor.bytes);
        else if (Kind == NumberKind.Float64) Place<ulong>(tensor);
        else if (Kind == NumberKind.Float32) Place<uint>(tensor);
        else Place<ushort>(tensor);
        return written == format.Dtype && format.Device.type == DeviceType.CPU
            ? tensor
            : tensor.to(format.Dtype, format.Device, disposeAfter: true);
    }

    /// <summary>What keeps the tensor from being taken; null when nothing does.</summary>
    /// <param name="format">The type it must have.</param>
    /// <param name="shape">The shape it must have.</param>
    /// <param name="messages">How messages are written.</param>
    public string? ErrorAs(TensorFormat format, ReadOnlySpan<long> shape, MessageFormat messages = default)
    {
        NumberKind needed = format.Dtype == ScalarType.Float64 ? NumberKind.Float64 : NumberKind.Float32;
        if (Kind != needed && !(Kind == NumberKind.Float16 && messages.IsHalf))
            return $"\"{Name}\" is {NameOf(Kind)}, and {NameOf(needed)} is needed";
        if (!shape.SequenceEqual(Shape))
            return $"\"{Name}\" has the shape {string.Join('x', Shape)}, and {string.Join('x', shape.ToArray())} is needed";
        long elements = 1;
        foreach (long size in Shape) elements *= size;
        if (Places is null)
            return Values.LongLength == elements * ElementSize
                ? null
                : $"\"{Name}\" has {Values.LongLength} bytes, and {elements * ElementSize} are needed";
        if (Places.Length % sizeof(int) != 0 || Values.LongLength != Places.LongLength / sizeof(int) * ElementSize)
            return $"\"{Name}\" has {Values.LongLength} bytes of elements and {Places.LongLength} of places, which do not fit";
        int before = -1;
        foreach (int place in MemoryMarshal.Cast<byte, int>(Places))
        {
            if (place <= before || place >= elements)
                return $"\"{Name}\" has an element at place {place}, which is not after {before} or not below {elements}";
            before = place;
        }
        return null;
    }

    private static int SizeOf(NumberKind kind) => kind switch
    {
        NumberKind.Float16 => sizeof(ushort),
        NumberKind.Float64 => sizeof(double),
        _ => sizeof(float),
    };

    private static string NameOf(NumberKind kind) => kind switch
    {
        NumberKind.Float16 => "float16",
        NumberKind.Float64 => "float64",
        _ => "float32",
    };

    private static TensorData Of<T>(string name, long[] shape, ReadOnlySpan<T> bits, NumberKind kind)
        where T : unmanaged, IEquatable<T>
    {
        // By their bits: a negative zero is an element.
        (int others, int size) = (bits.Length - bits.Count(default(T)), SizeOf(kind));
        if ((long)others * (size + sizeof(int)) >= (long)bits.Length * size)
            return new TensorData(name, kind, shape, MemoryMarshal.AsBytes(bits).ToArray());
        (T[] values, int[] places, int k) = (new T[others], new int[others], 0);
        for (int i = 0; i < bits.Length; i++)
        {
            if (!bits[i].Equals(default)) (values[k], places[k++]) = (bits[i], i);
        }
        return new TensorData(name, kind, shape, MemoryMarshal.AsBytes<T>(values).ToArray(), MemoryMarshal.AsBytes<int>(places).ToArray());
    }

    private void Place<T>(Tensor tensor)
        where T : unmanaged
    {
        Span<T> elements = MemoryMarshal.Cast<byte, T>(tensor.bytes);
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(Values);
        ReadOnlySpan<int> places = MemoryMarshal.Cast<byte, int>(Places);
        for (int k = 0; k < places.Length; k++) elements[places[k]] = values[k];
    }
}
