using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>FrozenLake8x8-v1</c>: the frozen lake with the map of 8 rows.</summary>
public static class FrozenLake8x8
{
    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = FrozenLake.Define<FrozenLake8x8Options>("FrozenLake8x8-v1", "8x8", 200);

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, FrozenLake8x8Options? options = null) => (FiniteMdp)Definition.Create(agents, options);
}
