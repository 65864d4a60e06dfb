using System.CommandLine;
using System.Globalization;
using FedPG.Cli.Rendering;
using FedPG.Core.Options;
using FedPG.Envs;
using Spectre.Console;

namespace FedPG.Cli.Env;

/// <summary><c>fedpg env render ID [--policy ...] [--out FILE]</c>: an environment, a policy in it and an episode, in the terminal, as PNG or as animated GIF.</summary>
public static class EnvRenderCommand
{
    private const int MaxSteps = 100_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var choice = new InstanceOptions();
        var policy = new Option<string?>("--policy") { Description = "optimal, random, or the folder of a run; without it actions are random and no policy is drawn.", HelpName = "RUN_DIR|optimal|random" };
        var show = new ShowOptions("Whose rewards and dynamics are shown (default: 0; for optimal with several agents that share dynamics, all together).");
        var steps = new Option<int?>("--steps") { Description = $"The most steps of the episode (default: the environment's limit, or {Episode.UsualSteps}).", HelpName = "N" };
        var command = new Command("render", "Shows an environment and a policy in it.") { choice.Id, choice.Set, choice.Agents, policy, show.Agent, show.File, show.Seed, steps };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment configured = choice.Configure(parsed);
            List<ValidationError> errors = [];
            (long seed, string? path) = show.Read(parsed, errors);
            if (parsed.GetValue(steps) is { } most && most is < 0 or > MaxSteps)
                errors.Add(new ValidationError("--steps", "", parsed.GetValue(steps)!.Value.ToString(CultureInfo.InvariantCulture), $"must be a whole number from 0 to {MaxSteps}"));
            Subject? subject = PolicyChoice.Read(configured, parsed.GetValue(show.Agent), parsed.GetValue(policy), errors);
            if (errors.Count > 0 || subject is null) throw new InvalidInputException(errors);
            Show(subject, seed, parsed.GetValue(steps), path, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    /// <summary>Shows a subject: in the terminal, or in a file. What <c>fedpg eval --render</c> calls for a trained policy.</summary>
    /// <param name="subject">What is shown.</param>
    /// <param name="seed">The seed of the episode, 0 to 2^53 - 1.</param>
    /// <param name="steps">The most steps; null for the environment's limit, or <see cref="Episode.UsualSteps"/>.</param>
    /// <param name="path">A file .png or .gif; null for the terminal.</param>
    /// <param name="output">Where text goes.</param>
    /// <exception cref="InvalidInputException">The file cannot be written.</exception>
    public static void Show(Subject subject, long seed, int? steps, string? path, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var episode = Episode.Of(subject, seed, steps);
        if (path is not null)
        {
            PictureFile.Write(path, subject, episode);
            output.WriteLine(path);
            return;
        }
        TextView.Write(ConsoleOf(output), subject, episode);
    }

    /// <summary>Colours in a terminal (none where NO_COLOR is set); into a file or a pipe plain characters, whose lines are not broken.</summary>
    private static IAnsiConsole ConsoleOf(TextWriter output)
    {
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        bool colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = colours ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!terminal) console.Profile.Width = 10_000;
        return console;
    }
}
