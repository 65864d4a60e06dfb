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

    /// <summary>Whether it stays with its agent: no algorithm moves, corrects, averages or sends it.</summary>
    public bool IsPersonal { get; init; }
}

/// <summary>
/// How a policy's parameters lie in its row theta of d numbers. A row is [shared | personal]: the personal parameters, which never leave
/// their agent, stand at its end, in whatever order parameters are declared. Immutable.
/// </summary>
public sealed class ParameterLayout
{
    private readonly ParameterSlice[] _slices;

    /// <summary>Lays parameters one after another, the personal ones last.</summary>
    /// <param name="parameters">Their names and shapes.</param>
    /// <param name="vectorsAsRows">
    /// Whether a policy is given vectors as [1, m], so that no view has to be recorded before they are added to the rows of a matrix.
    /// </param>
    /// <param name="isPersonal">Which of the names are personal; null (the default) for none.</param>
    public ParameterLayout(
        IEnumerable<(string Name, long[] Shape)> parameters, bool vectorsAsRows = false, Predicate<string>? isPersonal = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (string Name, long[] Shape)[] all = [.. parameters];
        _slices = new ParameterSlice[all.Length];
        int offset = 0;
        Place(personal: false);
        SharedLength = offset;
        Place(personal: true);
        Length = offset;

        void Place(bool personal)
        {
            for (int k = 0; k < all.Length; k++)
            {
                (string name, long[] shape) = all[k];
                if ((isPersonal?.Invoke(name) ?? false) != personal) continue;
                _slices[k] = new ParameterSlice(name, shape, offset)
                {
                    View = vectorsAsRows && shape.Length == 1 ? [1, .. shape] : shape,
                    IsPersonal = personal,
                };
                offset = checked(offset + _slices[k].Length);
            }
        }
    }

    /// <summary>The parameters in the order in which they were declared; where each lies in a row, its offset says.</summary>
    public IReadOnlyList<ParameterSlice> Slices => _slices;

    /// <summary>d, the number of parameters of one agent.</summary>
    public int Length { get; }

    /// <summary>The shared ones of them, the first of a row: what algorithms move and send.</summary>
    public int SharedLength { get; }

    /// <summary>The personal ones of them, the last of a row; 0 where everything is shared.</summary>
    public int PersonalLength => Length - SharedLength;

    /// <summary>A row of parameters one after another in the order of their declaration.</summary>
    /// <param name="row">A row, [d].</param>
    /// <param name="declared">[d], overwritten.</param>
    internal void Unfold<T>(ReadOnlySpan<T> row, Span<T> declared)
    {
        foreach (ParameterSlice slice in _slices)
        {
            row.Slice(slice.Offset, slice.Length).CopyTo(declared);
            declared = declared[slice.Length..];
        }
    }

    /// <summary>The row of parameters that stand one after another in the order of their declaration.</summary>
    /// <param name="declared">[d].</param>
    /// <returns>A row, [d]; the same array where they are in their places.</returns>
    internal double[] Fold(double[] declared)
    {
        if (PersonalLength == 0) return declared;
        double[] row = new double[Length];
        ReadOnlySpan<double> left = declared;
        foreach (ParameterSlice slice in _slices)
        {
            left[..slice.Length].CopyTo(row.AsSpan(slice.Offset));
            left = left[slice.Length..];
        }
        return row;
    }

    /// <summary>Which shared parameters an agent meets where the last rows of matrices belong to one agent each, [ds].</summary>
    /// <param name="matrices">Shared parameters, [rows, ...] each.</param>
    /// <param name="first">The first row that belongs to an agent.</param>
    /// <param name="agent">The agent whose row counts, from that one on.</param>
    internal bool[] WithOwnRows(IEnumerable<ParameterSlice> matrices, int first, int agent)
    {
        bool[] touched = new bool[SharedLength];
        Array.Fill(touched, true);
        foreach (ParameterSlice matrix in matrices)
        {
            int width = matrix.Length / (int)matrix.Shape[0];
            touched.AsSpan(matrix.Offset + (first * width), matrix.Length - (first * width)).Clear();
            touched.AsSpan(matrix.Offset + ((first + agent) * width), width).Fill(true);
        }
        return touched;
    }
}
