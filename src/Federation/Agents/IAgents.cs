using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// What agents compute and send up: a named function of (an agent's state and what it received, the round) that every agent runs, in this
/// process or elsewhere. Rows [n, d] come back, one an agent; they may be the block's own buffer.
/// </summary>
/// <param name="Name">The name of the message in exchange.csv.</param>
/// <param name="Run">Runs on a block, within a dispose scope and without gradients being recorded.</param>
public sealed record Uplink(string Name, Func<AgentBlock, int, Tensor> Run);

/// <summary>The agents as the server sees them: it can send to all, and ask all. Nothing else crosses.</summary>
public interface IAgents
{
    /// <summary>N.</summary>
    int Count { get; }

    /// <summary>Sends a vector [d] to every agent.</summary>
    void Broadcast(string name, Tensor vector);

    /// <summary>Has every agent run a function, and returns the mean of what they send up, [d], summed in the order of <see cref="RowSums"/>.</summary>
    /// <param name="uplink">The function.</param>
    /// <param name="round">The round its random numbers belong to.</param>
    /// <returns>A tensor of the caller's dispose scope.</returns>
    /// <exception cref="DivergedException">An agent sent numbers that are not finite; names it.</exception>
    Tensor Mean(Uplink uplink, int round);
}
