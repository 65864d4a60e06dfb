namespace FedPG.Experiments.Plugins;

/// <summary>A plug-in that this process has loaded; the first four are what a run's experiment.json says of it.</summary>
/// <param name="Path">The file, by its full path.</param>
/// <param name="Assembly">The name of the assembly, by which a plug-in is recognised when its file was moved.</param>
/// <param name="Version">The version of the assembly.</param>
/// <param name="Sha256">The SHA-256 of the file in lower-case hexadecimal digits, by which a change is noticed.</param>
/// <param name="Contents">What it brought.</param>
internal sealed record LoadedPlugin(string Path, string Assembly, string Version, string Sha256, PluginContents Contents)
{
    /// <summary>What it loads beside its own file.</summary>
    public IReadOnlyList<PluginAssembly> Loads { get; init; } = [];

    /// <summary>One checksum of it and all that it loads.</summary>
    public string Digest => PluginAssemblies.DigestOf(Sha256, Loads);
}
