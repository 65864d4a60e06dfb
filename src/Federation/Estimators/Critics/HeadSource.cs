using System.Numerics;
using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>The derivatives of a loss by heads.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IHeadLoss<T>
    where T : unmanaged
{
    /// <summary>Writes dL / dhead.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="pairs">Which steps of its rollout, [M].</param>
    /// <param name="heads">Their heads, [M, HeadSize], the last number V.</param>
    /// <param name="slopes">[M, HeadSize], overwritten.</param>
    void Slopes(int row, ReadOnlySpan<int> pairs, ReadOnlySpan<T> heads, Span<T> slopes);
}

/// <summary>Which steps of a rollout the agents of a block learn from, as many of each.</summary>
/// <param name="Minibatches">Where they are listed; null for neighbouring steps, from <paramref name="Start"/> on.</param>
/// <param name="Start">Which update, or the first step.</param>
/// <param name="Count">M.</param>
/// <param name="Active">Which agents learn, [n]; null for all.</param>
internal readonly record struct ChosenPairs(Minibatches? Minibatches, int Start, int Count, bool[]? Active)
{
    /// <summary>The sequences that the steps stand in; by themselves by default.</summary>
    public RolloutSequences Sequences { get; init; }

    /// <summary>Writes the steps of an agent.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="pairs">[M], overwritten.</param>
    public void Write(int row, Span<int> pairs)
    {
        if (Minibatches is not null)
        {
            Minibatches.Write(Start, row, pairs);
            return;
        }
        int steps = Sequences.Steps;
        for (int k = 0; k < pairs.Length; k++) pairs[k] = Sequences.PairOf((Start + k) / steps, (Start + k) % steps);
    }
}

/// <summary>
/// A policy with values as learners use it: it acts for one agent at a time, and it is differentiated for all agents of the block at steps
/// of their rollouts. A head is what actions follow from, and V as its last number. One thread at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class HeadSource<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>m, the numbers of what is seen.</summary>
    public abstract int Seen { get; }

    /// <summary>The numbers of an action.</summary>
    public abstract int ActionSize { get; }

    /// <summary>The numbers of a head, V included.</summary>
    public abstract int HeadSize { get; }

    /// <summary>Writes what is seen of an observation.</summary>
    /// <param name="raw">The observation.</param>
    /// <param name="agent">The agent's index.</param>
    /// <param name="seen">[m].</param>
    public abstract void Encode(ReadOnlySpan<double> raw, int agent, Span<T> seen);

    /// <summary>The numbers that the policy remembers from step to step; 0 for none.</summary>
    public virtual int MemorySize => 0;

    /// <summary>Writes what is seen of a step: the observation and, where the policy remembers, what it does.</summary>
    /// <param name="raw">The observation.</param>
    /// <param name="agent">The agent's index.</param>
    /// <param name="goesOn">Whether the step is not the first of its episode.</param>
    /// <param name="memory">What is remembered, [MemorySize].</param>
    /// <param name="seen">[m].</param>
    public virtual void See(ReadOnlySpan<double> raw, int agent, bool goesOn, ReadOnlySpan<T> memory, Span<T> seen) =>
        Encode(raw, agent, seen);

    /// <summary>What a head says is remembered, [MemorySize].</summary>
    /// <param name="head">The head.</param>
    public virtual ReadOnlySpan<T> MemoryOf(ReadOnlySpan<T> head) => [];

    /// <summary>Takes the parameters of all agents of the block, for acting.</summary>
    /// <param name="rows">Theta, [n, d], on the CPU; it does not change while anyone acts.</param>
    public abstract void ActWith(Tensor rows);

    /// <summary>Acts for an agent from here on.</summary>
    /// <param name="row">Its row.</param>
    public abstract void ActFor(int row);

    /// <summary>The heads of what the agent sees that it acts for.</summary>
    /// <param name="seen">[count, m].</param>
    /// <param name="count">How many.</param>
    /// <param name="heads">[count, HeadSize], overwritten.</param>
    public abstract void Heads(ReadOnlySpan<T> seen, int count, Span<T> heads);

    /// <summary>Draws actions and gives their log pi.</summary>
    /// <param name="heads">[count, HeadSize].</param>
    /// <param name="stream">The stream of the rollout.</param>
    /// <param name="time">The step t.</param>
    /// <param name="numbers">The numbers of the environments in the stream, [count].</param>
    /// <param name="actions">[count, ActionSize], overwritten.</param>
    /// <param name="logs">[count], overwritten.</param>
    public abstract void Draw(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> numbers, Span<double> actions, Span<double> logs);

    /// <summary>log pi of actions.</summary>
    /// <param name="heads">[M, HeadSize].</param>
    /// <param name="actions">[M, ActionSize].</param>
    /// <param name="logs">[M], overwritten.</param>
    public abstract void Logs(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs);

    /// <summary>The derivatives by the head of w log pi(a) + e H; returns the sum of H.</summary>
    /// <param name="heads">[M, HeadSize].</param>
    /// <param name="actions">[M, ActionSize].</param>
    /// <param name="logWeights">w, [M].</param>
    /// <param name="entropyWeight">e.</param>
    /// <param name="slopes">[M, HeadSize], overwritten.</param>
    public abstract double PolicySlopes(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes);

    /// <summary>Writes the gradients of a loss on heads of chosen steps.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="seen">What was seen in the rollouts, [n, T B, m].</param>
    /// <param name="chosen">The steps.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">[n, d], overwritten.</param>
    public abstract void Gradients(Tensor rows, Tensor seen, ChosenPairs chosen, IHeadLoss<T> loss, Tensor gradients);

    /// <summary>Takes what was seen in a rollout into statistics that are parameters, where the policy keeps some.</summary>
    /// <param name="theta">The agent's row, [d].</param>
    /// <param name="seen">[T B, m].</param>
    public virtual void Adapt(Span<T> theta, ReadOnlySpan<T> seen) { }

    /// <summary>Frees what acting holds.</summary>
    public abstract void Dispose();
}
