using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FedPG.Cli;
using FedPG.Cli.Common;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace FedPG.Tests.Cli;

/// <summary>
/// The inside of a <see cref="WarmProcess"/>: a process of <c>fedpg.dll</c> that runs one command after another, each with streams and a
/// working folder of its own, where the program would run one and end. That process has no test framework, so nothing here may need it.
/// </summary>
internal static partial class CommandServer
{
    /// <summary>Takes requests from standard input, one a line, until it ends. Answers go to what standard output was.</summary>
    public static void Run()
    {
        using var requests = new StreamReader(new FileStream(new SafeFileHandle(Duplicate(0), ownsHandle: true), FileAccess.Read, 1));
        using var answers = new StreamWriter(new FileStream(new SafeFileHandle(Duplicate(1), ownsHandle: true), FileAccess.Write, 1));
        Redirect("/dev/null", 0);
        while (requests.ReadLine() is { } line)
        {
            CommandRequest request = JsonSerializer.Deserialize<CommandRequest>(line)!;
            int code = Run(request);
            PluginRemoval.Remove();
            answers.WriteLine(code.ToString(CultureInfo.InvariantCulture));
            answers.Flush();
        }
    }

    private static int Run(CommandRequest request)
    {
        Redirect(request.Output, 1);
        Redirect(request.Errors, 2);
        Environment.CurrentDirectory = request.Folder;
        Environment.ExitCode = 0;
        foreach ((string name, string value) in request.Variables) Environment.SetEnvironmentVariable(name, value);
        using TextWriter output = Writer(Console.OpenStandardOutput()), errors = Writer(Console.OpenStandardError());
        Console.SetOut(output);
        Console.SetError(errors);
        StandardStreams.Guard();
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        try
        {
            int code = CommandLine.Run(request.Arguments);
            return code != 0 ? code : Environment.ExitCode;
        }
        catch (Exception e)
        {
            // What the runtime does with an exception that nobody catches.
            Console.Error.WriteLine($"Unhandled exception. {e}");
            return 128 + 6;
        }
        finally
        {
            foreach (string name in request.Variables.Keys) Environment.SetEnvironmentVariable(name, null);
        }
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false)) { AutoFlush = true };

    private static void Redirect(string path, int descriptor)
    {
        using SafeFileHandle file = descriptor == 0
            ? File.OpenHandle(path)
            : File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        if (Duplicate((int)file.DangerousGetHandle(), descriptor) < 0) throw new IOException($"{path} cannot be descriptor {descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int target);
}

/// <summary>A command to run.</summary>
/// <param name="Folder">The working folder.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Output">The file that standard output goes to.</param>
/// <param name="Errors">The file that standard error goes to.</param>
/// <param name="Variables">Variables that its environment has besides.</param>
internal sealed record CommandRequest(
    string Folder, string[] Arguments, string Output, string Errors, Dictionary<string, string> Variables);
