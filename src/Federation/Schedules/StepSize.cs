using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Federation.Schedules;

/// <summary>
/// The local step size eta: a number, which stands for <see cref="ConstantStepSize"/>, or a schedule by rounds. Immutable.
/// </summary>
[OptionVariants(
    "schedule", typeof(ConstantStepSize), typeof(Theorem2StepSize), typeof(Theorem3StepSize), typeof(InverseStepSize),
    typeof(CosineStepSize),
    typeof(GeometricStepSize), Meaning = "how eta goes by rounds", NumberStandsFor = nameof(ConstantStepSize.Value))]
public abstract record StepSize
{
    private protected StepSize() { }

    /// <summary>The same eta in every round.</summary>
    /// <param name="value">eta, above 0.</param>
    public static implicit operator StepSize(double value) => FromDouble(value);

    /// <summary>The same eta in every round.</summary>
    /// <param name="value">eta, above 0.</param>
    public static StepSize FromDouble(double value) => new ConstantStepSize { Value = value };

    /// <summary>eta of a round.</summary>
    /// <param name="round">t, 0 for the first.</param>
    /// <param name="run">N, H and T.</param>
    internal abstract double At(int round, in StepSizeSchedule run);

    /// <summary>Notes what is wrong with options together, or with the run they are for.</summary>
    /// <param name="section">Where they were read.</param>
    /// <param name="run">N, H and T.</param>
    internal virtual void Check(OptionReader section, in StepSizeSchedule run) { }
}

/// <summary>The same eta in every round.</summary>
[Word("constant")]
public sealed record ConstantStepSize : StepSize
{
    /// <summary>eta, above 0; 0.1 by default.</summary>
    [Option("eta", Minimum = 0, OpenMinimum = true)]
    public double Value { get; init; } = 0.1;

    internal override double At(int round, in StepSizeSchedule run) => Value;
}

/// <summary>An eta that a theorem of the paper chooses.</summary>
public abstract record TheoremStepSize : StepSize
{
    private protected TheoremStepSize() { }

    /// <summary>What the theorem's eta is multiplied by, above 0; 1 by default.</summary>
    [Option("what the theorem's eta is multiplied by", Minimum = 0, OpenMinimum = true)]
    public double Factor { get; init; } = 1;

    /// <inheritdoc/>
    /// <remarks>A theorem's eta is computed, so it may leave the range that a given one is held to.</remarks>
    internal override void Check(OptionReader section, in StepSizeSchedule run)
    {
        double eta = At(0, run);
        if (!NumberRange.Positive.Contains(eta))
            section.Reject("schedule",
                string.Create(CultureInfo.InvariantCulture, $"gives eta = {eta:R} here; it must be {NumberRange.Positive}"));
    }
}

/// <summary>
/// The choice below Theorem 2, eta = 4 log(N H T) / (mu H T), in every round; T = 0 counts as 1. It is 0 where N = H = T = 1.
/// </summary>
[Word("theorem-2")]
public sealed record Theorem2StepSize : TheoremStepSize
{
    /// <summary>mu, the constant of gradient domination, Eq. (12); above 0. It must be given.</summary>
    [Option("the constant of gradient domination, Eq. (12)", Minimum = 0, OpenMinimum = true)]
    public double? Mu { get; init; }

    internal override double At(int round, in StepSizeSchedule run)
    {
        double steps = (double)run.LocalSteps * Math.Max(run.Rounds, 1);
        return Factor * 4 * Math.Log(run.Agents * steps) / ((Mu ?? 1) * steps);
    }

    internal override void Check(OptionReader section, in StepSizeSchedule run)
    {
        if (!section.Has("mu")) section.Reject("mu", $"is needed by the schedule \"theorem-2\": {NumberRange.Positive}");
        base.Check(section, run);
    }
}

/// <summary>The choice below Theorem 3, eta = (4 / H) sqrt(N H / T), in every round; T = 0 counts as 1.</summary>
[Word("theorem-3")]
public sealed record Theorem3StepSize : TheoremStepSize
{
    internal override double At(int round, in StepSizeSchedule run) =>
        Factor * 4 / run.LocalSteps * Math.Sqrt((double)run.Agents * run.LocalSteps / Math.Max(run.Rounds, 1));
}

/// <summary>from / (1 + t / delay).</summary>
[Word("1/t")]
public sealed record InverseStepSize : StepSize
{
    /// <summary>eta in round 0, above 0; 0.1 by default.</summary>
    [Option("eta in round 0", Minimum = 0, OpenMinimum = true)]
    public double From { get; init; } = 0.1;

    /// <summary>The round in which eta is half of that, above 0; 100 by default.</summary>
    [Option("the round in which eta is half of it", Minimum = 0, OpenMinimum = true)]
    public double Delay { get; init; } = 100;

    internal override double At(int round, in StepSizeSchedule run) => From / (1 + (round / Delay));
}

/// <summary>Half a period of a cosine, and constant from then on.</summary>
[Word("cosine")]
public sealed record CosineStepSize : StepSize
{
    /// <summary>eta in round 0, above 0; 0.1 by default.</summary>
    [Option("eta in round 0", Minimum = 0, OpenMinimum = true)]
    public double From { get; init; } = 0.1;

    /// <summary>eta at the end, 0 or more; 0 by default.</summary>
    [Option("eta at the end", Minimum = 0)]
    public double To { get; init; }

    /// <summary>The first round at the end value, 1 or more; null (the default) for T.</summary>
    [Option("the first round at the end value; the number of rounds where it is not given", Minimum = 1, Maximum = 100_000_000)]
    public int? Until { get; init; }

    internal override double At(int round, in StepSizeSchedule run)
    {
        int until = Until ?? Math.Max(run.Rounds, 1);
        return round >= until ? To : To + ((From - To) * (1 + Math.Cos(Math.PI * round / until)) / 2);
    }

    internal override void Check(OptionReader section, in StepSizeSchedule run)
    {
        if (!section.Has("until")) section.Resolved["until"] = Math.Max(run.Rounds, 1);
    }
}

/// <summary>from ratio^t, and never more than a limit.</summary>
[Word("geometric")]
public sealed record GeometricStepSize : StepSize
{
    /// <summary>eta in round 0, above 0; 0.1 by default.</summary>
    [Option("eta in round 0", Minimum = 0, OpenMinimum = true)]
    public double From { get; init; } = 0.1;

    /// <summary>The growth from round to round, above 0; 1.1 by default. Below 1 it decays.</summary>
    [Option("what eta is multiplied by from round to round; 1 / gamma for policy mirror descent", Minimum = 0, OpenMinimum = true)]
    public double Ratio { get; init; } = 1.1;

    /// <summary>The limit, at least <see cref="From"/>; null (the default) for 10^12, or <see cref="From"/> where that is larger.</summary>
    [Option("eta is never more than this", Key = "most")]
    public double? Maximum { get; init; }

    private double Limit => Maximum ?? Math.Max(1e12, From);

    internal override double At(int round, in StepSizeSchedule run) => Math.Min(From * Math.Pow(Ratio, round), Limit);

    internal override void Check(OptionReader section, in StepSizeSchedule run)
    {
        if (!section.Has("most")) section.Resolved["most"] = Limit;
        else if (Maximum < From) section.Reject("most", $"must be {new NumberRange(From, double.PositiveInfinity)}");
    }
}
