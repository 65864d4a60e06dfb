using FedPG.Comparison.Plan;
using FedPG.Envs.Options;
using FedPG.Federation;
using FedPG.Federation.Experiment;
using TorchSharp;

namespace FedPG.Comparison.Running;

/// <summary>
/// What the rounds of an experiment cost, measured on a throw-away run of its first two. Where the cost of a round varies, as with agents that
/// take part at random, it is the mean of the two.
/// </summary>
/// <param name="First">What is used before the first round, in the budget's unit.</param>
/// <param name="Round">What a round uses.</param>
public sealed record RoundCosts(double First, double Round)
{
    private const int Probed = 2;

    /// <summary>The most rounds that fit into a budget.</summary>
    /// <param name="plan">The comparison.</param>
    /// <param name="reader">Reads experiments.</param>
    /// <param name="contender">The algorithm.</param>
    /// <param name="tuned">Settings that tuning gave, or tries.</param>
    /// <returns>null where the experiment's own number stands: without a budget, and for one of seconds.</returns>
    /// <exception cref="InvalidInputException">Not even one fits, or rounds use nothing of what is budgeted.</exception>
    public static int? RoundsWithin(ComparisonPlan plan, ExperimentReader reader, Contender contender, IReadOnlyList<Setting> tuned)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(contender);
        if (plan.Budget is not { Kind: not BudgetKind.Seconds } budget) return null;
        if (budget.Kind == BudgetKind.Rounds) return (int)budget.Amount;
        // One that diverges at once ends by itself, whatever its budget.
        if (Measure(plan.Read(reader, contender, plan.Seeds[0], tuned, Probed), budget.Kind) is not { } costs) return null;
        string unit = Budget.Kinds[(int)budget.Kind];
        if (costs.Round <= 0)
            throw new InvalidInputException(new Fault(Budget.Source, "", budget.ToString(), $"never ends {contender.Label}, whose rounds use no {unit} that are counted; choose another budget, as rounds=N"));
        double rounds = Math.Floor((budget.Amount - costs.First) / costs.Round);
        if (rounds < 1)
        {
            string first = costs.First > 0 ? $", and {costs.First:F0} before the first" : "";
            throw new InvalidInputException(new Fault(Budget.Source, "", budget.ToString(), $"is too little for one round of {contender.Label}, which uses {costs.Round:F0} {unit}{first}"));
        }
        return (int)Math.Min(rounds, 100_000_000);
    }

    private static RoundCosts? Measure(Experiment experiment, BudgetKind kind)
    {
        // Neither evaluation nor diagnosis changes what a round uses.
        using var federation = new Federation.Federation(experiment with { EvaluateEvery = int.MaxValue, DiagnoseEvery = 0 }, new ExecutionOptions(1, torch.CPU), TimeProvider.System);
        var used = new List<double>();
        try
        {
            federation.Run(new Meter(report => used.Add(kind == BudgetKind.Bytes ? report.BytesUp + report.BytesDown : federation.Trajectories)), checkpoint: null, CancellationToken.None);
        }
        catch (Exception e) when (Outcomes.IsDivergence(e))
        {
            // What the rounds before it used is known.
        }
        return used.Count < 2 ? null : new RoundCosts(used[0], (used[^1] - used[0]) / (used.Count - 1));
    }

    private sealed class Meter(Action<RoundReport> report) : IRoundSink
    {
        public void Report(RoundReport round) => report(round);
    }
}
