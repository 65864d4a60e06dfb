using System.Reflection;
using FedPG.Envs;
using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>The kind of a problem is asked in one place: elsewhere no value is tested for the type of environments of one kind.</summary>
public sealed class ProblemKindTests(ITestOutputHelper output)
{
    /// <summary>Where kinds may be asked: in the list of kinds, and in the folder of the kind itself.</summary>
    private static readonly string[] Allowed = ["FedPG.Federation.Families", "FedPG.Envs.Tabular", "FedPG.Envs.Episodic",
        "FedPG.Envs.LinearQuadratic"];

    /// <summary>Folders that still ask. Nothing may be added here.</summary>
    private static readonly string[] StillAsking =
    [
        "FedPG.Envs.BuiltIn", "FedPG.Envs.Checking", "FedPG.Envs.Scenes", "FedPG.Envs.ToyText", "FedPG.Policies.Episodic",
        "FedPG.Federation.Estimators.Episodic", "FedPG.Federation.Estimators.LinearQuadratic",
        "FedPG.Federation.Estimators.Values.Episodic", "FedPG.Federation.Estimators.Values.Tabular",
        "FedPG.Experiments.Acting", "FedPG.Experiments.Scenes", "FedPG.Cluster.Server", "FedPG.Cluster.Worker",
        "FedPG.Cli.Bench", "FedPG.Cli.Env",
    ];

    [Fact]
    public void The_kind_of_a_problem_is_asked_in_one_place()
    {
        HashSet<TypeName> kinds =
        [
            .. CompiledAssembly.All.SelectMany(a => Assembly.Load(a.Name).GetExportedTypes())
                .Where(t => t.IsSubclassOf(typeof(FederatedEnvironment))).Select(t => new TypeName(t.Namespace!, t.Name)),
        ];
        Assert.True(kinds.Count >= 3);
        (string Folder, string Test)[] asked =
        [
            .. from assembly in CompiledAssembly.All
               from type in assembly.Types
               from kind in type.Tests.Where(kinds.Contains)
               where !Allowed.Contains(type.Name.Namespace)
               select (type.Name.Namespace, $"{type.Name} asks for {kind.Name}"),
        ];
        output.WriteLine($"{asked.Length} tests outside the list of kinds, in {asked.Select(a => a.Folder).Distinct().Count()} folders");
        foreach ((_, string test) in asked) output.WriteLine(test);
        output.WriteLine($"no longer asking: {string.Join(", ", StillAsking.Except(asked.Select(a => a.Folder)))}");
        Assert.Empty(asked.Where(a => !StillAsking.Contains(a.Folder)).Select(a => a.Test));
    }
}
