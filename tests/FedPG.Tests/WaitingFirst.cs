using FedPG.Tests;
using FedPG.Tests.Cluster;
using FedPG.Tests.Cluster.Faults;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(WaitingFirst))]

namespace FedPG.Tests;

/// <summary>
/// The order in which groups of tests begin. Twice as many run at a time as there are cores (xunit.runner.json): the two long groups that
/// mostly wait for processes and time-outs of clusters begin first, and all else is computed beside them.
/// </summary>
public sealed class WaitingFirst : ITestCollectionOrderer
{
    private static readonly string[] First = [ClusterGroup.Name, FaultGroup.Name];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Rank(c.TestCollectionDisplayName))
            .ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    /// <summary>Then those that start processes or reproduce claims: no long one is left to the end, when nothing runs beside it.</summary>
    private static int Rank(string name) =>
        First.Contains(name)
            ? 0
            : ((string[])["Claims", "Cli", "Experiments.Plugins", "Cluster"]).Any(part =>
                name.Contains($"FedPG.Tests.{part}.", StringComparison.Ordinal)) ? 1 : 2;
}
