using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FedPG.Envs.Tabular.Exact.Sparse;

/// <summary>
/// Numbers of several agents side by side, one a lane, and what elimination does with them. Products and sums are rounded one by one, so an
/// agent's bits are the same in every lane, in a vector of any length and on every machine.
/// </summary>
/// <typeparam name="T">The numbers.</typeparam>
internal interface ILanes<T>
    where T : unmanaged
{
    /// <summary>How many agents.</summary>
    static abstract int Count { get; }

    /// <summary>One number for all.</summary>
    static abstract T Of(double value);

    /// <summary>a + b c.</summary>
    static abstract T AddProduct(T a, T b, T c);

    /// <summary>a - b c.</summary>
    static abstract T SubtractProduct(T a, T b, T c);

    /// <summary>a - b.</summary>
    static abstract T Subtract(T a, T b);

    /// <summary>a b.</summary>
    static abstract T Multiply(T a, T b);

    /// <summary>1 / a.</summary>
    static abstract T Reciprocal(T a);
}

/// <summary>One agent.</summary>
internal readonly struct OneLane : ILanes<double>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double AddProduct(double a, double b, double c) => a + (b * c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SubtractProduct(double a, double b, double c) => a - (b * c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Subtract(double a, double b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Multiply(double a, double b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Reciprocal(double a) => 1 / a;
}

/// <summary>Eight agents.</summary>
internal readonly struct EightLanes : ILanes<Vector512<double>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Of(double value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddProduct(Vector512<double> a, Vector512<double> b, Vector512<double> c) => a + (b * c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SubtractProduct(Vector512<double> a, Vector512<double> b, Vector512<double> c) => a - (b * c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Subtract(Vector512<double> a, Vector512<double> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Reciprocal(Vector512<double> a) => Vector512<double>.One / a;
}
