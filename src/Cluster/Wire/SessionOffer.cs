using System.Reflection;
using FedPG.Experiments.Plugins;

namespace FedPG.Cluster.Wire;

/// <summary>What a worker needs to know of a run before it can hold blocks of it.</summary>
/// <param name="Session">The run, by the process that does it.</param>
/// <param name="Experiment">The resolved experiment without its plug-ins, as JSON in UTF-8.</param>
/// <param name="Hash">The SHA-256 of those bytes, which the worker must find again when it resolves the experiment itself.</param>
/// <param name="Files">The files that the experiment names, by the key that names them.</param>
/// <param name="Software">The program and its plug-ins.</param>
[GenerateSerializer, Immutable, Alias("fedpg.offer")]
internal sealed record SessionOffer(Guid Session, byte[] Experiment, string Hash, OfferedFile[] Files, Software Software);

/// <summary>A file that an experiment names.</summary>
/// <param name="KeyPath">The key that names it.</param>
/// <param name="Name">The file's name without a folder.</param>
/// <param name="Bytes">What is in it.</param>
[GenerateSerializer, Immutable, Alias("fedpg.file")]
internal sealed record OfferedFile(string KeyPath, string Name, byte[] Bytes);

/// <summary>What must be the same on both sides for the bits to be.</summary>
/// <param name="Version">The version of this program, with the revision of the sources where it is known.</param>
/// <param name="Torch">The version of TorchSharp.</param>
/// <param name="Plugins">The plug-ins.</param>
[GenerateSerializer, Immutable, Alias("fedpg.software")]
internal sealed record Software(string Version, string Torch, PluginBuild[] Plugins)
{
    /// <summary>This process.</summary>
    public static Software Own() => new(
        typeof(Software).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
        [.. PluginHost.Default.Loaded.Select(p => new PluginBuild(p.Assembly, p.Version, p.Digest))]);

    /// <summary>What keeps a worker with this software from computing a run of the other's; null when nothing does.</summary>
    /// <param name="server">The software of the process that does the run.</param>
    /// <param name="plugins">Whether plug-ins count as well.</param>
    public string? MismatchWith(Software server, bool plugins = true)
    {
        if (Version != server.Version)
            return $"the worker is FedPG.Torch {Version}, and the run is of FedPG.Torch {server.Version}; start the "
                + "worker from the same build";
        if (Torch != server.Torch)
            return $"the worker has TorchSharp {Torch}, and the run has {server.Torch}; start the worker from the same build";
        if (!plugins) return null;
        foreach (PluginBuild needed in server.Plugins)
        {
            PluginBuild? own = Array.Find(Plugins, p => p.Assembly == needed.Assembly);
            if (own is null)
                return $"the run needs the plug-in {needed.Assembly} {needed.Version}, which the worker does not have; start it with "
                    + $"--plugin {needed.Assembly}.dll";
            if (own.Sha256 != needed.Sha256)
                return $"the worker has another build of the plug-in {needed.Assembly} (version {own.Version}, SHA-256 "
                    + $"{own.Sha256[..12]}...) than the run (version {needed.Version}, SHA-256 "
                    + $"{needed.Sha256[..12]}...); give both the same file";
        }
        return null;
    }
}

/// <summary>A plug-in.</summary>
/// <param name="Assembly">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">The SHA-256 of its file, and of what it loads beside it.</param>
[GenerateSerializer, Immutable, Alias("fedpg.plugin")]
internal sealed record PluginBuild(string Assembly, string Version, string Sha256);
