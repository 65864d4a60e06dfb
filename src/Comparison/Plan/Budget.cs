using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Comparison.Plan;

/// <summary>What a budget counts.</summary>
internal enum BudgetKind
{
    /// <summary>Communication rounds.</summary>
    Rounds,

    /// <summary>Trajectories that all agents together sample for gradients.</summary>
    Trajectories,

    /// <summary>Bytes that all agents together send and receive.</summary>
    Bytes,

    /// <summary>Wall-clock seconds of training, evaluation and logs included.</summary>
    Seconds,
}

/// <summary>
/// What every run of a comparison may use. Rounds, trajectories and bytes are turned into a number of rounds before anything is run (see
/// <see cref="RoundCosts"/>): the most that fit in, so that a budget is never exceeded. Seconds end a run at the first round boundary at
/// which they are over; how many rounds that gives depends on the machine, so such results are not reproducible to the bit.
/// </summary>
/// <param name="Kind">What is counted.</param>
/// <param name="Amount">How much of it; a whole number except for seconds.</param>
internal sealed record Budget(BudgetKind Kind, double Amount)
{
    /// <summary>The option, as errors name it.</summary>
    public const string Source = "--budget";

    private const double MaxRounds = 100_000_000, Max = 1e15;

    /// <summary>The kinds as users write them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Enum.GetNames<BudgetKind>().Select(k => k.ToLowerInvariant())];

    /// <summary>Reads <c>kind=amount</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Takes the error.</param>
    /// <returns>null where there was one.</returns>
    public static Budget? Parse(string text, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        string form = $"must be {string.Join(" or ", Kinds.Select(k => $"{k}=N"))}";
        if (ArgumentText.Assignment(text) is not { } parts)
        {
            errors.Add(new ValidationError(Source, "", text, form));
            return null;
        }
        if (!Kinds.Contains(parts.Key))
        {
            errors.Add(new ValidationError(Source, "", parts.Key,
                $"cannot be budgeted; the nearest is \"{NearestName.Of(parts.Key, Kinds)}\"; {form}"));
            return null;
        }
        BudgetKind kind = Enum.Parse<BudgetKind>(parts.Key, ignoreCase: true);
        double most = kind == BudgetKind.Rounds ? MaxRounds : Max;
        bool number = double.TryParse(parts.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double amount) && amount > 0
            && amount <= most;
        if (!number || (kind != BudgetKind.Seconds && amount != Math.Floor(amount)))
        {
            string range = string.Create(CultureInfo.InvariantCulture,
                $"{(kind == BudgetKind.Seconds ? "a number above 0, up to" : "a whole number from 1 to")} {most:F0}");
            errors.Add(new ValidationError(Source, "", text, $"{parts.Key} must be {range}"));
            return null;
        }
        return new Budget(kind, amount);
    }

    /// <summary>The budget as it is written: <c>bytes=1000000</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kinds[(int)Kind]}={Written}");

    private string Written =>
        Kind == BudgetKind.Seconds
            ? Amount.ToString("R", CultureInfo.InvariantCulture)
            : Amount.ToString("F0", CultureInfo.InvariantCulture);
}
