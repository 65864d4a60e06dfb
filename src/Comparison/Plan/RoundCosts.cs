using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using TorchSharp;

namespace FedPG.Comparison.Plan;

/// <summary>
/// What the rounds of an experiment cost, measured on a throw-away run: of its first two rounds where all cost the same, else of as many as
/// a budget allows, by the comparison's first seed.
/// </summary>
internal static class RoundCosts
{
    private const int Probed = 2, MaxProbed = 10_000;

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
        Experiment experiment = plan.Read(reader, contender, plan.Seeds[0], tuned, Probed);
        bool varies = budget.Kind == BudgetKind.Bytes ? !experiment.Federation.Participation.IsEveryone : !experiment.Federation.IsPlain;
        if (varies) experiment = plan.Read(reader, contender, plan.Seeds[0], tuned, MaxProbed);
        List<double> used = Measure(experiment, budget);
        // One that diverges at once ends by itself, whatever its budget.
        if (used.Count < 2) return null;
        string unit = Budget.Kinds[(int)budget.Kind];
        double first = used[0], round = (used[^1] - first) / (used.Count - 1);
        if (round <= 0)
            throw new InvalidInputException(new ValidationError(Budget.Source, "", budget.ToString(),
                $"never ends {contender.Label}, whose rounds use no {unit} that are counted; choose another budget, as rounds=N"));
        double rounds = used.FindIndex(u => u > budget.Amount) is var over and >= 0
            ? over - 1 : Math.Floor((budget.Amount - first) / round);
        if (rounds < 1)
        {
            string before = first > 0 ? $", and {first:F0} before the first" : "";
            throw new InvalidInputException(new ValidationError(Budget.Source, "", budget.ToString(),
                $"is too little for one round of {contender.Label}, which uses {used[1] - first:F0} {unit}{before}"));
        }
        return (int)Math.Min(rounds, 100_000_000);
    }

    /// <summary>What is used before the first round and by the end of each, in the budget's unit, as far as the budget lasts.</summary>
    private static List<double> Measure(Experiment experiment, Budget budget)
    {
        // Neither evaluation nor diagnosis changes what a round uses.
        using var federation = new TrainingLoop(experiment with { EvaluateEvery = int.MaxValue, DiagnoseEvery = 0, StopAt = null },
            new ExecutionOptions(1, torch.CPU), TimeProvider.System);
        using var spent = new CancellationTokenSource();
        var used = new List<double>();
        try
        {
            federation.Run(new Meter(Note), checkpoint: null, spent.Token);
        }
        catch (Exception e) when (DivergedException.Behind(e) is not null)
        {
            // What the rounds before it used is known.
        }
        return used;

        void Note(RoundReport report)
        {
            used.Add(budget.Kind == BudgetKind.Bytes ? report.BytesUp + report.BytesDown : federation.Trajectories);
            if (used.Count > 1 && used[^1] > budget.Amount) spent.Cancel();
        }
    }

    private sealed class Meter(Action<RoundReport> report) : IRoundSink
    {
        public void Report(RoundReport round) => report(round);
    }
}
