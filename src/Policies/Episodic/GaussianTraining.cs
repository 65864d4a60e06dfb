using System.Numerics;
using FedPG.Policies.Networks;

namespace FedPG.Policies.Episodic;

/// <summary>
/// The heads of a <see cref="GaussianPolicy"/> differentiated without torch: outputs of its network with log sigma behind the means.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="outputs">The network.</param>
/// <param name="size">The numbers of an action.</param>
/// <param name="network">The same network, for its sizes.</param>
/// <param name="logDeviation">log sigma where it is fixed; null where it stands behind the network's parameters.</param>
internal sealed class GaussianTraining<T>(IHeadTraining<T> outputs, int size, RowNetwork network, double? logDeviation) : IHeadTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _width = network.Outputs, _length = network.Length;
    private T[] _given = [];
    private int _count;

    /// <inheritdoc/>
    public void UseSequences(int length) => outputs.UseSequences(length);

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> heads)
    {
        if (_given.Length < count * _width) _given = new T[count * _width];
        _count = count;
        outputs.Forward(theta, seen, count, _given);
        for (int r = 0; r < count; r++)
        {
            ReadOnlySpan<T> given = _given.AsSpan(r * _width, _width);
            Span<T> head = heads.Slice(r * (_width + size), _width + size);
            given[..size].CopyTo(head);
            if (logDeviation is { } log) head.Slice(size, size).Fill(T.CreateTruncating(log));
            else theta.Slice(_length, size).CopyTo(head[size..]);
            given[size..].CopyTo(head[(2 * size)..]);
        }
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient)
    {
        Span<T> logs = gradient.Slice(_length, logDeviation is null ? size : 0);
        logs.Clear();
        for (int r = 0; r < _count; r++)
        {
            ReadOnlySpan<T> head = weights.Slice(r * (_width + size), _width + size);
            Span<T> given = _given.AsSpan(r * _width, _width);
            head[..size].CopyTo(given);
            for (int k = 0; k < logs.Length; k++) logs[k] += head[size + k];
            head[(2 * size)..].CopyTo(given[size..]);
        }
        outputs.Backward(seen, _given, gradient);
    }
}
