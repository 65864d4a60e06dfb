using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;

namespace FedPG.Experiments;

/// <summary>
/// An experiment whose file was read without an error: everything a run needs, and the file it came from with all defaults.
/// </summary>
public sealed record Experiment : TrainingSetup
{
    /// <summary>The environment, where it is tabular.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public FiniteMdp Mdp => TabularFamily.MdpOf(Environment);

    /// <summary>The environment as a program gave it; null for the one that the file names.</summary>
    public FederatedEnvironment? GivenEnvironment { get; init; }

    /// <summary>The policy of another run that this one starts from; null where it starts by itself.</summary>
    public StartPolicy? Start { get; init; }

    /// <summary>The name of the estimator.</summary>
    public required string Estimator { get; init; }

    /// <summary>The name of the algorithm.</summary>
    public required string AlgorithmName { get; init; }

    /// <summary>The whole file with all defaults written out; read again, it gives this experiment.</summary>
    public required JsonObject Resolved { get; init; }
}
