using System.Text.Json.Nodes;
using FedPG.Envs.Tabular;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;

namespace FedPG.Experiments;

/// <summary>An experiment whose file was read without an error: everything a run needs, and the file it came from with all defaults.</summary>
public sealed record Experiment : TrainingSetup
{
    /// <summary>The environment, where its states are listed.</summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    public FiniteMdp Mdp => TabularFamily.MdpOf(Environment);

    /// <summary>The name of the estimator.</summary>
    public required string Estimator { get; init; }

    /// <summary>The name of the algorithm.</summary>
    public required string AlgorithmName { get; init; }

    /// <summary>The whole file with all defaults written out; read again, it gives this experiment.</summary>
    public required JsonObject Resolved { get; init; }
}
