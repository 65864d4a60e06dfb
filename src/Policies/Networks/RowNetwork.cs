using System.Numerics;
using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A network on what policies see, for rows of agents: x [n, M, inputs] to outputs [n, M, outputs], all agents in the same operations. It
/// holds no parameters: they come with the call. Immutable.
/// </summary>
internal abstract class RowNetwork
{
    /// <summary>The numbers that come in.</summary>
    public abstract int Inputs { get; }

    /// <summary>The numbers that go out.</summary>
    public abstract int Outputs { get; }

    /// <summary>
    /// The numbers that it remembers from step to step of an episode; 0 (the default) for none. They stand last among those that come in,
    /// behind one that is 1 where the episode goes on and 0 where it begins, and among those that go out in front of the values.
    /// </summary>
    public virtual int Memory => 0;

    /// <summary>Names and shapes of the parameters, in layout order.</summary>
    public abstract IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <summary>The numbers of one agent's parameters.</summary>
    public int Length => checked((int)Parameters.Sum(parameter => parameter.Shape.Aggregate(1L, (product, size) => product * size)));

    /// <summary>Whether <see cref="Tangents"/> can be had.</summary>
    public virtual bool HasTangents => false;

    /// <summary>The outputs [n, M, outputs].</summary>
    /// <param name="parameters">As <see cref="Parameters"/> names them, each [n, ...shape]; more may follow.</param>
    /// <param name="x">[n, M, inputs].</param>
    public abstract Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x);

    /// <summary>
    /// The same of sequences, in which what is remembered comes from the step before: what came in counts at the first steps alone.
    /// </summary>
    /// <param name="parameters">As <see cref="Parameters"/> names them, each [n, ...shape]; more may follow.</param>
    /// <param name="x">[n, M, inputs], a sequence's steps one after another.</param>
    /// <param name="length">The steps of a sequence; M is a multiple.</param>
    public virtual Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x, int length) => Forward(parameters, x);

    /// <summary>The derivative of the outputs along directions of the parameters, [n, M, outputs]; nothing is recorded.</summary>
    /// <param name="parameters">As <see cref="Parameters"/> names them, each [n, ...shape]; more may follow.</param>
    /// <param name="directions">The same of the directions.</param>
    /// <param name="x">[n, M, inputs].</param>
    /// <exception cref="NotSupportedException">The network gives none.</exception>
    public virtual Tensor Tangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor x) =>
        throw new NotSupportedException($"{GetType().Name} gives no tangents");

    /// <summary>Writes the first parameters of an agent.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="parameters">The first numbers of a row theta, <see cref="Length"/> or more; must be 0.</param>
    public abstract void Initialise(StreamKey key, Span<double> parameters);

    /// <summary>The same network run without torch, for acting; null where there is none, and torch acts.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    public virtual IActor<T>? CreateActor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => null;

    /// <summary>The same network differentiated without torch; null where there is none, and autograd differentiates.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    internal virtual IHeadTraining<T>? CreateTraining<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => null;
}
