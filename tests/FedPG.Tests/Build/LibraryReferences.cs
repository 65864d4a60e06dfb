using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace FedPG.Tests.Build;

/// <summary>
/// The libraries of this process as the compiler takes them: each is read once. Read anew for every compilation they took 300 MB each time.
/// </summary>
internal static class LibraryReferences
{
    private static readonly ConcurrentDictionary<string, MetadataReference> Known = new();

    /// <summary>All libraries of this process, the framework's included.</summary>
    public static IReadOnlyList<string> Files { get; } =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    /// <summary>A library that does not change while this process runs.</summary>
    public static MetadataReference Of(string file) => Known.GetOrAdd(file, path => MetadataReference.CreateFromFile(path));
}
