using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Experiments.Scenes;
using FedPG.Core.Options;
using FedPG.Envs.Scenes;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Eval;

/// <summary><c>fedpg eval</c>: what the policy of a run is worth, computed again from what is in its folder.</summary>
internal static class EvalCommand
{
    private const int MaxEpisodes = 100_000_000;

    private static readonly Argument<string> Folder = new("RUN_DIR") { Description = "The folder of a run that has ended or was stopped." };

    private static readonly Option<int?> Episodes = new("--episodes")
    {
        Description =
            "Play so many episodes for each agent too, from random numbers that training never used; gives the mean return "
                + "with its standard error.",
        HelpName = "N",
    };

    private static readonly Option<int?> Length = new("--length")
    {
        Description =
            "Steps after which an episode is truncated (default: the experiment's gradient.horizon; where states are not listed and for "
                + "--render, the environment's limit).",
        HelpName = "N",
    };

    private static readonly Option<bool> Greedy = new("--greedy")
    {
        Description = "In the episodes of --episodes, take the most likely action in the place of one that is drawn.",
    };

    private static readonly Option<bool> Best = new("--best")
    {
        Description = "Judge the best policy of the run, which \"keepBest\": true keeps, in the place of the last one.",
    };

    private static readonly Option<bool> Render = new("--render")
    {
        Description = "Show the policy and an episode of it too, in the terminal or as a picture.",
    };
    private static readonly ShowOptions Shown = new("For --render: whose rewards and dynamics are shown (default: 0).");
    private static readonly Option<bool> Json = new("--json") { Description = "The result as one JSON document on stdout." };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Judge the policy in another environment than it was trained in, such as on goals it has not seen: "
            + "environment.options.KEY=value, environment.agents=N.",
        HelpName = "environment.KEY=value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> AcceptChanges = CommonOptions.AcceptChanges();

    public static Command Create()
    {
        CommonOptions.RequireWhole(Episodes, MaxEpisodes, $"must be a whole number from 1 to {MaxEpisodes}");
        CommonOptions.RequireWhole(Length, EpisodeSampler.LongestEpisode,
            $"must be a whole number from 1 to {EpisodeSampler.LongestEpisode}");
        Shown.File.Description =
            "For --render: a file to write instead, .png for a still picture, .gif for an episode (an existing one is replaced).";
        Shown.Seed.Description = "For --render: the seed of the episode that is shown (default: 0).";
        var command =
            new Command("eval",
                "Evaluates the policy of a run again: exactly where states are listed, and by playing episodes; shows it with --render.")
        {
            Folder, Best, Set, Episodes, Length, Greedy, Render, Shown.Agent, Shown.File, Shown.Seed, AcceptChanges, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        List<ValidationError> errors = [];
        (long seed, string? path) = Shown.Read(parsed, errors);
        CheckTogether(parsed, errors);
        if (errors.Count > 0) throw new InvalidInputException(errors);
        StoredPolicy stored = StoredPolicy.Read(
            parsed.GetValue(Folder)!, ExperimentReader.Default, acceptChanges: parsed.GetValue(AcceptChanges), best: parsed.GetValue(Best))
            .In(ExperimentReader.Default, parsed.GetValue(Set) ?? []);
        SceneSubject? subject = parsed.GetValue(Render)
            ? ShownPolicy.Of(stored, Folder.Name).SubjectOf(parsed.GetValue(Shown.Agent) ?? 0, errors)
            : null;
        if (errors.Count > 0) throw new InvalidInputException(errors);

        PolicyReview review = PolicyReview.Of(
            stored, parsed.GetValue(Episodes) ?? 0, parsed.GetValue(Length), Environment.ProcessorCount, parsed.GetValue(Greedy));
        bool json = parsed.GetValue(Json);
        if (json) Console.WriteLine(JsonSerializer.Serialize(review, RunFolder.JsonOptions));
        else ReviewTable.Print(review);
        if (subject is null) return ExitCode.Ok;
        if (!json && path is null) Console.WriteLine();
        SceneOutput.Show(subject, seed, parsed.GetValue(Length), path, json ? TextWriter.Null : parsed.InvocationConfiguration.Output);
        return ExitCode.Ok;
    }

    /// <summary>Options that mean nothing without another one are not passed over in silence.</summary>
    private static void CheckTogether(ParseResult parsed, List<ValidationError> errors)
    {
        bool render = parsed.GetValue(Render);
        foreach (Option option in (Option[])[Shown.Agent, Shown.File, Shown.Seed])
        {
            if (!render && parsed.GetResult(option) is not null)
                errors.Add(new ValidationError(option.Name, "", null, "is an option of --render, which is not given"));
        }
        if (!render && parsed.GetValue(Episodes) is null && parsed.GetValue(Length) is not null)
            errors.Add(new ValidationError(Length.Name, "", null, "is the length of episodes; give --episodes N or --render too"));
        if (parsed.GetValue(Greedy) && parsed.GetValue(Episodes) is null)
            errors.Add(new ValidationError(Greedy.Name, "", null, "is a way to play episodes; give --episodes N too"));
        if (render && parsed.GetValue(Json) && parsed.GetValue(Shown.File) is null)
            errors.Add(new ValidationError(Render.Name, "", null,
                "with --json stdout holds one document; name a file for the picture by --out FILE"));
    }
}
