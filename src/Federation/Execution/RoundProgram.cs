using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// What a round asks of agents, in order, found by following the algorithm without any agents: what runs on agents is a function in the
/// program, which cannot be sent, so a machine that holds blocks makes the same algorithm from the same
/// experiment and takes the functions from there. Stateless.
/// </summary>
internal static class RoundProgram
{
    /// <summary>Follows a round. The server's state is made up, all means are zeros, and what it leaves behind is disposed.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="round">t, or <see cref="Algorithm.StartRound"/>.</param>
    /// <param name="agents">N.</param>
    /// <param name="everyone">Whether all agents take part in every round.</param>
    /// <param name="theta">A vector like thetabar, [d]; only its form matters.</param>
    /// <returns>The calls of the round.</returns>
    public static IReadOnlyList<AgentCall> Of(Algorithm algorithm, int round, int agents, bool everyone, Tensor theta) =>
        Follow(algorithm, [round], new RoundFollower(agents, everyone, theta, scale: 0))[0];

    /// <summary>Follows rounds one after another, with one state of the server.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="rounds">The rounds.</param>
    /// <param name="follower">The agents that are made up.</param>
    /// <returns>The calls of each round.</returns>
    public static IReadOnlyList<AgentCall>[] Follow(Algorithm algorithm, int[] rounds, RoundFollower follower)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ServerState server = algorithm.NewServer(follower.Numbers().DetachFromDisposeScope());
        try
        {
            return [.. rounds.Select(round =>
            {
                using DisposeScope inner = NewDisposeScope();
                algorithm.Run(server, follower, round);
                return follower.TakeCalls();
            })];
        }
        finally
        {
            StateTensors.Dispose(server);
        }
    }
}
