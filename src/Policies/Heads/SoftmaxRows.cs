using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Heads;

/// <summary>
/// Softmax over rows of A numbers in memory: log pi, and derivatives by the logits. A row's bits depend on its own numbers alone, and
/// numbers that are none stay none. Where A is 2, 4 or 8 a vector holds whole rows: the largest number and the sum of a row then go by
/// halves, and stand in every place of the row. Other rows are worked on number by number.
/// </summary>
internal static class SoftmaxRows
{
    private const int Room = 512;

    /// <summary>log pi = z - max z - log(sum of exp(z - max z)), row by row.</summary>
    /// <param name="logits">z, [rows, A].</param>
    /// <param name="actions">A.</param>
    /// <param name="logs">log pi, [rows, A]; may be the same memory.</param>
    public static void Logs<T>(ReadOnlySpan<T> logits, int actions, Span<T> logs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Fits<T>(actions))
        {
            for (int k = 0; k < logits.Length; k += Vector256<T>.Count) Store(Logs(Load(logits, k), actions), logs, k);
            return;
        }
        Span<T> powers = actions <= Room ? stackalloc T[Room] : new T[actions], sums = stackalloc T[Room];
        int most = powers.Length / actions * actions;
        for (int first = 0; first < logits.Length; first += most)
        {
            ReadOnlySpan<T> some = logits.Slice(first, Math.Min(most, logits.Length - first));
            Span<T> results = logs.Slice(first, some.Length), own = sums[..(some.Length / actions)];
            Shift(some, actions, results);
            Exponentials.Of<T>(results, powers[..some.Length]);
            for (int row = 0; row < own.Length; row++) own[row] = Sum<T>(powers.Slice(row * actions, actions));
            for (int k = 0; k < own.Length; k += Vector256<T>.Count) Store(Log(Load(own, k, T.One)), own, k);
            for (int row = 0; row < own.Length; row++)
            {
                foreach (ref T value in results.Slice(row * actions, actions)) value -= own[row];
            }
        }
    }

    /// <summary>The derivative of sum over a of W(a) log pi(a) by the logits, W - pi sum W, row by row.</summary>
    /// <param name="logs">log pi, [rows, A].</param>
    /// <param name="weights">W, [rows, A].</param>
    /// <param name="actions">A.</param>
    /// <param name="slopes">[rows, A]; other memory.</param>
    public static void Slopes<T>(ReadOnlySpan<T> logs, ReadOnlySpan<T> weights, int actions, Span<T> slopes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Fits<T>(actions))
        {
            for (int k = 0; k < logs.Length; k += Vector256<T>.Count)
            {
                Vector256<T> given = Load(weights, k);
                Store(given - (Exponentials.Of(Load(logs, k)) * Sum(given, actions)), slopes, k);
            }
            return;
        }
        Exponentials.Of(logs, slopes);
        for (int row = 0; row < weights.Length; row += actions)
        {
            ReadOnlySpan<T> given = weights.Slice(row, actions);
            Span<T> result = slopes.Slice(row, actions);
            T sum = Sum(given);
            for (int a = 0; a < given.Length; a++) result[a] = given[a] - (result[a] * sum);
        }
    }

    /// <summary>The derivative of w log pi(a) of the action that was chosen by the logits, w (1[a] - pi), row by row.</summary>
    /// <param name="logs">log pi, [rows, A].</param>
    /// <param name="actions">A.</param>
    /// <param name="chosen">a, [rows].</param>
    /// <param name="weights">w, [rows].</param>
    /// <param name="slopes">[rows, A]; other memory.</param>
    public static void Slopes<T>(ReadOnlySpan<T> logs, int actions, ReadOnlySpan<T> chosen, ReadOnlySpan<T> weights, Span<T> slopes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Exponentials.Of(logs, slopes);
        for (int row = 0; row < weights.Length; row++)
        {
            Span<T> result = slopes.Slice(row * actions, actions);
            T weight = weights[row];
            for (int a = 0; a < result.Length; a++) result[a] *= -weight;
            result[int.CreateTruncating(chosen[row])] += weight;
        }
    }

    private static bool Fits<T>(int actions) => actions is 2 or 4 or 8 && actions <= Vector256<T>.Count;

    private static Vector256<T> Logs<T>(Vector256<T> logits, int actions)
        where T : unmanaged
    {
        Vector256<T> largest = Vector256.Max(logits, Swap1(logits));
        if (actions > 2) largest = Vector256.Max(largest, Swap2(largest));
        if (actions > 4) largest = Vector256.Max(largest, Swap4(largest));
        Vector256<T> shifted = logits - largest;
        return shifted - Log(Sum(Exponentials.Of(shifted), actions));
    }

    /// <summary>The sum of each row of a vector, in every place of the row.</summary>
    private static Vector256<T> Sum<T>(Vector256<T> values, int actions)
        where T : unmanaged
    {
        values += Swap1(values);
        if (actions > 2) values += Swap2(values);
        if (actions > 4) values += Swap4(values);
        return values;
    }

    private static T Sum<T>(ReadOnlySpan<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = row[0];
        for (int a = 1; a < row.Length; a++) sum += row[a];
        return sum;
    }

    /// <summary>z - max z, row by row.</summary>
    private static void Shift<T>(ReadOnlySpan<T> logits, int actions, Span<T> shifted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < logits.Length; row += actions)
        {
            ReadOnlySpan<T> given = logits.Slice(row, actions);
            Span<T> result = shifted.Slice(row, actions);
            T largest = given[0];
            for (int a = 1; a < given.Length; a++) largest = given[a] > largest ? given[a] : largest;
            for (int a = 0; a < given.Length; a++) result[a] = given[a] - largest;
        }
    }

    private static Vector256<T> Log<T>(Vector256<T> values) =>
        typeof(T) == typeof(double) ? Vector256.Log(values.AsDouble()).As<double, T>() : Vector256.Log(values.AsSingle()).As<float, T>();

    /// <summary>Neighbours change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Swap1<T>(Vector256<T> values) => typeof(T) == typeof(double)
        ? Vector256.Shuffle(values.AsDouble(), Vector256.Create(1L, 0, 3, 2)).As<double, T>()
        : Vector256.Shuffle(values.AsSingle(), Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)).As<float, T>();

    /// <summary>Neighbouring pairs change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Swap2<T>(Vector256<T> values) => typeof(T) == typeof(double)
        ? Vector256.Shuffle(values.AsDouble(), Vector256.Create(2L, 3, 0, 1)).As<double, T>()
        : Vector256.Shuffle(values.AsSingle(), Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)).As<float, T>();

    /// <summary>The halves of eight numbers change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Swap4<T>(Vector256<T> values) =>
        Vector256.Shuffle(values.AsSingle(), Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)).As<float, T>();

    /// <summary>A vector from place k on; what lies beyond the end is filled up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Load<T>(ReadOnlySpan<T> values, int k, T filling = default)
        where T : unmanaged
    {
        if (k + Vector256<T>.Count <= values.Length) return Vector256.Create(values[k..]);
        Span<T> padded = stackalloc T[Vector256<T>.Count];
        padded.Fill(filling);
        values[k..].CopyTo(padded);
        return Vector256.Create<T>(padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector256<T> values, Span<T> target, int k)
        where T : unmanaged
    {
        if (k + Vector256<T>.Count <= target.Length)
        {
            values.CopyTo(target[k..]);
            return;
        }
        Span<T> padded = stackalloc T[Vector256<T>.Count];
        values.CopyTo(padded);
        padded[..(target.Length - k)].CopyTo(target[k..]);
    }
}
