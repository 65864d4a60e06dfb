using System.Text.RegularExpressions;
using System.Xml.Linq;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>The layers of docs/architecture.md: what each project may name, and no circles between the folders of a project.</summary>
public sealed partial class FolderTests
{
    /// <summary>The projects that each project may refer to.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Envs"] = ["Core"],
        ["Policies"] = ["Core", "Envs"],
        ["Federation"] = ["Core", "Envs", "Policies"],
        ["Experiments"] = ["Core", "Envs", "Policies", "Federation"],
        ["Hosting"] = ["Core", "Envs", "Policies", "Federation", "Experiments"],
        ["Reporting"] = ["Core", "Envs"],
        ["Cluster"] = ["Core", "Envs", "Policies", "Federation", "Experiments"],
        ["Comparison"] = ["Core", "Envs", "Policies", "Federation", "Experiments", "Reporting"],
        ["Claims"] = ["Core", "Envs", "Policies", "Federation", "Experiments", "Reporting"],
        ["Cli"] = ["Core", "Envs", "Policies", "Federation", "Experiments", "Reporting", "Cluster", "Comparison", "Claims"],
        ["Dashboard"] = ["Core", "Federation", "Experiments", "Cluster"],
    };

    public static TheoryData<string> Projects =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!).Order()];

    [Fact]
    public void Folders_of_a_project_form_no_circle() => Assert.Empty(CompiledAssembly.All.SelectMany(a => FolderGraph.Of(a).Circles()));

    [Fact]
    public void A_circle_is_found_and_a_layer_is_not()
    {
        var graph = new FolderGraph();
        graph.Add("A", "B", "a -> b");
        graph.Add("B", "C", "b -> c");
        graph.Add("A", "C", "a -> c");
        Assert.Empty(graph.Circles());
        graph.Add("C", "B", "c -> b");
        Assert.Equal(["B -> C (b -> c)", "C -> B (c -> b)"], graph.Circles());
    }

    [Fact]
    public void No_library_names_one_above_it()
    {
        Assert.True(CompiledAssembly.All.Length >= 10);
        Assert.Empty(
            from assembly in CompiledAssembly.All
            from reference in assembly.References.Where(IsOwn).Select(ProjectOf)
            where !Allowed[ProjectOf(assembly.Name)].Contains(reference)
            select $"{assembly.Name} -> {reference}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_file_refers_to_no_project_above_it(string project)
    {
        XDocument file = XDocument.Load(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.csproj").Single());
        Assert.Empty(file.Descendants("ProjectReference").Select(r => ((string)r.Attribute("Include")!).Replace('\\', '/').Split('/')[^2])
            .Except(Allowed[project]));
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        Assert.Empty(
            from file in Sources.Under("src", "tests/FedPG.Tests")
            let folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/').Split('/')
            let wanted = string.Join('.', folder[0] == "src" ? ["FedPG", .. folder[1..]] : ["FedPG.Tests", .. folder[2..]])
            let found = NamespaceLine().Match(string.Join('\n', file.Lines))
            where found.Success && found.Groups[1].Value != wanted
            select $"{file.Path}: {found.Groups[1].Value}");
    }

    private static bool IsOwn(string assembly) => assembly == "fedpg" || assembly.StartsWith("FedPG.", StringComparison.Ordinal);

    private static string ProjectOf(string assembly) => assembly == "fedpg" ? "Cli" : assembly["FedPG.".Length..];

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
