using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Eval;

/// <summary>A review of a trained policy, as people read it.</summary>
internal static class ReviewTable
{
    private const int MaxRows = 32;

    public static void Print(PolicyReview review)
    {
        bool estimated = review.ObjectiveError is not null, played = review.Episodes > 0,
            isReturn = review.Minimised == ObjectiveKind.Reward;
        List<FittingColumn> columns = [new(""), new(isReturn ? "discounted return" : "objective")];
        if (!estimated) columns.AddRange([new FittingColumn("optimum", Spare: 2), new FittingColumn("gap", Spare: 3)]);
        bool own = review.UniformOwnGap is not null;
        if (own) columns.Add(new FittingColumn("of its own uniform gap"));
        if (played) columns.AddRange([new FittingColumn("return"), new FittingColumn("steps", Spare: 1)]);
        bool succeeds = review.SuccessRate is not null;
        if (succeeds) columns.Add(new FittingColumn("success"));
        var table = new FittingTable($"{review.Name}: {review.Algorithm}, seed {review.Seed}, after {review.Rounds} rounds", columns);
        table.Add([
            "mean of agents", .. Objective(review.Objective, review.ObjectiveError, review.Optimum, review.Gap),
            .. Own(review.OwnGap / review.UniformOwnGap),
            .. Played(review.Return, review.ReturnError, review.MeanLength, review.MeanLengthError), .. Success(review.SuccessRate),
        ]);
        foreach (AgentReview agent in review.Agents.Take(MaxRows))
        {
            table.Add([
                agent.Name, .. Objective(agent.Objective, agent.ObjectiveError, agent.Optimum, agent.Objective - agent.Optimum),
                .. Own(agent.OwnShare),
                .. Played(agent.Played?.Return, agent.Played?.ReturnError, agent.Played?.Length, agent.Played?.LengthError),
                .. Success(agent.Played?.SuccessRate),
            ]);
        }
        if (review.Agents.Count > MaxRows) table.Add($"... {review.Agents.Count - MaxRows} more with --json");
        table.Print("--json");
        Prose.Write(isReturn
            ? $"discounted return: expected, maximised{Addition(review)}"
            : $"objective: {ObjectiveKind.InWords(review.Minimised)}{Addition(review)}");
        if (review is { OwnGap: { } left, UniformOwnGap: > 0 and { } whole, WorstOwnGap: { } worst, Agents.Count: > 1 })
        {
            string name = review.Agents.MaxBy(agent => agent.OwnShare ?? double.MinValue)!.Name;
            string shares = string.Create(CultureInfo.InvariantCulture, $"{100 * left / whole:F1} % of their own uniform gap");
            Prose.Write(string.Create(CultureInfo.InvariantCulture, $"agents keep {shares}, the worst, {name}, {100 * worst:F1} %"));
        }
        if (played)
        {
            Prose.Write(string.Create(CultureInfo.InvariantCulture,
                $"return: mean undiscounted sum of rewards of {review.Episodes:N0} episodes an agent, each of at most "
                + $"{review.Length:N0} steps; "
                + $"steps: their mean length; +-: standard errors{(succeeds ? "; success: the share that succeeded" : "")}"));
        }

        string[] Objective(double value, double? error, double? optimum, double? gap)
        {
            int sign = isReturn ? -1 : 1;
            return estimated ? [Estimate(sign * value, error, "F4")] : [Number(sign * value), Number(sign * optimum), Number(gap)];
        }

        string[] Own(double? share) =>
            own ? [share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{100 * part:F2} %") : ""] : [];
        string[] Success(double? share) => succeeds ? [string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %")] : [];
        string[] Played(double? reward, double? error, double? steps, double? stepsError) =>
            played ? [Estimate(reward, error, "F4"), Estimate(steps, stepsError, "F1")] : [];
    }

    private static string Addition(PolicyReview review) => review.ObjectiveError is not null
        ? "; estimated by the episodes that the run's evaluations play, +- its standard error"
        : ObjectiveKind.IsOfValues(review.Minimised) ? "" : "; optimum: each alone";

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";

    /// <summary>A figure with its standard error, where there is one.</summary>
    private static string Estimate(double? value, double? error, string format)
    {
        string figure = value?.ToString(format, CultureInfo.InvariantCulture) ?? "unknown";
        return error is { } e ? $"{figure} +- {e.ToString("G2", CultureInfo.InvariantCulture)}" : figure;
    }
}
