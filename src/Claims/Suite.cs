using FedPG.Claims.Measuring;
using FedPG.Claims.Paper;

namespace FedPG.Claims;

/// <summary>The claims, in the order in which they are run and shown.</summary>
internal static class Suite
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Claim> All { get; } =
    [
        new Proposition1(),
        new LinearRate(),
        new Speedup(),
        new Heterogeneity(),
        new Stationarity(),
        new Truncation(),
        new Memory(),
        new Progress(),
        new Communication(),
        new Neural(),
        new MultiTask(),
    ];

    /// <summary>The claim of that name, or null.</summary>
    public static Claim? Find(string name) => All.FirstOrDefault(c => c.Name == name);
}
