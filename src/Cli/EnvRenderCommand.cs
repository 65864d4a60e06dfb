using System.CommandLine;
using System.Globalization;
using FedPG.Cli.Rendering;
using FedPG.Envs;
using FedPG.Envs.Options;
using Spectre.Console;

namespace FedPG.Cli;

/// <summary><c>fedpg env render ID [--policy ...] [--out FILE]</c>: an environment, a policy in it and an episode, in the terminal, as PNG or as animated GIF.</summary>
public static class EnvRenderCommand
{
    private const long MostSeed = (1L << 53) - 1;
    private const int MostSteps = 100_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var choice = new InstanceOptions();
        var policy = new Option<string?>("--policy") { Description = "optimal, random, or the folder of a run; without it actions are random and no policy is drawn.", HelpName = "RUN_DIR|optimal|random" };
        var agent = new Option<int?>("--agent") { Description = "Whose rewards and dynamics are shown (default 0; for optimal with several agents that share dynamics, all together).", HelpName = "I" };
        var file = new Option<string?>("--out") { Description = "A file to write instead: .png for a still picture, .gif for an episode (an existing one is replaced).", HelpName = "FILE" };
        var seed = new Option<long>("--seed") { Description = "The seed of the episode (default 0).", HelpName = "N" };
        var steps = new Option<int?>("--steps") { Description = $"The most steps of the episode (default: the environment's limit, or {Episode.UsualSteps}).", HelpName = "N" };
        var command = new Command("render", "Shows an environment and a policy in it.") { choice.Id, choice.Set, choice.Agents, policy, agent, file, seed, steps };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment configured = choice.Configure(parsed);
            List<Fault> faults = [];
            long number = parsed.GetValue(seed);
            if (number is < 0 or > MostSeed) faults.Add(new Fault("--seed", "", number.ToString(CultureInfo.InvariantCulture), $"must be a whole number from 0 to {MostSeed}"));
            if (parsed.GetValue(steps) is { } most && most is < 0 or > MostSteps)
                faults.Add(new Fault("--steps", "", parsed.GetValue(steps)!.Value.ToString(CultureInfo.InvariantCulture), $"must be a whole number from 0 to {MostSteps}"));
            string? path = parsed.GetValue(file);
            if (path is not null && PictureFile.FaultOf(path) is { } fault) faults.Add(fault);
            Subject? subject = PolicyChoice.Read(configured, parsed.GetValue(agent), parsed.GetValue(policy), faults);
            if (faults.Count > 0 || subject is null) throw new InvalidInputException(faults);
            Show(subject, number, parsed.GetValue(steps), path, parsed.InvocationConfiguration.Output);
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
