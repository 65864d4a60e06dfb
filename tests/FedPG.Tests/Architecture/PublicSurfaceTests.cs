using System.Reflection;
using FedPG.Core.Options;
using Xunit;

namespace FedPG.Tests.Architecture;

/// <summary>Public is a promise: the number of public types beside records of options has a limit.</summary>
public sealed class PublicSurfaceTests(ITestOutputHelper output)
{
    /// <summary>Public types, nested ones included, of all libraries and of the program; without those that the compiler adds.</summary>
    private const int Limit = 250;

    [Fact]
    public void Public_types_beside_options_stay_within_the_limit()
    {
        Dictionary<string, Type[]> types = CompiledAssembly.All.ToDictionary(
            a => a.Name, a => Assembly.Load(a.Name).GetExportedTypes()
                .Where(t => t.Namespace!.StartsWith("FedPG", StringComparison.Ordinal) && !t.IsSpecialName && !IsOptions(t)).ToArray());
        foreach ((string name, Type[] own) in types) output.WriteLine($"{own.Length,4} {name}");
        int count = types.Values.Sum(own => own.Length);
        output.WriteLine($"{count,4} in all, of {Limit} allowed");
        Assert.InRange(count, 1, Limit);
    }

    /// <summary>Whether a property of the type, or of one that it derives from, is an option.</summary>
    private static bool IsOptions(Type type) => type.GetProperties().Any(p => p.IsDefined(typeof(OptionAttribute), inherit: true));
}
