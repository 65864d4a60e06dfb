using System.Text.Json.Nodes;
using FedPG.Core.Resources;
using FedPG.Cluster.Wire;
using FedPG.Experiments;

namespace FedPG.Cluster.Server;

/// <summary>What workers are told of a run.</summary>
internal static class ExperimentOffer
{
    /// <summary>The offer of an experiment, as a session of its own.</summary>
    public static SessionOffer Of(Experiment experiment, Software software)
    {
        OfferedFile[] files = [.. FilesOf(experiment)];
        byte[] resolved = ResolvedExperiment.BytesOf(experiment, files);
        return new SessionOffer(Guid.NewGuid(), resolved, ResolvedExperiment.HashOf(resolved), files, software);
    }

    /// <summary>The files that the resolved experiment names, which other machines do not have; plug-ins are not sent.</summary>
    private static IEnumerable<OfferedFile> FilesOf(Experiment experiment) =>
        experiment.Resolved["environment"]?["mdp"] is JsonValue value && value.TryGetValue(out string? path)
            ? [new OfferedFile(ResolvedExperiment.MdpKeyPath, Path.GetFileName(path), InputFile.Bytes(path))]
            : [];
}
