using System.Numerics;
using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// Two networks that see the same and share nothing, an actor's and a critic's: the outputs of the second stand behind those of the first,
/// and so do its parameters, with <c>critic.</c> before their names. Immutable.
/// </summary>
/// <param name="actor">The first network.</param>
/// <param name="critic">The second one, with the same inputs.</param>
internal sealed class TwoNetworks(RowNetwork actor, RowNetwork critic) : RowNetwork
{
    /// <summary>What the names of the critic's parameters begin with.</summary>
    public const string CriticPrefix = "critic.";

    private readonly int _own = actor.Parameters.Count;

    /// <inheritdoc/>
    public override int Inputs => actor.Inputs;

    /// <inheritdoc/>
    public override int Outputs => actor.Outputs + critic.Outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; } =
        [.. actor.Parameters, .. critic.Parameters.Select(parameter => (CriticPrefix + parameter.Name, parameter.Shape))];

    /// <inheritdoc/>
    public override bool HasTangents => actor.HasTangents && critic.HasTangents;

    /// <summary>The first network.</summary>
    internal RowNetwork Actor => actor;

    /// <summary>The second network.</summary>
    internal RowNetwork Critic => critic;

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return cat([actor.Forward(parameters, x), critic.Forward(Behind(parameters), x)], -1);
    }

    /// <inheritdoc/>
    public override Tensor Tangents(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> directions, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(directions);
        return cat([actor.Tangents(parameters, directions, x), critic.Tangents(Behind(parameters), Behind(directions), x)], -1);
    }

    /// <inheritdoc/>
    /// <remarks>The critic takes its numbers from another round of the stream than the actor.</remarks>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        actor.Initialise(key, parameters[..actor.Length]);
        critic.Initialise(key with { Round = key.Round + 1 }, parameters.Slice(actor.Length, critic.Length));
    }

    /// <inheritdoc/>
    public override IActor<T>? CreateActor<T>() =>
        actor.CreateActor<T>() is { } first && critic.CreateActor<T>() is { } second ? new Both<T>(this, first, second) : null;

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>() =>
        actor.CreateTraining<T>() is { } first && critic.CreateTraining<T>() is { } second ? new BothTrained<T>(this, first, second) : null;

    private List<Tensor> Behind(IReadOnlyList<Tensor> parameters) => [.. parameters.Skip(_own)];

    private sealed class Both<T>(TwoNetworks networks, IActor<T> first, IActor<T> second) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _length = networks.Actor.Length;
        private readonly int _acting = networks.Actor.Outputs, _judging = networks.Critic.Outputs;
        private T[] _outputs = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            first.SetParameters(theta);
            second.SetParameters(theta[_length..]);
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            int most = Math.Max(_acting, _judging);
            if (_outputs.Length < count * most) _outputs = new T[count * most];
            first.Heads(observations, count, _outputs);
            Spread(_outputs, _acting, 0, count, heads);
            second.Heads(observations, count, _outputs);
            Spread(_outputs, _judging, _acting, count, heads);
        }

        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }

        private void Spread(ReadOnlySpan<T> outputs, int size, int at, int count, Span<T> heads)
        {
            int stride = _acting + _judging;
            for (int r = 0; r < count; r++) outputs.Slice(r * size, size).CopyTo(heads[((r * stride) + at)..]);
        }
    }

    private sealed class BothTrained<T>(TwoNetworks networks, IHeadTraining<T> first, IHeadTraining<T> second) : IHeadTraining<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int _length = networks.Actor.Length;
        private readonly int _acting = networks.Actor.Outputs, _judging = networks.Critic.Outputs;
        private T[] _one = [], _other = [];
        private int _count;

        public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs)
        {
            if (_one.Length < count * _acting) (_one, _other) = (new T[count * _acting], new T[count * _judging]);
            _count = count;
            first.Forward(theta, seen, count, _one);
            second.Forward(theta[_length..], seen, count, _other);
            for (int r = 0; r < count; r++)
            {
                Span<T> head = outputs.Slice(r * (_acting + _judging), _acting + _judging);
                _one.AsSpan(r * _acting, _acting).CopyTo(head);
                _other.AsSpan(r * _judging, _judging).CopyTo(head[_acting..]);
            }
        }

        public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient)
        {
            for (int r = 0; r < _count; r++)
            {
                ReadOnlySpan<T> head = weights.Slice(r * (_acting + _judging), _acting + _judging);
                head[.._acting].CopyTo(_one.AsSpan(r * _acting));
                head[_acting..].CopyTo(_other.AsSpan(r * _judging));
            }
            first.Backward(seen, _one, gradient);
            second.Backward(seen, _other, gradient[_length..]);
        }
    }
}
