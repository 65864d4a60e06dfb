using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>
/// The blocks of C# in the pages compile against the public surface: as a program, or as types where there are no statements.
/// </summary>
public sealed partial class SnippetTests
{
    /// <summary>What the text around a block has said.</summary>
    private const string Said = """
        internal static class Said
        {
            public static FedPG.Experiments.Plugins.PluginContents contents = null!;
            public static FedPG.Envs.FederatedEnvironment instance = null!;
            public static FedPG.Envs.Tabular.FiniteMdp mdp = null!;
            public static int? stepLimit = null;
        }
        internal sealed class MyNet(int inputs, int outputs, int hidden)
            : TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>("my-net")
        {
            private readonly int _sizes = inputs + outputs + hidden;
            public override TorchSharp.torch.Tensor forward(TorchSharp.torch.Tensor input) => input + _sizes;
        }
        """;

    /// <summary>Classes that another block of a page declares.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["FedNova"] = "static class FedNova { public static FedPG.Federation.Algorithms.AlgorithmDefinition Definition = null!; }",
        ["MyMarshEnvironment"] =
            "static class MyMarshEnvironment { public static FedPG.Envs.Episodic.EpisodicDefinition Definition = null!; }",
    };

    public static TheoryData<string, int> Blocks
    {
        get
        {
            var found = new TheoryData<string, int>();
            foreach (string page in Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            {
                string name = Path.GetRelativePath(Repository.Root, page).Replace('\\', '/');
                int blocks = Block().Count(File.ReadAllText(page));
                for (int k = 0; k < blocks; k++) found.Add(name, k);
            }
            return found;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void It_compiles(string page, int number)
    {
        string block = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))[number].Groups["code"].Value;
        IEnumerable<string> own = Assembly.GetExecutingAssembly().GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("FedPG.", StringComparison.Ordinal));
        string usings = string.Concat(own.SelectMany(name => Assembly.Load(name).GetExportedTypes()).Select(type => type.Namespace)
            .Distinct().Select(space => $"global using {space};\n"));
        const string framework = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Threading; global using System.Threading.Tasks; global using static Said;
            """;
        string elsewhere = string.Concat(Elsewhere.Where(name => !block.Contains($"class {name.Key}", StringComparison.Ordinal)
            && block.Contains(name.Key, StringComparison.Ordinal)).Select(name => name.Value));
        string[] sources = [block, Said + elsewhere, usings + framework];
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable);
        Diagnostic[] errors = Errors(sources, options);
        // Types alone are no program.
        if (errors.Any(error => error.Id == "CS5001"))
            errors = Errors(sources, options.WithOutputKind(OutputKind.DynamicallyLinkedLibrary));
        Assert.True(errors.Length == 0, $"{page}:\n{block}\n{string.Join("\n", errors.Select(error => error.ToString()))}");
    }

    private static Diagnostic[] Errors(string[] sources, CSharpCompilationOptions options)
    {
        CSharpParseOptions parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp14);
        return [.. CSharpCompilation.Create(
                "snippet", sources.Select(source => CSharpSyntaxTree.ParseText(source, parsing)),
                LibraryReferences.Files.Select(LibraryReferences.Of), options)
            .GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
