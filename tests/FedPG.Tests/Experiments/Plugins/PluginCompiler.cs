using FedPG.Tests.Build;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>
/// Compiles small assemblies, plug-ins in the first place, against the libraries of this process or against others of the same names.
/// </summary>
internal static class PluginCompiler
{
    public const string Usings = """
        using System;
        using System.Collections.Generic;
        using FedPG.Core.Options;
        using FedPG.Envs;
        using FedPG.Envs.Episodic;
        using FedPG.Experiments.Plugins;

        """;

    /// <summary>The smallest environment that can be registered, and the plug-in's class around a body of Register.</summary>
    public static string Plugin(string register, string constructor = "") => $$"""
        {{Usings}}
        public sealed class Nothing : IEnvironment
        {
            public Nothing(bool fails = false) { if (fails) throw new InvalidOperationException("no room for this environment"); }
            public static EpisodicDefinition Definition(string id, bool fails = false) =>
                new() { Id = id, Summary = "Nothing happens.", Make = _ => _ => new Nothing(fails) };
            public Space ObservationSpace => new Discrete(1);
            public Space ActionSpace => new Discrete(1);
            public void Reset(long seed, Span<double> observation) => observation[0] = 0;
            public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
            {
                observation[0] = 0; return new StepResult(0, true);
            }
        }
        public sealed class MyPlugin : IPlugin
        {
            {{constructor}}
            public void Register(PluginContents contents) { {{register}} }
        }
        """;

    /// <summary>Writes <c>folder/name.dll</c>.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="name">The assembly.</param>
    /// <param name="source">Its code.</param>
    /// <param name="references">Assemblies that take the place of those of this process with the same names, or stand beside them.</param>
    public static string Compile(string folder, string name, string source, params string[] references)
    {
        string file = Path.Combine(folder, name + ".dll");
        string[] replaced = [.. references.Select(r => Path.GetFileName(r))];
        IEnumerable<string> own = LibraryReferences.Files.Where(a => !replaced.Contains(Path.GetFileName(a)));
        CSharpCompilation compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(source, path: "Mine.cs", encoding: System.Text.Encoding.UTF8)],
            own.Select(LibraryReferences.Of).Concat(references.Select(a => MetadataReference.CreateFromFile(a))),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using FileStream assembly = File.Create(file), symbols = File.Create(Path.ChangeExtension(file, ".pdb"));
        EmitResult result = compilation.Emit(assembly, symbols,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb));
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return file;
    }

    /// <summary>Writes <c>folder/Mine.dll</c>: the smallest plug-in, whose environment is A-v0, with parts of its code replaced.</summary>
    public static string CompileFaulty(string folder, params string[] soundAndFaulty)
    {
        string source = Plugin("""contents.Add(Nothing.Definition("A-v0"));""");
        foreach (string[] pair in soundAndFaulty.Chunk(2))
        {
            Assert.Contains(pair[0], source, StringComparison.Ordinal);
            source = source.Replace(pair[0], pair[1], StringComparison.Ordinal);
        }
        return Compile(folder, "Mine", source);
    }

    /// <summary>A message without the line of the source that it points at.</summary>
    public static string WithoutLine(string message) =>
        System.Text.RegularExpressions.Regex.Replace(message, @" \(Mine\.cs, line \d+\)", "");

    /// <summary>A library of a name and version that holds the types which the plug-in's code above names.</summary>
    public static string Counterfeit(string folder, string name, string version, string source) =>
        Compile(folder, name, $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")]\n{source}");
}
