using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Policies.Networks;
using static TorchSharp.torch;

namespace FedPG.Policies.Episodic;

/// <summary>
/// A policy for environments that are stepped. It is used in two ways: to act, through an <see cref="IActor{T}"/> that records nothing, and
/// to be differentiated, through <see cref="StateActionPolicy.Evaluate"/> over all pairs met. Both see the same head of an observation.
/// </summary>
public abstract class EpisodicPolicy : StateActionPolicy
{
    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="actionSize">The numbers in an action.</param>
    /// <param name="headSize">The numbers in a head.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="layout">What lies where in a row.</param>
    protected EpisodicPolicy(
        string kind, ObservationEncoding encoding, int actionSize, int headSize, TensorFormat format, ParameterLayout layout)
        : this(kind, encoding, actionSize, headSize, format, layout, memory: 0) { }

    /// <summary>Creates a policy that remembers.</summary>
    private protected EpisodicPolicy(
        string kind, ObservationEncoding encoding, int actionSize, int headSize, TensorFormat format, ParameterLayout layout, int memory)
        : base(kind, encoding.Size + (memory == 0 ? 0 : 1 + memory), actionSize, format, layout, encoding.Contexts) =>
            (Encoding, HeadSize, MemorySize) = (encoding, headSize, memory);

    /// <summary>What is seen of an observation.</summary>
    public ObservationEncoding Encoding { get; }

    /// <summary>The numbers in a head.</summary>
    public int HeadSize { get; }

    /// <summary>
    /// The numbers that it remembers from step to step of an episode, 0 for none. What it sees of a step is then what is observed, 1 where
    /// the episode goes on and 0 where it begins, and what it remembers, 0 at first; heads hold what it remembers next, in front of the
    /// value. Heads of steps depend on nothing else, so whoever plays keeps the memory.
    /// </summary>
    internal int MemorySize { get; }

    /// <inheritdoc/>
    internal override int ContextInputs => Encoding.ContextNumbers;

    /// <summary>
    /// Whether the last number of a head is V(o), the value of what is observed, which a critic learns; false by default.
    /// </summary>
    public virtual bool HasValues => false;

    /// <summary>The numbers of a head that actions follow from: all but what is remembered and the value.</summary>
    public int ActorHeadSize => HeadSize - MemorySize - (HasValues ? 1 : 0);

    /// <summary>
    /// What keeps running statistics of what is seen in the first columns of a row, for whoever plays rollouts; null where nothing does.
    /// </summary>
    internal virtual NormalisedNetwork? Normaliser => null;

    /// <summary>
    /// Pairs of an agent that are differentiated with one copy of its parameters. What an agent's last chunk lacks is computed for nothing,
    /// which small chunks keep small; large ones share the copy of the parameters, and the gradient, among more pairs. 1 or above, and
    /// always the same.
    /// </summary>
    public virtual int ChunkSize => Layout.Length > 32768 ? 512 : 128;

    /// <summary>The most steps for which a trajectory's stream has random numbers.</summary>
    public abstract int MaxSteps { get; }

    /// <summary>A new actor. The default runs the policy's own operations, an agent at a time.</summary>
    /// <typeparam name="T">The type of the policy's format, float or double.</typeparam>
    public virtual IActor<T> CreateActor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new TensorActor<T>(this);

    /// <summary>Its heads differentiated without torch, an agent at a time; null where autograd differentiates.</summary>
    /// <typeparam name="T">The type of the policy's format, float or double.</typeparam>
    internal virtual IHeadTraining<T>? CreateTraining<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => null;

    /// <summary>Writes what the policy sees of a step.</summary>
    /// <param name="observation">What is observed.</param>
    /// <param name="agent">The agent.</param>
    /// <param name="goesOn">Whether the step is not the first of its episode.</param>
    /// <param name="memory">What is remembered, [MemorySize].</param>
    /// <param name="seen">[ObservationSize], overwritten.</param>
    internal void See<T>(ReadOnlySpan<double> observation, int agent, bool goesOn, ReadOnlySpan<T> memory, Span<T> seen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int observed = Encoding.Size;
        Encoding.Encode(observation, agent, seen[..observed]);
        if (MemorySize == 0) return;
        seen[observed] = goesOn ? T.One : T.Zero;
        memory.CopyTo(seen[(observed + 1)..]);
    }

    /// <summary>What a head says is remembered, [MemorySize].</summary>
    /// <param name="head">The head.</param>
    internal ReadOnlySpan<T> MemoryOf<T>(ReadOnlySpan<T> head)
        where T : unmanaged => head.Slice(ActorHeadSize, MemorySize);

    /// <summary>Draws an action.</summary>
    /// <param name="head">The head of the observation.</param>
    /// <param name="key">Which random numbers to use.</param>
    /// <param name="action">The action, overwritten; it may lie outside a box, and log pi is that of the action as drawn.</param>
    /// <returns>log pi of the action.</returns>
    public abstract double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// Draws the actions of several trajectories that are at the same step: what
    /// <see cref="Draw{T}(ReadOnlySpan{T}, in ActionKey, Span{double})"/> gives each.
    /// </summary>
    /// <param name="heads">The heads of their observations, [count, HeadSize].</param>
    /// <param name="stream">The stream of the batch.</param>
    /// <param name="time">The step t.</param>
    /// <param name="trajectories">Which trajectories, [count].</param>
    /// <param name="actions">The actions, [count, ActionSize], overwritten.</param>
    /// <param name="logs">log pi of the actions, [count], overwritten; empty where nobody asks.</param>
    public virtual void Draw<T>(
        ReadOnlySpan<T> heads, in StreamKey stream, int time, ReadOnlySpan<int> trajectories, Span<double> actions, Span<double> logs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int k = 0; k < trajectories.Length; k++)
        {
            double log = Draw(heads.Slice(k * HeadSize, HeadSize), new ActionKey(stream, trajectories[k], time),
                actions.Slice(k * ActionSize, ActionSize));
            if (!logs.IsEmpty) logs[k] = log;
        }
    }

    /// <summary>The most likely action, the first of several.</summary>
    /// <param name="head">The head of the observation.</param>
    /// <param name="action">The action, overwritten; it may lie outside a box.</param>
    /// <exception cref="NotSupportedException">The policy does not say: its actions can only be drawn.</exception>
    public virtual void Mode<T>(ReadOnlySpan<T> head, Span<double> action)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        throw new NotSupportedException($"{GetName()} names no most likely action; draw one");

    /// <summary>E log pi of the actions at a head: minus the entropy.</summary>
    /// <param name="head">The head of the observation.</param>
    public abstract double MeanLog<T>(ReadOnlySpan<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Whether it gives divergences (<see cref="Divergences"/>), which algorithms that hold back policies ask for.</summary>
    public virtual bool HasDivergences => false;

    /// <summary>
    /// KL(pi_reference(.|o), pi(.|o)) of policies by their heads, [n, M]; differentiable in pi's, 0 with gradient 0 where both are the
    /// same.
    /// </summary>
    /// <param name="reference">Heads of the policy that the expectation is under, [n, M, HeadSize].</param>
    /// <param name="heads">Heads of pi, [n, M, HeadSize].</param>
    /// <exception cref="NotSupportedException">The policy gives none.</exception>
    public virtual Tensor Divergences(Tensor reference, Tensor heads) =>
        throw new NotSupportedException($"{GetName()} gives no divergences");

    /// <summary>
    /// Whether it gives the derivatives of log pi and of the entropy by the head (<see cref="Slopes"/>); false by default.
    /// </summary>
    public virtual bool HasSlopes => false;

    /// <summary>log pi of actions, pair by pair, outside of torch.</summary>
    /// <param name="heads">[M, HeadSize].</param>
    /// <param name="actions">[M, ActionSize].</param>
    /// <param name="logs">[M], overwritten.</param>
    /// <exception cref="NotSupportedException">The policy gives none.</exception>
    public virtual void Logs<T>(ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, Span<double> logs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        throw new NotSupportedException($"{GetName()} gives no slopes");

    /// <summary>
    /// The derivatives by the head of w log pi(a) + e H, pair by pair, with H the entropy of pi; 0 for the value.
    /// </summary>
    /// <param name="heads">[M, HeadSize].</param>
    /// <param name="actions">[M, ActionSize].</param>
    /// <param name="logWeights">w, [M].</param>
    /// <param name="entropyWeight">e.</param>
    /// <param name="slopes">[M, HeadSize], overwritten.</param>
    /// <returns>The sum of H over the pairs.</returns>
    /// <exception cref="NotSupportedException">The policy gives none.</exception>
    public virtual double Slopes<T>(
        ReadOnlySpan<T> heads, ReadOnlySpan<T> actions, ReadOnlySpan<double> logWeights, double entropyWeight, Span<T> slopes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        throw new NotSupportedException($"{GetName()} gives no slopes");

    /// <summary>Whether it gives tangents (<see cref="Tangents"/>), which the natural direction asks for.</summary>
    public virtual bool HasTangents => false;

    /// <summary>The derivative of the heads along directions of the parameters, [n, M, HeadSize]; call within a dispose scope.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="directions">A direction for each agent, [n, d].</param>
    /// <param name="observations">What each agent sees, [n, M, m].</param>
    /// <exception cref="NotSupportedException">The policy gives none.</exception>
    public Tensor Tangents(Tensor rows, Tensor directions, Tensor observations)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(directions);
        return First(rows.shape[0], HeadTangents([.. Split(Twinned(rows))], [.. Split(Twinned(directions))], Twinned(observations)));
    }

    /// <summary>
    /// Evaluates numbers that follow from heads and keeps what their backward pass needs, as <see cref="StateActionPolicy.Evaluate"/> does
    /// for log pi: call within a dispose scope, in any gradient mode; the rows must not change, and no other rows be evaluated, before
    /// <see cref="PolicyEvaluation.Backward"/> has run.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="observations">What each agent met, [n, M, ObservationSize].</param>
    /// <param name="ofHeads">
    /// From the heads, [n, M, HeadSize], to what is evaluated, [n, ...]. The heads of a row that is alone may come with a twin's, [2, M,
    /// HeadSize], so that its gradient takes the way it takes in any block: numbers [1, ...] that the function brings along broadcast.
    /// </param>
    public virtual PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Func<Tensor, Tensor> ofHeads)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(ofHeads);
        Tensor met = Twinned(observations);
        return Record(rows, parameters => ofHeads(Heads(parameters, met)));
    }

    /// <summary>
    /// The same of sequences, in which what is remembered comes from the step before: gradients go back to a sequence's first step.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="observations">What each agent met, [n, M, ObservationSize], a sequence's steps one after another.</param>
    /// <param name="length">The steps of a sequence; M is a multiple.</param>
    /// <param name="ofHeads">From the heads to what is evaluated.</param>
    internal PolicyEvaluation Evaluate(Tensor rows, Tensor observations, int length, Func<Tensor, Tensor> ofHeads)
    {
        if (MemorySize == 0 || length == 1) return Evaluate(rows, observations, ofHeads);
        Tensor met = Twinned(observations);
        return Record(rows, parameters => ofHeads(SequenceHeads(parameters, met, length)));
    }

    /// <summary>The heads of sequences, [n, M, HeadSize].</summary>
    private protected virtual Tensor SequenceHeads(IReadOnlyList<Tensor> parameters, Tensor observations, int length) =>
        Heads(parameters, observations);

    /// <summary>The heads [n, M, HeadSize] of observations at rows; call within a dispose scope.</summary>
    /// <param name="rows">Theta, [n, d].</param>
    /// <param name="observations">What each agent sees, [n, M, m].</param>
    public virtual Tensor Heads(Tensor rows, Tensor observations)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Heads([.. Split(rows)], observations);
    }

    /// <summary>The heads [n, M, HeadSize] of observations, from the parameters in layout order, each [n, ...shape].</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="observations">[n, M, m].</param>
    protected abstract Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations);

    /// <summary>
    /// The derivative of <see cref="Heads(IReadOnlyList{Tensor}, Tensor)"/> along directions of the parameters, [n, M, HeadSize].
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="directions">The directions, in layout order as the parameters.</param>
    /// <param name="observations">[n, M, m].</param>
    protected virtual Tensor HeadTangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor observations) =>
        throw new NotSupportedException($"{GetName()} gives no tangents");

    /// <summary>log pi [n, M] of actions.</summary>
    /// <param name="heads">[n, M, HeadSize].</param>
    /// <param name="actions">[n, M, ActionSize].</param>
    public abstract Tensor LogProbabilities(Tensor heads, Tensor actions);

    /// <inheritdoc/>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters, Tensor observations, Tensor actions) =>
        LogProbabilities(Heads(parameters, observations), actions);
}
