namespace FedPG.Envs;

/// <summary>
/// By which options the agents of an environment differ. Each list names options of <see cref="EnvironmentDefinition.Arguments"/>.
/// </summary>
/// <param name="Rewards">What gives agents rewards, or goals, of their own.</param>
/// <param name="Kernels">What gives them transitions of their own.</param>
/// <param name="Degree">The degree from 0, where all agents are alike, to 1.</param>
/// <param name="Draw">What they are drawn from a distribution by.</param>
public sealed record AgentDifferences(
    IReadOnlyList<string> Rewards, IReadOnlyList<string> Kernels, IReadOnlyList<string> Degree, IReadOnlyList<string> Draw)
{
    /// <summary>Each list with its heading, in the order of documentation.</summary>
    public IEnumerable<(string What, IReadOnlyList<string> Options)> Lists =>
        [("rewards", Rewards), ("kernels", Kernels), ("degree", Degree), ("drawn by", Draw)];
}
