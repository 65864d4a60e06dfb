using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>Top-k sparsification: of every row the k entries of largest magnitude are sent, the rest counts as 0.</summary>
/// <param name="Amount">k as a whole number from 1 on, or as a share of the row below 1, rounded up; 0 for no sparsification.</param>
internal readonly record struct TopK(double Amount)
{
    private const int MaxEntries = 1 << 28;

    /// <summary>Whether everything is sent.</summary>
    public bool IsNone => Amount == 0;

    /// <summary>What an amount may be, in words for messages.</summary>
    internal static string Allowed => $"must be 0 for all, a share below 1, or a whole number of entries up to {MaxEntries}";

    /// <summary>Whether a number of at least 0 is an amount.</summary>
    internal static bool IsAmount(double amount) => amount <= 1 || (amount == Math.Floor(amount) && amount <= MaxEntries);

    /// <summary>k for rows of d entries; null where all are sent.</summary>
    public int? EntriesOf(long d)
    {
        if (IsNone) return null;
        double k = Amount < 1 ? Math.Ceiling(Amount * d) : Amount;
        return k >= d ? null : Math.Max(1, (int)k);
    }

    /// <summary>Rows [..., d] with all but their k largest entries put to 0; of equals, those of lower index are kept.</summary>
    public Tensor Of(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (EntriesOf(rows.shape[^1]) is not { } k) return rows;
        (_, Tensor order) = sort(rows.abs(), dim: -1, descending: true, stable: true);
        Tensor kept = order.narrow(-1, 0, k);
        return zeros_like(rows).scatter_(-1, kept, rows.gather(-1, kept));
    }
}
