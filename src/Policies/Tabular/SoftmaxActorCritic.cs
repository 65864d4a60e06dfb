using FedPG.Core.Streams;
using FedPG.Policies.Networks;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// A softmax policy over listed states with a critic: the critic is a policy of the same make with one action, whose logits are V(s), or
/// one logit more of the policy itself, so that all layers but the last are shared. The policy's own log pi and their gradients are those
/// it has without a critic.
/// </summary>
internal sealed class SoftmaxActorCritic : SoftmaxPolicy
{
    private readonly SoftmaxPolicy _actor;
    private readonly SoftmaxPolicy? _critic;
    private readonly int _own;

    /// <summary>Joins the two.</summary>
    /// <param name="actor">The policy; with one action too many where there is no critic: its last logit is V. Disposed with this
    /// one.</param>
    /// <param name="critic">V(s) as the logits of one action; null where the policy gives it. Disposed with this one.</param>
    public SoftmaxActorCritic(SoftmaxPolicy actor, SoftmaxPolicy? critic)
        : base(
            Given(actor).GetName(), actor.States, critic is null ? actor.Actions - 1 : actor.Actions, actor.Format, Joined(actor, critic),
            actor.Contexts) => (_actor, _critic, _own) = (actor, critic, actor.Layout.Slices.Count);

    /// <summary>A policy with what learns its values.</summary>
    /// <param name="critic">What that is; null for nothing.</param>
    /// <param name="actions">A.</param>
    /// <param name="create">Makes a policy of a number of actions.</param>
    internal static SoftmaxPolicy Of(CriticKind? critic, int actions, Func<int, SoftmaxPolicy> create) => critic switch
    {
        CriticKind.Own => new SoftmaxActorCritic(create(actions), create(1)),
        CriticKind.Shared => new SoftmaxActorCritic(create(actions + 1), null),
        _ => create(actions),
    };

    /// <inheritdoc/>
    /// <remarks>The critic takes its numbers from another round of the stream than the actor.</remarks>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] declared = new double[Layout.Length];
        _actor.Layout.Unfold(_actor.InitialParameters(key), declared.AsSpan());
        _critic?.Layout.Unfold(_critic.InitialParameters(key with { Round = key.Round + 1 }), declared.AsSpan(_actor.Layout.Length));
        return Layout.Fold(declared);
    }

    /// <inheritdoc/>
    public override double[] InitialPersonal(ReadOnlySpan<double> common, StreamKey key) =>
        Embeddings.Fill(Layout, base.InitialPersonal(common, key), key);

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent)
    {
        if (_actor.TouchedBy(agent) is not { } acting) return null;
        bool[] judging = _critic?.TouchedBy(agent) ?? [], touched = new bool[Layout.SharedLength];
        for (int k = 0; k < Layout.Slices.Count; k++)
        {
            ParameterSlice slice = Layout.Slices[k];
            if (slice.IsPersonal) continue;
            bool own = k < _own;
            int offset = own ? _actor.Layout.Slices[k].Offset : _critic!.Layout.Slices[k - _own].Offset;
            (own ? acting : judging).AsSpan(offset, slice.Length).CopyTo(touched.AsSpan(slice.Offset));
        }
        return touched;
    }

    /// <summary>
    /// Logits and values, [n, S, A + 1] with V(s) last, with what their backward pass needs: as
    /// <see cref="TabularPolicy.Evaluate(Tensor)"/>.
    /// </summary>
    /// <param name="rows">Theta, [n, d].</param>
    public PolicyEvaluation EvaluateWithValues(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        RequireServed(rows);
        return Record(rows, Heads);
    }

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return _critic is null ? _actor.LogitsOf(parameters).narrow(2, 0, Actions) : _actor.LogitsOf([.. parameters.Take(_own)]);
    }

    /// <inheritdoc/>
    private protected override void OnServe(IReadOnlyList<int> agents)
    {
        _actor.Serve(agents);
        _critic?.Serve(agents);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _actor.Dispose();
            _critic?.Dispose();
        }
        base.Dispose(disposing);
    }

    private static SoftmaxPolicy Given(SoftmaxPolicy actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor;
    }

    private static ParameterLayout Joined(SoftmaxPolicy actor, SoftmaxPolicy? critic)
    {
        IEnumerable<(string, long[])> own = actor.Layout.Slices.Select(slice => (slice.Name, slice.Shape));
        IEnumerable<(string, long[])> more = critic?.Layout.Slices.Select(slice => (TwoNetworks.CriticPrefix + slice.Name, slice.Shape))
            ?? [];
        string[] personal =
        [
            .. actor.Layout.Slices.Where(slice => slice.IsPersonal).Select(slice => slice.Name),
            .. critic?.Layout.Slices.Where(slice => slice.IsPersonal).Select(slice => TwoNetworks.CriticPrefix + slice.Name) ?? [],
        ];
        return new ParameterLayout(
            [.. own, .. more], actor.Layout.Slices.Any(slice => slice.View.Length != slice.Shape.Length), personal.Contains);
    }

    private Tensor Heads(IReadOnlyList<Tensor> parameters) => _critic is null
        ? _actor.LogitsOf(parameters)
        : cat([_actor.LogitsOf([.. parameters.Take(_own)]), _critic.LogitsOf([.. parameters.Skip(_own)])], 2);
}
