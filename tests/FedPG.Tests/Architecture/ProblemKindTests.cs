using System.Reflection;
using FedPG.Envs;
using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>
/// The kind of a problem is asked in the list of kinds, and in the folders of the kind itself: no value is tested elsewhere for the type of
/// environments of one kind. A folder of one kind does not ask for another.
/// </summary>
public sealed class ProblemKindTests
{
    private const string Families = "FedPG.Federation.Families";

    [Fact]
    public void The_kind_of_a_problem_is_asked_in_one_place()
    {
        HashSet<TypeName> kinds =
        [
            .. CompiledAssembly.All.SelectMany(a => Assembly.Load(a.Name).GetExportedTypes())
                .Where(t => t.IsSubclassOf(typeof(FederatedEnvironment))).Select(t => new TypeName(t.Namespace!, t.Name)),
        ];
        Assert.True(kinds.Count >= 3);
        string[] asked =
        [
            .. from assembly in CompiledAssembly.All
               from type in assembly.Types
               from kind in type.Tests.Where(kinds.Contains)
               where type.Name.Namespace != Families && FolderOf(type.Name) != FolderOf(kind)
               select $"{type.Name} asks for {kind.Name}",
        ];
        Assert.Empty(asked);
    }

    /// <summary>The last folder of a namespace, which the folders of a kind share: Tabular, Episodic, LinearQuadratic.</summary>
    private static string FolderOf(TypeName type) => type.Namespace[(type.Namespace.LastIndexOf('.') + 1)..];
}
