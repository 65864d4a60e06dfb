using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// A finite MDP in a file, in whatever form it has: our own JSON, PRISM's explicit files (<c>.tra</c>) or Storm's (<c>.drn</c>). Stateless.
/// </summary>
internal static class ModelFile
{
    private const string Prism = ".tra", Storm = ".drn", Own = ".json";

    /// <summary>Whether a name looks like such a file, or is one.</summary>
    /// <param name="name">A name or a path.</param>
    public static bool IsPath(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Path.GetExtension(name).ToUpperInvariant() is ".TRA" or ".DRN" or ".JSON" || File.Exists(name);
    }

    /// <summary>Whether a file needs options: PRISM's and Storm's do not say the discount.</summary>
    /// <param name="path">The file.</param>
    public static bool TakesOptions(string path) => Path.GetExtension(path).ToUpperInvariant() is ".TRA" or ".DRN";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What a file of PRISM or Storm does not say; null for the defaults.</param>
    /// <exception cref="InvalidInputException">The file cannot be read or used; carries every error, the first 20 at most.</exception>
    public static FiniteMdp Read(string path, ModelFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!TakesOptions(path)) return FiniteMdpFile.Read(path);
        ExplicitModel model = Path.GetExtension(path).Equals(Storm, StringComparison.OrdinalIgnoreCase)
            ? StormFile.Read(path)
            : PrismFiles.Read(path);
        var errors = new ErrorCollector(path);
        FiniteMdp? mdp = model.ToMdp(Path.GetFileNameWithoutExtension(path), options ?? new ModelFileOptions(), errors);
        errors.ThrowIfAny();
        return mdp!;
    }

    /// <summary>A file where an environment is named: its documentation, and what reads it.</summary>
    /// <param name="path">The file.</param>
    public static EnvironmentDefinition Definition(string path) => new()
    {
        Id = path,
        NeedsOptions = true,
        OptionsType = TakesOptions(path) ? typeof(ModelFileOptions) : null,
        Summary = "a finite MDP in a file.",
        Description =
            $"A finite MDP, read from a file: {Own}, the form of env export; {Prism}, PRISM's explicit files with .lab and rewards "
                + $"beside it; {Storm}, Storm's.",
        ActionSpace =
            "The actions by their numbers. A state of a PRISM or Storm file with fewer choices than the most repeats its first one.",
        ObservationSpace = "The states by their numbers.",
        StartingState = "As the file says; of a PRISM or Storm file uniform over the states labelled init, or state 0.",
        Rewards = "As the file says; of a PRISM or Storm file each reward structure is an agent.",
        EpisodeEnd = "A state that every action leads back to, and that pays nothing, ends an episode.",
        Heterogeneity = "The agents are those of the file.",
        VersionHistory = "None.",
        Source = "The file.",
        Configure = (reader, _) =>
        {
            ModelFileOptions? options = TakesOptions(path) ? OptionRecord.Read(reader, new ModelFileOptions()) : null;
            return () => Read(path, options);
        },
    };
}
