using FedPG.Core.Streams;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// The order in which an agent's steps are gone through: a new permutation in every pass, a function of the stream's key alone, cut into
/// pieces whose sizes differ by one at most. One thread at a time.
/// </summary>
/// <param name="agents">n.</param>
/// <param name="pairs">The steps of an agent.</param>
/// <param name="plan">Passes and sizes.</param>
/// <param name="sequences">The sequences of steps that stay together, which are then what is permuted; single steps by default.</param>
internal sealed class Minibatches(int agents, int pairs, UpdatePlan plan, RolloutSequences sequences = default)
{
    private readonly int _units = pairs / sequences.Steps;
    private readonly int[] _order = new int[agents * (pairs / sequences.Steps)];
    private readonly int _pieces = Math.Min(plan.MinibatchesOf(pairs), pairs / sequences.Steps);

    /// <summary>The updates of a rollout.</summary>
    public int Count => plan.Epochs * _pieces;

    /// <summary>The steps of an update.</summary>
    /// <param name="update">Which.</param>
    public int SizeOf(int update) => UnitsOf(update) * sequences.Steps;

    /// <summary>Makes the permutation of the pass that an update begins; nothing where it begins none.</summary>
    /// <param name="update">Which update.</param>
    /// <param name="row">The agent's row.</param>
    /// <param name="key">The agent's stream.</param>
    public void Shuffle(int update, int row, in StreamKey key)
    {
        if (update % _pieces != 0) return;
        Span<int> order = _order.AsSpan(row * _units, _units);
        for (int k = 0; k < _units; k++) order[k] = k;
        // With one piece the order is of no account, but for rounding.
        if (_pieces == 1) return;
        StreamKey own = key with { Purpose = StreamPurpose.Minibatches };
        for (int k = _units - 1; k > 0; k--)
        {
            (uint w0, _, _, _) = own.Draw(update, k);
            int other = (int)(((ulong)w0 * (ulong)(k + 1)) >> 32);
            (order[k], order[other]) = (order[other], order[k]);
        }
    }

    /// <summary>The steps, or the sequences, of an update of an agent.</summary>
    /// <param name="update">Which update.</param>
    /// <param name="row">The agent's row.</param>
    public ReadOnlySpan<int> Of(int update, int row) =>
        _order.AsSpan((row * _units) + Start(update % _pieces), UnitsOf(update));

    /// <summary>Writes the steps of an update of an agent, a sequence's one after another.</summary>
    /// <param name="update">Which update.</param>
    /// <param name="row">The agent's row.</param>
    /// <param name="chosen">As many as <see cref="SizeOf"/> says, overwritten.</param>
    public void Write(int update, int row, Span<int> chosen)
    {
        ReadOnlySpan<int> units = Of(update, row);
        int steps = sequences.Steps;
        for (int k = 0; k < chosen.Length; k++) chosen[k] = sequences.PairOf(units[k / steps], k % steps);
    }

    private int UnitsOf(int update) => End(update % _pieces) - Start(update % _pieces);

    private int Start(int piece) => (int)((long)piece * _units / _pieces);

    private int End(int piece) => Start(piece + 1);
}
