using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FedPG.Envs.Sampling;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Experiment;
using FedPG.Federation.Runs;
using Spectre.Console;

namespace FedPG.Cli;

/// <summary><c>fedpg eval</c>: what the policy of a run is worth, computed again from what is in its folder.</summary>
internal static class EvalCommand
{
    private const int MostRows = 32, MostEpisodes = 100_000_000;

    private static readonly Argument<string> Folder = new("RUN_DIR") { Description = "The folder of a run that has ended or was stopped." };

    private static readonly Option<int?> Episodes = new("--episodes")
    {
        Description = "Play so many episodes for each agent too, from random numbers that training never used; gives the mean return with its standard error.",
        HelpName = "N",
    };

    private static readonly Option<int?> Length = new("--length") { Description = "Steps after which an episode is truncated (default: the experiment's gradient.horizon).", HelpName = "N" };
    private static readonly Option<bool> Json = new("--json") { Description = "The result as one JSON document on stdout." };

    public static Command Create()
    {
        CommonOptions.RequireWhole(Episodes, MostEpisodes, $"must be a whole number from 1 to {MostEpisodes}");
        CommonOptions.RequireWhole(Length, EpisodeSampler.LongestEpisode, $"must be a whole number from 1 to {EpisodeSampler.LongestEpisode}");
        var command = new Command("eval", "Evaluates the policy of a run again: exactly where states are listed, and by playing episodes.") { Folder, Episodes, Length, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        StoredPolicy stored = StoredPolicy.Read(parsed.GetValue(Folder)!, ExperimentReader.Default);
        PolicyReview review = PolicyReview.Of(stored, parsed.GetValue(Episodes) ?? 0, parsed.GetValue(Length));
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(review, RunFolder.JsonOptions));
        else Print(review);
        return ExitCode.Ok;
    }

    private static void Print(PolicyReview review)
    {
        bool played = review.Episodes > 0;
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle($"{review.Name}: {review.Algorithm}, seed {review.Seed}, after {review.Rounds} rounds") };
        table.AddColumns(new TableColumn("").NoWrap(), Right("objective"), Right("optimum"), Right("gap"));
        if (played) table.AddColumns(Right("return"), Right("std. error"), Right("steps"));
        table.AddRow(["mean of agents", Number(review.Objective), Number(review.Optimum), Number(review.Gap), .. played ? [Number(review.Return), Number(review.ReturnError), ""] : Array.Empty<string>()]);
        foreach (AgentReview agent in review.Agents.Take(MostRows))
        {
            string steps = agent.Played is { } p ? ((double)p.Steps / p.Episodes).ToString("F1", CultureInfo.InvariantCulture) : "";
            table.AddRow([
                agent.Name.EscapeMarkup(), Number(agent.Objective), Number(agent.Optimum), Number(agent.Objective - agent.Optimum),
                .. played ? [Number(agent.Played!.Return), Number(agent.Played.ReturnError), steps] : Array.Empty<string>(),
            ]);
        }
        if (review.Agents.Count > MostRows) table.AddRow($"... {review.Agents.Count - MostRows} more with --json");
        AnsiConsole.Write(table);
        Console.WriteLine(SummaryTable.WhatObjectiveIs(review.Minimised));
        if (played) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"return: mean undiscounted sum of rewards of {review.Episodes:N0} episodes an agent, each of at most {review.Length:N0} steps; steps: mean length"));
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "unknown";
}
