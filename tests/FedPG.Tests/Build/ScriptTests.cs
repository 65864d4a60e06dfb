using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>
/// The programs of one file that <c>dotnet run FILE.cs</c> starts: no project holds them, so that no build sees when what they call has
/// changed. They are compiled against the libraries of this process, of this repository's those only that their #:project lines bring.
/// </summary>
public sealed class ScriptTests
{
    private const string ProjectDirective = "#:project ";
    private static readonly string[] OutputFolders = ["bin", "obj"];

    /// <summary>Libraries built against older ones of the framework: no build of the SDK warns of it.</summary>
    private static readonly string[] AssemblyUnification = ["CS1701", "CS1702"];

    /// <summary>What ImplicitUsings adds to a program.</summary>
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    public static TheoryData<string> Scripts
    {
        get
        {
            string root = Repository.Root;
            return [.. ((string[])["docs", "eng", "experiments", "samples"]).SelectMany(folder => SourcesUnder(Path.Combine(root, folder)))
                .Where(file => File.ReadLines(file).Any(line => line.StartsWith("#:", StringComparison.Ordinal)))
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void It_compiles(string script)
    {
        string file = Path.Combine(Repository.Root, script);
        string source = File.ReadAllText(file);
        Assert.Empty(Errors(file, source));
        Assert.NotEmpty(Errors(file, source + "\nFedPG.NotThere.Call();\n"));
    }

    private static string[] Errors(string file, string source) =>
        [.. Compile(file, source).GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString())];

    /// <summary>A program of one file, compiled against the libraries of this process that its #:project lines bring.</summary>
    internal static CSharpCompilation Compile(string file, string source)
    {
        CSharpParseOptions options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14)
            .WithFeatures([KeyValuePair.Create("FileBasedProgram", "true")]);
        HashSet<string> own = OwnLibraries(source, Path.GetDirectoryName(file)!);
        IEnumerable<string> libraries = LibraryReferences.Files
            .Where(library => Path.GetFileNameWithoutExtension(library) is var name
                && (!name.StartsWith("FedPG.", StringComparison.Ordinal) || own.Contains(name)));
        return CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(file),
            [.. ((string[])[source, ImplicitUsings]).Select(text => CSharpSyntaxTree.ParseText(text, options))],
            libraries.Select(LibraryReferences.Of),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable)
                .WithSpecificDiagnosticOptions(AssemblyUnification.Select(id => KeyValuePair.Create(id, ReportDiagnostic.Suppress))));
    }

    /// <summary>The libraries of the projects that a script names, and of those that these refer to.</summary>
    private static HashSet<string> OwnLibraries(string source, string folder)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(source.Split('\n').Where(line => line.StartsWith(ProjectDirective, StringComparison.Ordinal))
            .Select(line => Path.Combine(folder, line[ProjectDirective.Length..].Trim())));
        while (open.TryDequeue(out string? project))
        {
            if (!found.Add(Path.GetFileNameWithoutExtension(project))) continue;
            foreach (XElement reference in XDocument.Load(project).Descendants("ProjectReference"))
                open.Enqueue(Path.Combine(Path.GetDirectoryName(project)!, (string)reference.Attribute("Include")!));
        }
        return found;
    }

    private static IEnumerable<string> SourcesUnder(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs")
            .Concat(Directory.EnumerateDirectories(folder).Where(inner => !OutputFolders.Contains(Path.GetFileName(inner)))
                .SelectMany(SourcesUnder));
}
