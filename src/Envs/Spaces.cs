using System.Globalization;

namespace FedPG.Envs;

/// <summary>
/// What observations or actions look like: <see cref="Size"/> numbers each, always handed over as a
/// span of doubles, so that no step allocates. Immutable.
/// </summary>
public abstract record Space
{
    /// <summary>The numbers that one value takes.</summary>
    public abstract int Size { get; }

    /// <summary>Whether a value lies in the space: as many numbers as <see cref="Size"/>, all finite, each as the space allows.</summary>
    public abstract bool Contains(ReadOnlySpan<double> value);
}

/// <summary>One of the whole numbers 0 to <paramref name="Count"/> - 1, as one number.</summary>
/// <param name="Count">How many there are, 1 or more.</param>
public sealed record Discrete(int Count) : Space
{
    /// <summary>How many there are, 1 or more.</summary>
    public int Count { get; } = Count >= 1
        ? Count
        : throw new ArgumentOutOfRangeException(nameof(Count), Count, "a discrete space has at least one value");

    /// <inheritdoc/>
    public override int Size => 1;

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value) =>
        value.Length == 1 && value[0] >= 0 && value[0] < Count && Math.Floor(value[0]) == value[0];

    /// <inheritdoc/>
    public override string ToString() => $"Discrete({Count})";
}

/// <summary>Several whole numbers, the k-th from 0 to Counts[k] - 1.</summary>
public sealed record MultiDiscrete : Space
{
    private readonly int[] _counts;

    /// <summary>Creates the space.</summary>
    /// <param name="counts">How many values each number has, each 1 or more.</param>
    /// <exception cref="ArgumentException">There are none, or one is below 1.</exception>
    public MultiDiscrete(params int[] counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Length == 0 || counts.Any(c => c < 1))
            throw new ArgumentException("a multi-discrete space has at least one number, of at least one value each", nameof(counts));
        _counts = [.. counts];
    }

    /// <summary>How many values each number has.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <inheritdoc/>
    public override int Size => _counts.Length;

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value)
    {
        if (value.Length != _counts.Length) return false;
        for (int k = 0; k < value.Length; k++)
        {
            if (!(value[k] >= 0 && value[k] < _counts[k] && Math.Floor(value[k]) == value[k])) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(MultiDiscrete? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override int GetHashCode() => _counts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"MultiDiscrete([{SpaceText.Few(_counts)}])";
}

/// <summary>
/// Real numbers, the k-th within [Low[k], High[k]]; a bound may be infinite, a value never is. The numbers may have a shape, such as that
/// of an image, and are then in the order of its last index.
/// </summary>
public sealed record Box : Space
{
    private readonly double[] _low, _high;
    private readonly int[] _shape;

    /// <summary>Creates the space of a list of numbers.</summary>
    /// <param name="low">The smallest values.</param>
    /// <param name="high">The largest values, as many.</param>
    /// <exception cref="ArgumentException">There are none, the lengths differ, or a bound is no number or above its partner.</exception>
    public Box(double[] low, double[] high)
        : this(low, high, [low?.Length ?? 0])
    {
    }

    /// <summary>Creates the space of numbers with a shape.</summary>
    /// <param name="low">The smallest values, in the order of the last index.</param>
    /// <param name="high">The largest values, as many.</param>
    /// <param name="shape">The sizes of the indices, each 1 or more, whose product is the number of
    /// values: <c>[height, width, channels]</c>.</param>
    /// <exception cref="ArgumentException">
    /// There are no values, the lengths differ, a bound is no number or above its partner, or the shape has another number of values.
    /// </exception>
    public Box(double[] low, double[] high, IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(low);
        ArgumentNullException.ThrowIfNull(high);
        ArgumentNullException.ThrowIfNull(shape);
        if (low.Length == 0 || low.Length != high.Length)
            throw new ArgumentException($"{low.Length} lower and {high.Length} upper bounds: at least one, as many of each", nameof(low));
        for (int k = 0; k < low.Length; k++)
        {
            if (!(low[k] <= high[k]))
                throw new ArgumentException($"the bounds of number {k}, {low[k]} and {high[k]}, enclose nothing", nameof(low));
        }
        if (shape.Any(size => size < 1) || shape.Aggregate(1L, (product, size) => product * size) != low.Length)
            throw new ArgumentException($"the shape [{string.Join(", ", shape)}] does not have {low.Length} numbers", nameof(shape));
        (_low, _high, _shape) = ([.. low], [.. high], [.. shape]);
    }

    /// <summary>Whether all values are whole numbers, as those of an image are; false by default.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The smallest values.</summary>
    public IReadOnlyList<double> Low => _low;

    /// <summary>The largest values.</summary>
    public IReadOnlyList<double> High => _high;

    /// <summary>The sizes of the indices; one size, that of the list, where there is no other shape.</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <inheritdoc/>
    public override int Size => _low.Length;

    /// <summary>A box with the same bounds for all of its numbers.</summary>
    public static Box Of(int size, double low = double.NegativeInfinity, double high = double.PositiveInfinity) =>
        new([.. Enumerable.Repeat(low, size)], [.. Enumerable.Repeat(high, size)]);

    /// <summary>A box with a shape and the same bounds for all of its numbers.</summary>
    public static Box Of(IReadOnlyList<int> shape, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(shape);
        int size = shape.Aggregate(1, (product, one) => checked(product * one));
        return new Box([.. Enumerable.Repeat(low, size)], [.. Enumerable.Repeat(high, size)], shape);
    }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value)
    {
        if (value.Length != _low.Length) return false;
        for (int k = 0; k < value.Length; k++)
        {
            if (!(double.IsFinite(value[k]) && value[k] >= _low[k] && value[k] <= _high[k])) return false;
            if (IsWhole && Math.Floor(value[k]) != value[k]) return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Box? other) =>
        other is not null && _low.AsSpan().SequenceEqual(other._low) && _high.AsSpan().SequenceEqual(other._high)
        && _shape.AsSpan().SequenceEqual(other._shape) && IsWhole == other.IsWhole;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_low.Length, _low[0], _high[0]);

    /// <inheritdoc/>
    public override string ToString() => _shape.Length == 1
        ? $"Box([{SpaceText.Few(_low)}], [{SpaceText.Few(_high)}]{Kind})"
        : FormattableString.Invariant($"Box({Bounds(_low)}, {Bounds(_high)}, [{string.Join(", ", _shape)}]{Kind})");

    private string Kind => IsWhole ? ", whole numbers" : "";

    /// <summary>The bounds of many numbers: one number where all are the same.</summary>
    private static string Bounds(double[] bounds) => Array.TrueForAll(bounds, bound => bound == bounds[0])
        ? FormattableString.Invariant($"{bounds[0]}")
        : $"[{SpaceText.Few(bounds)}]";
}

/// <summary>Lists of numbers as people read them. Stateless.</summary>
file static class SpaceText
{
    private const int MaxShown = 12, First = 4;

    /// <summary>The numbers, separated by commas; of many the first ones, the last one and how many there are.</summary>
    public static string Few<T>(IReadOnlyList<T> numbers)
        where T : IFormattable
    {
        string Join(IEnumerable<T> some) => string.Join(", ", some.Select(number => number.ToString(null, CultureInfo.InvariantCulture)));
        return numbers.Count <= MaxShown
            ? Join(numbers)
            : $"{Join(numbers.Take(First))}, ..., {Join([numbers[^1]])} ({numbers.Count} in all)";
    }
}

/// <summary>
/// Several values with a name each, one after another, such as an image and a direction; what Gymnasium calls a dictionary. Immutable.
/// </summary>
public sealed record NamedSpaces : Space
{
    private readonly (string Name, Space Space)[] _parts;

    /// <summary>Creates the space.</summary>
    /// <param name="parts">The names and spaces, at least one; none of them is made of parts itself.</param>
    /// <exception cref="ArgumentException">There are none, a name stands twice, or a part is made of parts.</exception>
    public NamedSpaces(params (string Name, Space Space)[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Length == 0 || parts.Select(part => part.Name).Distinct().Count() < parts.Length)
            throw new ArgumentException("at least one part is needed, each with a name of its own", nameof(parts));
        if (parts.Any(part => part.Space is NamedSpaces or null)) throw new ArgumentException("a part is one space", nameof(parts));
        (_parts, Size) = ([.. parts], parts.Sum(part => part.Space.Size));
    }

    /// <summary>The names and spaces, in the order of the values.</summary>
    public IReadOnlyList<(string Name, Space Space)> Parts => _parts;

    /// <inheritdoc/>
    public override int Size { get; }

    /// <inheritdoc/>
    public override bool Contains(ReadOnlySpan<double> value)
    {
        if (value.Length != Size) return false;
        foreach ((_, Space space) in _parts)
        {
            if (!space.Contains(value[..space.Size])) return false;
            value = value[space.Size..];
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(NamedSpaces? other) => other is not null && _parts.AsSpan().SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override int GetHashCode() => _parts.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"Dict({string.Join(", ", _parts.Select(part => $"{part.Name}: {part.Space}"))})";
}
