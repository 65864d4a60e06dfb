using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using FedPG.Core.Resources;

namespace FedPG.Experiments.Plugins;

/// <summary>What a plug-in's file says of itself, read without loading it: so that what does not fit is explained, and not tried.</summary>
/// <param name="Path">The file, by its full path.</param>
/// <param name="Assembly">The name of the assembly.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">The SHA-256 of the file.</param>
/// <param name="Framework">What it was built for, as <c>.NETCoreApp,Version=v10.0</c>; null where it does not say.</param>
/// <param name="References">The assemblies it was built against.</param>
internal sealed record PluginFile(
    string Path, string Assembly, Version Version, string Sha256, string? Framework,
    IReadOnlyList<(string Name, Version Version)> References)
{
    private const string CoreFramework = ".NETCoreApp,Version=v", DesktopFramework = ".NETFramework,Version=v";

    /// <summary>The native libraries it calls.</summary>
    public IReadOnlyList<string> Libraries { get; init; } = [];

    /// <summary>Reads a file.</summary>
    /// <returns>The file, or in words why it cannot be read.</returns>
    public static (PluginFile? File, string? Fault) Read(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) return (null, "the path of a plug-in's .dll is needed");
        try
        {
            ImmutableArray<byte> bytes = [.. InputFile.Bytes(path)];
            using var image = new PEReader(bytes);
            if (!image.HasMetadata || !image.GetMetadataReader().IsAssembly) return (null, NotDotNet);
            MetadataReader metadata = image.GetMetadataReader();
            AssemblyDefinition assembly = metadata.GetAssemblyDefinition();
            return (new PluginFile(
                System.IO.Path.GetFullPath(path), metadata.GetString(assembly.Name), assembly.Version,
                Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan())),
                FrameworkOf(metadata, assembly),
                [.. metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
                    .Select(r => (metadata.GetString(r.Name), r.Version))])
            {
                Libraries = [.. Enumerable.Range(1, metadata.GetTableRowCount(TableIndex.ModuleRef))
                    .Select(row => metadata.GetString(metadata.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name))],
            }, null);
        }
        catch (BadImageFormatException)
        {
            return (null, NotDotNet);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, e switch
            {
                _ when Directory.Exists(path) => "is a folder; the path of a plug-in's .dll is needed",
                FileNotFoundException or DirectoryNotFoundException => "the plug-in does not exist",
                UnauthorizedAccessException => "the plug-in cannot be read: permission denied",
                _ => $"the plug-in cannot be read: {e.Message}",
            });
        }
    }

    /// <summary>In words why this program cannot load it; null when nothing speaks against it.</summary>
    /// <param name="runtime">The version of .NET that runs.</param>
    public string? Mismatch(Version runtime)
    {
        if (Framework is { } framework)
        {
            if (framework.StartsWith(DesktopFramework, StringComparison.Ordinal))
                return $"the plug-in was built for .NET Framework {framework[DesktopFramework.Length..]}, and this is .NET "
                    + $"{runtime.ToString(2)}; build it for net{runtime.ToString(2)}";
            bool newer = framework.StartsWith(CoreFramework, StringComparison.Ordinal)
                && Version.TryParse(framework[CoreFramework.Length..], out Version? wanted)
                && wanted > new Version(runtime.Major, runtime.Minor);
            if (newer)
                return $"the plug-in was built for .NET {framework[CoreFramework.Length..]}, and this is .NET {runtime.ToString(2)}; "
                    + $"build it for net{runtime.ToString(2)}, or run fedpg on the newer .NET";
        }
        // Loaded already, or loadable: both are what the program itself was built with.
        foreach ((string name, Version version) in References.Where(r => PluginLoadContext.IsShared(r.Name)))
        {
            if (HostVersion(name) is not { } own)
                return $"the plug-in refers to {name} {version.ToString(3)}, which this version of FedPG.Torch ({Own.ToString(3)}) does "
                    + $"not have; build it against FedPG.Torch {Own.ToString(3)}";
            if ((own.Major, own.Minor) == (version.Major, version.Minor)) continue;
            return name.StartsWith("FedPG.", StringComparison.Ordinal)
                ? $"the plug-in was built against {name} {version.ToString(3)}, and this is FedPG.Torch {own.ToString(3)}; build it "
                    + $"again against {own.ToString(3)}, or run it with FedPG.Torch {version.ToString(2)}"
                : $"the plug-in was built against {name} {version.ToString(3)}, and this FedPG.Torch uses {name} {own.ToString(3)}, "
                    + "which both must share; build the plug-in with that version";
        }
        return null;
    }

    private static Version Own => typeof(PluginFile).Assembly.GetName().Version!;

    private static string NotDotNet => "is not a .NET assembly; the path of a plug-in's .dll is needed";

    private static Version? HostVersion(string name)
    {
        try
        {
            return System.Reflection.Assembly.Load(new AssemblyName(name)).GetName().Version;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The argument of the assembly's TargetFrameworkAttribute.</summary>
    private static string? FrameworkOf(MetadataReader metadata, AssemblyDefinition assembly)
    {
        foreach (CustomAttribute attribute in assembly.GetCustomAttributes().Select(metadata.GetCustomAttribute))
        {
            if (attribute.Constructor.Kind != HandleKind.MemberReference) continue;
            MemberReference constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            if (constructor.Parent.Kind != HandleKind.TypeReference) continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent);
            if (metadata.GetString(type.Name) != "TargetFrameworkAttribute") continue;
            BlobReader value = metadata.GetBlobReader(attribute.Value);
            // Two bytes of prologue come before the constructor's only argument.
            return value.ReadUInt16() == 1 ? value.ReadSerializedString() : null;
        }
        return null;
    }
}
