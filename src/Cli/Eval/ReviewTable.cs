using System.Globalization;
using FedPG.Experiments.Runs;
using FedPG.Federation.Evaluation;
using Spectre.Console;

namespace FedPG.Cli.Eval;

/// <summary>A review of a trained policy, as people read it.</summary>
internal static class ReviewTable
{
    private const int MaxRows = 32;

    /// <summary>What a file or a pipe may hold in a line; a terminal says itself.</summary>
    private const int RedirectedWidth = 180;

    public static void Print(PolicyReview review)
    {
        bool estimated = review.ObjectiveError is not null, played = review.Episodes > 0;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected) console.Profile.Width = RedirectedWidth;
        var table = new Table
        {
            Border = TableBorder.Simple,
            Title = new TableTitle($"{review.Name}: {review.Algorithm}, seed {review.Seed}, after {review.Rounds} rounds".EscapeMarkup()),
        };
        table.AddColumns(new TableColumn("").NoWrap(), Right("objective"));
        if (!estimated) table.AddColumns(Right("optimum"), Right("gap"));
        bool own = review.UniformOwnGap is not null;
        if (own) table.AddColumn(Right("of its own uniform gap"));
        if (played) table.AddColumns(Right("return"), Right("steps"));
        table.AddRow([
            "mean of agents", .. Objective(review.Objective, review.ObjectiveError, review.Optimum, review.Gap),
            .. Own(review.OwnGap / review.UniformOwnGap),
            .. Played(review.Return, review.ReturnError, review.MeanLength, review.MeanLengthError),
        ]);
        foreach (AgentReview agent in review.Agents.Take(MaxRows))
        {
            table.AddRow([
                agent.Name.EscapeMarkup(), .. Objective(agent.Objective, agent.ObjectiveError, agent.Optimum,
                    agent.Objective - agent.Optimum),
                .. Own(agent.OwnShare),
                .. Played(agent.Played?.Return, agent.Played?.ReturnError, agent.Played?.Length, agent.Played?.LengthError),
            ]);
        }
        if (review.Agents.Count > MaxRows) table.AddRow($"... {review.Agents.Count - MaxRows} more with --json");
        console.Write(table);
        Console.WriteLine($"objective: {Meaning(review)}");
        if (review is { OwnGap: { } left, UniformOwnGap: > 0 and { } whole, WorstOwnGap: { } worst, Agents.Count: > 1 })
        {
            string name = review.Agents.MaxBy(agent => agent.OwnShare ?? double.MinValue)!.Name;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"agents keep {100 * left / whole:F1} % of their own uniform gap, the worst, {name}, {100 * worst:F1} %"));
        }
        if (played)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"return: mean undiscounted sum of rewards of {review.Episodes:N0} episodes an agent, "
                    + $"each of at most {review.Length:N0} steps; steps: their mean length; +-: standard errors"));
        }

        string[] Own(double? share) =>
            own ? [share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{100 * part:F2} %") : ""] : [];
        string[] Objective(double value, double? error, double? optimum, double? gap) =>
            estimated ? [Estimate(value, error, "F4")] : [Number(value), Number(optimum), Number(gap)];
        string[] Played(double? reward, double? error, double? steps, double? stepsError) =>
            played ? [Estimate(reward, error, "F4"), Estimate(steps, stepsError, "F1")] : [];
    }

    private static string Meaning(PolicyReview review)
    {
        string estimate = review.ObjectiveError is null
            ? ""
            : "; estimated by the episodes that the run's evaluations play, +- its standard error";
        string own = review.ObjectiveError is not null || ObjectiveKind.IsOfValues(review.Minimised)
            ? ""
            : "; an agent's optimum is what it could reach alone";
        return ObjectiveKind.InWords(review.Minimised) + own + estimate;
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned().NoWrap();

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";

    /// <summary>A figure with its standard error, where there is one.</summary>
    private static string Estimate(double? value, double? error, string format)
    {
        string figure = value?.ToString(format, CultureInfo.InvariantCulture) ?? "unknown";
        return error is { } e ? $"{figure} +- {e.ToString("G2", CultureInfo.InvariantCulture)}" : figure;
    }
}
