using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;

namespace FedPG.Experiments.Plugins;

/// <summary>A file that a plug-in loads beside its own.</summary>
/// <param name="Name">The name of the assembly, or of the native library.</param>
/// <param name="Path">The file.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal digits.</param>
internal sealed record PluginAssembly(string Name, string Path, string Sha256);

/// <summary>
/// What a plug-in loads beside its own file: the assemblies and native libraries that it refers to, and those that these refer to, as far
/// as they lie beside it and are not the program's. They decide a run as much as the plug-in itself. Stateless.
/// </summary>
internal static class PluginAssemblies
{
    /// <summary>Finds them, without loading any.</summary>
    /// <param name="plugin">The plug-in.</param>
    /// <returns>Each once, in the order of their names.</returns>
    public static IReadOnlyList<PluginAssembly> Of(PluginFile plugin)
    {
        AssemblyDependencyResolver? resolver = ResolverOf(plugin.Path);
        if (resolver is null) return [];
        var found = new SortedDictionary<string, PluginAssembly>(StringComparer.Ordinal);
        var open = new Queue<PluginFile>([plugin]);
        while (open.TryDequeue(out PluginFile? file))
        {
            foreach (string library in file.Libraries)
            {
                if (!found.ContainsKey(library) && resolver.ResolveUnmanagedDllToPath(library) is { } native && HashOf(native) is { } hash)
                    found[library] = new PluginAssembly(library, native, hash);
            }
            foreach ((string name, Version version) in file.References)
            {
                if (PluginLoadContext.IsShared(name) || found.ContainsKey(name)) continue;
                if (resolver.ResolveAssemblyToPath(new AssemblyName(name) { Version = version }) is not { } path) continue;
                if (PluginFile.Read(path).File is not { } loaded) continue;
                found[name] = new PluginAssembly(name, path, loaded.Sha256);
                open.Enqueue(loaded);
            }
        }
        return [.. found.Values];
    }

    /// <summary>One checksum of a plug-in with all that it loads: of its file where it loads nothing.</summary>
    /// <param name="sha256">The checksum of the plug-in.</param>
    /// <param name="loads">What it loads.</param>
    public static string DigestOf(string sha256, IReadOnlyList<PluginAssembly> loads) => loads.Count == 0 ? sha256
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            sha256 + string.Concat(loads.Select(load => $"\n{load.Name} {load.Sha256}")))));

    private static AssemblyDependencyResolver? ResolverOf(string path)
    {
        try
        {
            return new AssemblyDependencyResolver(path);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IOException)
        {
            // A broken .deps.json; loading the plug-in says so.
            return null;
        }
    }

    private static string? HashOf(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
