using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Scenes;
using FedPG.Reporting.Pictures;
using Spectre.Console;

namespace FedPG.Cli.Common;

/// <summary>Where commands show an episode: the terminal, or a file.</summary>
internal static class SceneOutput
{
    /// <summary>What is wrong with the name of a file; null when it ends in .png or .gif.</summary>
    public static ValidationError? ErrorOf(string path) =>
        Path.GetExtension(path).ToUpperInvariant() is ".PNG" or ".GIF" && Path.GetFileNameWithoutExtension(path).Length > 0
            ? null
            : new ValidationError("--out", "", path, "must be the name of a file that ends in .png (a still picture) or .gif (an episode)");

    /// <summary>Plays an episode and shows it.</summary>
    /// <param name="subject">What is shown.</param>
    /// <param name="seed">The seed of the episode, 0 to 2^53 - 1.</param>
    /// <param name="steps">The maximum of steps; null for the environment's limit, or <see cref="SceneSubject.DefaultSteps"/>.</param>
    /// <param name="path">A file .png or .gif; null for the terminal.</param>
    /// <param name="output">Where text goes.</param>
    /// <exception cref="InvalidInputException">The file cannot be written.</exception>
    public static void Show(SceneSubject subject, long seed, int? steps, string? path, TextWriter output)
    {
        PictureScene scene = subject.Play(seed, steps);
        if (path is null)
        {
            TerminalPictures.Write(ConsoleOf(output), subject.Drawing, scene);
            return;
        }
        bool film = Path.GetExtension(path).Equals(".gif", StringComparison.OrdinalIgnoreCase);
        Write(path, film ? PictureFiles.ToGif(subject.Drawing, scene) : PictureFiles.ToPng(subject.Drawing.Draw(scene, null)));
        output.WriteLine(path);
    }

    /// <summary>Writes the file aside and renames it, in the place of an older one.</summary>
    private static void Write(string path, byte[] bytes)
    {
        string aside = path + ".tmp";
        try
        {
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool hasFolder = Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)));
            string reason = e switch
            {
                _ when Directory.Exists(path) => "is a folder; a file is needed",
                DirectoryNotFoundException or FileNotFoundException when hasFolder => "no file can be made in that folder",
                DirectoryNotFoundException => "the folder of the file does not exist",
                UnauthorizedAccessException => "the file cannot be written: permission denied",
                _ => $"the file cannot be written: {e.Message}",
            };
            if (File.Exists(aside)) File.Delete(aside);
            throw new InvalidInputException(new ValidationError("--out", "", path, reason));
        }
    }

    /// <summary>
    /// Colours in a terminal (none where NO_COLOR is set); into a file or a pipe plain characters, whose lines are not broken.
    /// </summary>
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
