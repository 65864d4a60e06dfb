using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// What a round asks of agents, in order, found by following the algorithm without any agents: what runs on agents is a function in the program, which
/// cannot be sent, so a machine that holds blocks makes the same algorithm from the same experiment and takes the functions from there.
/// </summary>
public static class RoundProgram
{
    /// <summary>Follows a round. The server's state is made up, all means are zeros, and what it leaves behind is disposed.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="round">t, or <see cref="Algorithm.StartRound"/>.</param>
    /// <param name="agents">N.</param>
    /// <param name="everyone">Whether all agents take part in every round.</param>
    /// <param name="theta">A vector like thetabar, [d]; only its form matters.</param>
    /// <returns>The calls of the round.</returns>
    public static IReadOnlyList<AgentCall> Of(Algorithm algorithm, int round, int agents, bool everyone, Tensor theta)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        ServerState server = algorithm.CreateServer(zeros_like(theta).DetachFromDisposeScope());
        try
        {
            var follower = new Follower(agents, everyone, theta);
            if (round == Algorithm.StartRound) algorithm.Start(server, follower);
            else algorithm.Round(server, follower, round);
            return follower.Calls;
        }
        finally
        {
            StateTensors.Dispose(server);
        }
    }

    private sealed class Follower(int agents, bool everyone, Tensor theta) : IAgents
    {
        private readonly List<AgentCall> _calls = [];

        public IReadOnlyList<AgentCall> Calls => _calls;

        public int Count => agents;

        public bool EveryoneTakesPart => everyone;

        public void Broadcast(string name, Tensor vector, int? round = null, int? entries = null) { }

        public void Show(string name, Tensor vector) { }

        public Tensor Mean(Uplink uplink, int round) => MeanAndShare(uplink, round).Mean;

        public (Tensor Mean, Tensor Share) MeanAndShare(Uplink uplink, int round)
        {
            _calls.Add(AgentCall.Sum(uplink, round));
            return (zeros_like(theta), zeros_like(theta));
        }

        public void Run(Action<AgentBlock, int> work, int round) => _calls.Add(AgentCall.Work(work, round));

        public void Gossip(string name, MixingGraph graph, Func<AgentBlock, int, Tensor> send, Action<AgentBlock, Tensor> receive, int round)
        {
            _calls.Add(AgentCall.Send(name, send, round));
            _calls.Add(AgentCall.Take(name, receive, round));
        }

        public Tensor Inspect(Func<AgentBlock, Tensor> rows, int round)
        {
            _calls.Add(AgentCall.Inspect(rows, round));
            return zeros_like(theta);
        }
    }
}
