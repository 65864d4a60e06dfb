using System.Reflection;
using System.Runtime.Loader;
using FedPG.Core;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;

namespace FedPG.Tests.Cli;

/// <summary>
/// Takes out of a process what plug-ins have brought, so that the next command finds the program as it starts. The program has no use for
/// it: its processes end with their command. Assemblies stay loaded, each in a context of its own that nothing refers to any more.
/// </summary>
internal static class PluginRemoval
{
    private const BindingFlags Private = BindingFlags.NonPublic | BindingFlags.Instance;

    /// <summary>Removes all plug-ins, those too that were loaded in part.</summary>
    public static void Remove()
    {
        if (AssemblyLoadContext.All.Count() == 1) return;
        (ExperimentCatalog all, ExperimentCatalog builtIn) = (ExperimentCatalog.Default, new ExperimentCatalog());
        Truncate(all.Environments, builtIn.Environments);
        Truncate(all.Policies, builtIn.Policies);
        Truncate(all.Estimators, builtIn.Estimators);
        Truncate(all.Algorithms, builtIn.Algorithms);
        ((List<LoadedPlugin>)typeof(PluginHost).GetField("_loaded", Private)!.GetValue(PluginHost.Default)!).Clear();
    }

    /// <summary>What is built in comes first, and what plug-ins bring behind it.</summary>
    private static void Truncate<T>(Catalog<T> catalog, Catalog<T> builtIn)
        where T : class, ICatalogEntry =>
        typeof(Catalog<T>).GetField("_entries", Private)!.SetValue(catalog, catalog.Entries.Take(builtIn.Entries.Count).ToArray());
}
