namespace FedPG.Policies;

/// <summary>One named parameter inside a row of parameters.</summary>
/// <param name="Name">Its name, such as <c>hidden0.weight</c>.</param>
/// <param name="Shape">Its shape for one agent.</param>
/// <param name="Offset">Where it starts in the row.</param>
public sealed record ParameterSlice(string Name, long[] Shape, int Offset)
{
    /// <summary>The number of elements.</summary>
    public int Length { get; } = checked((int)Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>
    /// The shape in which a policy is given it: <see cref="Shape"/>, or [1, m] for vectors that are added to the rows of a matrix.
    /// </summary>
    public long[] View { get; init; } = Shape;
}

/// <summary>How a policy's parameters lie in its row theta of d numbers. Immutable.</summary>
public sealed class ParameterLayout
{
    private readonly ParameterSlice[] _slices;

    /// <summary>Lays parameters one after another.</summary>
    /// <param name="parameters">Their names and shapes.</param>
    /// <param name="vectorsAsRows">
    /// Whether a policy is given vectors as [1, m], so that no view has to be recorded before they are added to the rows of a matrix.
    /// </param>
    public ParameterLayout(IEnumerable<(string Name, long[] Shape)> parameters, bool vectorsAsRows = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var slices = new List<ParameterSlice>();
        int offset = 0;
        foreach ((string name, long[] shape) in parameters)
        {
            var slice = new ParameterSlice(name, shape, offset) { View = vectorsAsRows && shape.Length == 1 ? [1, .. shape] : shape };
            slices.Add(slice);
            offset = checked(offset + slice.Length);
        }
        (_slices, Length) = ([.. slices], offset);
    }

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<ParameterSlice> Slices => _slices;

    /// <summary>d, the number of parameters of one agent.</summary>
    public int Length { get; }
}
