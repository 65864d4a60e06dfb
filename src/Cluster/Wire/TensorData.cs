using System.Runtime.InteropServices;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cluster.Wire;

/// <summary>
/// A tensor on its way: the elements one after another, little-endian, rows first. Of one that is mostly zeros, as compressed messages are, only the others
/// with their places, four bytes each; nothing is lost by it.
/// </summary>
/// <param name="Name">What it is.</param>
/// <param name="Double">Whether the elements are float64, rather than float32.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Values">The elements. Not to be changed: several messages may share them.</param>
/// <param name="Places">Where the elements stand, ascending, as little-endian whole numbers of four bytes; null where all are there.</param>
[GenerateSerializer, Immutable, Alias("fedpg.tensor")]
internal sealed record TensorData(string Name, bool Double, long[] Shape, byte[] Values, byte[]? Places = null)
{
    /// <summary>The bytes of elements and places.</summary>
    public long Size => Values.LongLength + (Places?.LongLength ?? 0);

    /// <summary>The type of its own elements: what blocks keep may be of another than a run's vectors.</summary>
    public ScalarType Dtype => Double ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Copies a tensor.</summary>
    public static TensorData Of(string name, Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = tensor.detach().cpu().contiguous();
        bool precise = plain.dtype == ScalarType.Float64;
        return precise
            ? Of(name, tensor.shape, MemoryMarshal.Cast<byte, ulong>(plain.bytes), sizeof(ulong), precise)
            : Of(name, tensor.shape, MemoryMarshal.Cast<byte, uint>(plain.bytes), sizeof(uint), precise);
    }

    /// <summary>The tensor, in the caller's dispose scope.</summary>
    /// <param name="format">Its type, and where it is to live.</param>
    public Tensor ToTensor(TensorFormat format)
    {
        Tensor tensor = Places is null ? empty(Shape, dtype: format.Dtype) : zeros(Shape, dtype: format.Dtype);
        if (Places is null) Values.CopyTo(tensor.bytes);
        else if (Double) Place<ulong>(tensor);
        else Place<uint>(tensor);
        return format.Device.type == DeviceType.CPU ? tensor : tensor.to(format.Device, disposeAfter: true);
    }

    /// <summary>What keeps the tensor from being taken; null when nothing does.</summary>
    /// <param name="format">The type it must have.</param>
    /// <param name="shape">The shape it must have.</param>
    public string? FaultAs(TensorFormat format, ReadOnlySpan<long> shape)
    {
        bool precise = format.Dtype == ScalarType.Float64;
        if (Double != precise) return $"\"{Name}\" is {(Double ? "float64" : "float32")}, and {(precise ? "float64" : "float32")} is needed";
        if (!shape.SequenceEqual(Shape)) return $"\"{Name}\" has the shape {string.Join('x', Shape)}, and {string.Join('x', shape.ToArray())} is needed";
        long elements = 1;
        foreach (long size in Shape) elements *= size;
        if (Places is null) return Values.LongLength == elements * format.ElementSize ? null : $"\"{Name}\" has {Values.LongLength} bytes, and {elements * format.ElementSize} are needed";
        if (Places.Length % sizeof(int) != 0 || Values.LongLength != Places.LongLength / sizeof(int) * format.ElementSize) return $"\"{Name}\" has {Values.LongLength} bytes of elements and {Places.LongLength} of places, which do not fit";
        int before = -1;
        foreach (int place in MemoryMarshal.Cast<byte, int>(Places))
        {
            if (place <= before || place >= elements) return $"\"{Name}\" has an element at place {place}, which is not after {before} or not below {elements}";
            before = place;
        }
        return null;
    }

    private static TensorData Of<T>(string name, long[] shape, ReadOnlySpan<T> bits, int size, bool precise)
        where T : unmanaged, IEquatable<T>
    {
        // By their bits: a negative zero is an element.
        int others = bits.Length - bits.Count(default(T));
        if ((long)others * (size + sizeof(int)) >= (long)bits.Length * size) return new TensorData(name, precise, shape, MemoryMarshal.AsBytes(bits).ToArray());
        (T[] values, int[] places, int k) = (new T[others], new int[others], 0);
        for (int i = 0; i < bits.Length; i++)
        {
            if (!bits[i].Equals(default)) (values[k], places[k++]) = (bits[i], i);
        }
        return new TensorData(name, precise, shape, MemoryMarshal.AsBytes<T>(values).ToArray(), MemoryMarshal.AsBytes<int>(places).ToArray());
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
