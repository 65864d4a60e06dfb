using System.CommandLine;
using System.Text;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Reporting.Report;

namespace FedPG.Cli.Report;

/// <summary><c>fedpg report</c>: a page about runs.</summary>
internal static class ReportCommand
{
    private const int MaxPictures = 100;

    private static readonly Argument<string[]> Folders = new("RUN_DIR")
    {
        Description =
            "Folders of runs, ended or not, or folders that hold some (a comparison's). Runs that differ in their seeds "
                + "only are drawn as one curve.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string> Out = new("--out")
    {
        Description = "The page, one file that needs nothing else (default: report.html; an existing one is replaced).",
        HelpName = "FILE.html",
        DefaultValueFactory = _ => "report.html",
    };

    private static readonly Option<int> Pictures = new("--pictures")
    {
        Description = "Agents of each setting whose policy and an episode are drawn: the best, the worst, and those between; 0 for none.",
        HelpName = "N",
        DefaultValueFactory = _ => 2,
    };

    public static Command Create()
    {
        CommonOptions.RequireWhole(Pictures, MaxPictures, $"must be a whole number from 0 to {MaxPictures}", minimum: 0);
        var command = new Command("report", "Writes a page about runs: results, curves, agents, what crossed, settings.")
        {
            Folders, Out, Pictures,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(Out)!;
        List<ValidationError> errors = [];
        if (!path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".htm", StringComparison.OrdinalIgnoreCase))
            errors.Add(new ValidationError(Out.Name, "", path.Length == 0 ? "\"\"" : path, "must name a file that ends in .html"));
        else if (Directory.Exists(path)) errors.Add(new ValidationError(Out.Name, "", path, "is a folder; a file is needed"));
        ReportedRuns? runs = Collected(errors, () => ReportedRuns.Read(ReportedRun.FoldersOf(parsed.GetValue(Folders)!, Folders.Name)));
        if (errors.Count > 0 || runs is null) throw new InvalidInputException(errors);
        runs = runs with { Named = [.. runs.Named, .. ReportedRun.LinksBelow(parsed.GetValue(Folders)!)] };
        var pictures = new RunPictures(parsed.GetValue(Pictures));
        Write(path, HtmlReport.Of(runs, pictures.Of));
        foreach (string remark in pictures.Remarks) Console.Error.WriteLine(remark);
        foreach (ValidationError error in runs.Named) Console.Error.WriteLine($"not shown: {error}");
        parsed.InvocationConfiguration.Output.WriteLine(path);
        return ExitCode.Ok;
    }

    /// <summary>Every fault at once.</summary>
    private static T? Collected<T>(List<ValidationError> errors, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors);
            return null;
        }
    }

    /// <summary>
    /// Writes the page aside, under a name that nobody has taken, and renames it: what stood there stays until the new one is whole.
    /// </summary>
    private static void Write(string path, string page)
    {
        string aside = "";
        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            aside = Path.Combine(folder, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write)) stream.Write(Encoding.UTF8.GetBytes(page));
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (File.Exists(aside)) File.Delete(aside);
            throw new InvalidInputException(new ValidationError(Out.Name, "", path, $"cannot be written: {e.Message}"));
        }
    }
}
