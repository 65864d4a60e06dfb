using System.Reflection;
using System.Runtime.Loader;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// Where a plug-in's assemblies live: its own dependencies are those beside it, whatever versions the program or another plug-in uses. What
/// the plug-in and the program hand to each other must be of one type, so the assemblies that make up the interface are the program's.
/// </summary>
internal sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    /// <summary>Whether an assembly is the program's: FedPG's own, and the two that its public interface names.</summary>
    public static bool IsShared(string? assembly) =>
        assembly is "TorchSharp" or "MathNet.Numerics" || (assembly?.StartsWith("FedPG.", StringComparison.Ordinal) ?? false);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // What is not found beside the plug-in is looked for among the program's own: the framework, in the first place.
        if (IsShared(assemblyName.Name)) return null;
        return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
}
