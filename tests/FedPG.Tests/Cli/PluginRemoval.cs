using System.Reflection;
using FedPG.Core;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;

namespace FedPG.Tests.Cli;

/// <summary>
/// Takes out of a process what plug-ins and sites have brought, so that the next command finds the program as it starts. The program has no
/// use for it: its processes end with their command. Assemblies stay loaded, each in a context of its own that nothing refers to any more.
/// </summary>
internal static class PluginRemoval
{
    private const BindingFlags Private = BindingFlags.NonPublic | BindingFlags.Instance;
    private static readonly ExperimentCatalog BuiltIn = new();

    /// <summary>Removes all plug-ins, those too that were loaded in part.</summary>
    public static void Remove()
    {
        ExperimentCatalog all = ExperimentCatalog.Default;
        Truncate(all.Environments, BuiltIn.Environments);
        Truncate(all.Policies, BuiltIn.Policies);
        Truncate(all.Estimators, BuiltIn.Estimators);
        Truncate(all.Algorithms, BuiltIn.Algorithms);
        ((List<LoadedPlugin>)typeof(PluginHost).GetField("_loaded", Private)!.GetValue(PluginHost.Default)!).Clear();
    }

    /// <summary>What is built in comes first, and what plug-ins bring behind it.</summary>
    private static void Truncate<T>(Catalog<T> catalog, Catalog<T> builtIn)
        where T : class, ICatalogEntry
    {
        if (catalog.Entries.Count == builtIn.Entries.Count) return;
        T[] entries = [.. catalog.Entries.Take(builtIn.Entries.Count)];
        typeof(Catalog<T>).GetField("_entries", Private)!.SetValue(catalog, entries);
    }
}
