using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A step of a gated recurrent unit as one operation of autograd: from a = e W + b, c = h U + d and h to h' = n + z (h - n) with r, z =
/// sigmoid(a + c) of their gates and n = tanh(a_n + r c_n). libtorch works out the last numbers of a tensor otherwise than those before
/// them; here a number's bits do not depend on its place, hence an agent's not on its block. It can be differentiated once. On other
/// devices the same in libtorch's operations.
/// </summary>
internal sealed class GruCell : autograd.SingleTensorFunction<GruCell>
{
    private const int Gates = GruBranch.Gates;

    /// <inheritdoc/>
    public override string Name => nameof(GruCell);

    /// <summary>h', [n, S, H].</summary>
    /// <param name="given">a, [n, S, 3 H]: r, z, n side by side.</param>
    /// <param name="back">c, [n, S, 3 H].</param>
    /// <param name="before">h, [n, S, H].</param>
    public static Tensor Of(Tensor given, Tensor back, Tensor before)
    {
        if (given.device_type == TorchSharp.DeviceType.CPU) return apply(given, back, before);
        Tensor[] own = given.chunk(Gates, -1), from = back.chunk(Gates, -1);
        Tensor reset = (own[0] + from[0]).sigmoid(), update = (own[1] + from[1]).sigmoid();
        Tensor news = (own[2] + (reset * from[2])).tanh();
        return news + (update * (before - news));
    }

    /// <summary>The same of one row, outside of torch.</summary>
    /// <param name="given">a, [3 H].</param>
    /// <param name="back">c, [3 H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="after">h', [H], overwritten.</param>
    /// <param name="gates">Takes r, z and n, [3 H].</param>
    public static void Step<T>(ReadOnlySpan<T> given, ReadOnlySpan<T> back, ReadOnlySpan<T> before, Span<T> after, Span<T> gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = before.Length;
        for (int j = 0; j < units; j += Vector512<T>.Count)
        {
            Vector512<T> reset = Sigmoid(Load(given, j, units) + Load(back, j, units));
            Vector512<T> update = Sigmoid(Load(given[units..], j, units) + Load(back[units..], j, units));
            Vector512<T> news = Activations.Of(
                Activation.Tanh, Load(given[(2 * units)..], j, units) + (reset * Load(back[(2 * units)..], j, units)));
            Store(reset, gates, j, units);
            Store(update, gates[units..], j, units);
            Store(news, gates[(2 * units)..], j, units);
            Store(news + (update * (Load(before, j, units) - news)), after, j, units);
        }
    }

    /// <summary>The derivatives of one row, outside of torch: by a, by c, and by h where it is not in c.</summary>
    /// <param name="gates">r, z and n, [3 H].</param>
    /// <param name="back">c, [3 H].</param>
    /// <param name="before">h, [H].</param>
    /// <param name="slopes">The derivatives by h', [H].</param>
    /// <param name="ofGiven">[3 H], overwritten.</param>
    /// <param name="ofBack">[3 H], overwritten.</param>
    /// <param name="ofBefore">[H], overwritten; it may be the same memory as <paramref name="slopes"/>.</param>
    public static void StepBack<T>(
        ReadOnlySpan<T> gates, ReadOnlySpan<T> back, ReadOnlySpan<T> before, ReadOnlySpan<T> slopes, Span<T> ofGiven, Span<T> ofBack,
        Span<T> ofBefore)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = before.Length;
        Vector512<T> one = Vector512<T>.One;
        for (int j = 0; j < units; j += Vector512<T>.Count)
        {
            Vector512<T> reset = Load(gates, j, units), update = Load(gates[units..], j, units);
            Vector512<T> news = Load(gates[(2 * units)..], j, units), slope = Load(slopes, j, units);
            Vector512<T> ofNews = slope * (one - update) * (one - (news * news));
            Vector512<T> ofReset = ofNews * Load(back[(2 * units)..], j, units) * reset * (one - reset);
            Vector512<T> ofUpdate = slope * (Load(before, j, units) - news) * update * (one - update);
            Store(ofReset, ofGiven, j, units);
            Store(ofReset, ofBack, j, units);
            Store(ofUpdate, ofGiven[units..], j, units);
            Store(ofUpdate, ofBack[units..], j, units);
            Store(ofNews, ofGiven[(2 * units)..], j, units);
            Store(ofNews * reset, ofBack[(2 * units)..], j, units);
            Store(slope * update, ofBefore, j, units);
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(vars);
        (Tensor given, Tensor back, Tensor before) =
            (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), ((Tensor)vars[2]).contiguous());
        Tensor after = empty_like(before), gates = empty_like(given);
        if (before.dtype == ScalarType.Float64) Forward<double>(given, back, before, after, gates);
        else Forward<float>(given, back, before, after, gates);
        ctx.save_for_backward([gates, back, before]);
        return after;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ArgumentNullException.ThrowIfNull(grad_output);
        IReadOnlyList<Tensor> saved = [.. ctx.get_saved_variables()];
        (Tensor gates, Tensor back, Tensor before) = (saved[0], saved[1].contiguous(), saved[2].contiguous());
        Tensor slopes = grad_output.contiguous(), ofGiven = empty_like(gates), ofBack = empty_like(gates), ofBefore = empty_like(before);
        if (before.dtype == ScalarType.Float64) Backward<double>(gates, back, before, slopes, ofGiven, ofBack, ofBefore);
        else Backward<float>(gates, back, before, slopes, ofGiven, ofBack, ofBefore);
        return [ofGiven, ofBack, ofBefore];
    }

    private static Span<T> Numbers<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private static void Forward<T>(Tensor given, Tensor back, Tensor before, Tensor after, Tensor gates)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = (int)before.shape[^1], wide = Gates * units;
        Span<T> a = Numbers<T>(given), c = Numbers<T>(back), h = Numbers<T>(before), next = Numbers<T>(after), kept = Numbers<T>(gates);
        for (int r = 0; r < h.Length / units; r++)
        {
            Step<T>(a.Slice(r * wide, wide), c.Slice(r * wide, wide), h.Slice(r * units, units), next.Slice(r * units, units),
                kept.Slice(r * wide, wide));
        }
    }

    private static void Backward<T>(
        Tensor gates, Tensor back, Tensor before, Tensor slopes, Tensor ofGiven, Tensor ofBack, Tensor ofBefore)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = (int)before.shape[^1], wide = Gates * units;
        Span<T> all = Numbers<T>(gates), c = Numbers<T>(back), h = Numbers<T>(before), above = Numbers<T>(slopes);
        Span<T> toGiven = Numbers<T>(ofGiven), toBack = Numbers<T>(ofBack), toBefore = Numbers<T>(ofBefore);
        for (int r = 0; r < h.Length / units; r++)
        {
            StepBack<T>(
                all.Slice(r * wide, wide), c.Slice(r * wide, wide), h.Slice(r * units, units), above.Slice(r * units, units),
                toGiven.Slice(r * wide, wide), toBack.Slice(r * wide, wide), toBefore.Slice(r * units, units));
        }
    }

    /// <summary>sigmoid x = (1 + tanh(x / 2)) / 2.</summary>
    private static Vector512<T> Sigmoid<T>(Vector512<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector512<T> half = Vector512.Create(T.CreateTruncating(0.5));
        return half + (half * Activations.Of(Activation.Tanh, half * x));
    }

    /// <summary>Numbers from a place on; 0 beyond the end.</summary>
    private static Vector512<T> Load<T>(ReadOnlySpan<T> numbers, int at, int end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (at + Vector512<T>.Count <= end) return Vector512.Create(numbers.Slice(at, Vector512<T>.Count));
        Span<T> edge = stackalloc T[Vector512<T>.Count];
        edge.Clear();
        numbers[at..end].CopyTo(edge);
        return Vector512.Create<T>(edge);
    }

    private static void Store<T>(Vector512<T> vector, Span<T> numbers, int at, int end)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (at + Vector512<T>.Count <= end)
        {
            vector.CopyTo(numbers[at..]);
            return;
        }
        Span<T> edge = stackalloc T[Vector512<T>.Count];
        vector.CopyTo(edge);
        edge[..(end - at)].CopyTo(numbers[at..]);
    }
}
