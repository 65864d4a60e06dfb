using System.CommandLine;
using System.Globalization;
using FedPG.Cli.Common;
using FedPG.Experiments.Scenes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Scenes;

namespace FedPG.Cli.Env;

/// <summary>
/// <c>fedpg env render ID [--policy ...] [--out FILE]</c>: an environment, a policy in it and an episode, in the terminal, as PNG or as
/// animated GIF.
/// </summary>
internal static class EnvRenderCommand
{
    private const int MaxSteps = 100_000;

    public static Command Create()
    {
        var choice = new InstanceOptions();
        var policy = new Option<string?>("--policy")
        {
            Description = "optimal, random, or the folder of a run; without it actions are random and no policy is drawn.",
            HelpName = "RUN_DIR|optimal|random",
        };
        var show = new ShowOptions(
            "Whose rewards and dynamics are shown (default: 0; for optimal with several agents that share dynamics, all together).");
        var steps = new Option<int?>("--steps")
        {
            Description = $"The most steps of the episode (default: the environment's limit, or {SceneSubject.DefaultSteps}).",
            HelpName = "N",
        };
        var command = new Command("render", "Shows an environment and a policy in it.")
        {
            choice.Id, choice.Set, choice.Agents, policy, show.Agent, show.File, show.Seed, steps,
        };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment configured = choice.Configure(parsed);
            List<ValidationError> errors = [];
            (long seed, string? path) = show.Read(parsed, errors);
            int? length = parsed.GetValue(steps);
            if (length is < 0 or > MaxSteps)
            {
                string given = length.Value.ToString(CultureInfo.InvariantCulture);
                errors.Add(new ValidationError("--steps", "", given, $"must be a whole number from 0 to {MaxSteps}"));
            }
            SceneSubject? subject = PolicyChoice.Read(configured, parsed.GetValue(show.Agent), parsed.GetValue(policy), errors);
            if (errors.Count > 0 || subject is null) throw new InvalidInputException(errors);
            SceneOutput.Show(subject, seed, length, path, parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
