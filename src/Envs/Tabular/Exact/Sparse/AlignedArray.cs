using System.Runtime.CompilerServices;

namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// A pinned array of vectors that begins at a cache line: a vector of 64 bytes elsewhere would lie in two lines, and take two reads.
/// </summary>
/// <typeparam name="T">A number, or a vector of numbers.</typeparam>
internal sealed unsafe class AlignedArray<T>
    where T : unmanaged
{
    private const int Line = 64;
    private readonly byte[] _memory;
    private readonly int _first;

    /// <summary>Allocates zeros.</summary>
    /// <param name="length">How many elements.</param>
    public AlignedArray(int length)
    {
        _memory = GC.AllocateArray<byte>(checked((length * sizeof(T)) + Line), pinned: true);
        _first = (int)((Line - (nuint)Unsafe.AsPointer(ref _memory[0])) & (Line - 1));
        Length = length;
    }

    /// <summary>How many elements.</summary>
    public int Length { get; }

    /// <summary>All elements.</summary>
    public Span<T> Span => new(Pointer, Length);

    /// <summary>The first element; good while this object is reachable.</summary>
    public T* Pointer => (T*)((byte*)Unsafe.AsPointer(ref _memory[0]) + _first);
}
