using FedPG.Core.Metrics;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// The agents as they are asked whatever their state is: what runs blocks implements it.
/// <see cref="TypedAgents{TState}"/> is its typed face.
/// </summary>
internal interface IAgentCalls : IAgents
{
    /// <summary><see cref="IAgents{TState}.MeanAndShare"/>.</summary>
    /// <param name="call">A call of kind <see cref="AgentCallKind.Sum"/>.</param>
    (Tensor Mean, Tensor Share) MeanAndShare(AgentCall call);

    /// <summary><see cref="IAgents{TState}.Run"/>.</summary>
    /// <param name="call">A call of kind <see cref="AgentCallKind.Work"/>.</param>
    void Run(AgentCall call);

    /// <summary><see cref="IAgents{TState}.Gossip"/>.</summary>
    /// <param name="send">A call of kind <see cref="AgentCallKind.Rows"/>.</param>
    /// <param name="take">A call of kind <see cref="AgentCallKind.Take"/>.</param>
    /// <param name="graph">Who hears whom.</param>
    void Gossip(AgentCall send, AgentCall take, MixingGraph graph);

    /// <summary><see cref="IAgents{TState}.Inspect"/>.</summary>
    /// <param name="call">A call of kind <see cref="AgentCallKind.Rows"/> without a name.</param>
    Tensor Inspect(AgentCall call);
}

/// <summary>Turns the functions of an algorithm into calls.</summary>
/// <typeparam name="TState">The state record of a block of agents.</typeparam>
/// <param name="calls">What runs them.</param>
internal sealed class TypedAgents<TState>(IAgentCalls calls) : IAgents<TState>
    where TState : class
{
    public int Count => calls.Count;

    public bool EveryoneTakesPart => calls.EveryoneTakesPart;

    public MetricRecorder Metrics => calls.Metrics;

    public void Broadcast(string name, Tensor vector, int? round = null, int? entries = null) =>
        calls.Broadcast(name, vector, round, entries);

    public void Show(string name, Tensor vector) => calls.Show(name, vector);

    public Tensor Mean(string name, Func<AgentBlock<TState>, int, Tensor> send, int round, int? entries = null) =>
        MeanAndShare(name, send, round, entries).Mean;

    public (Tensor Mean, Tensor Share) MeanAndShare(string name, Func<AgentBlock<TState>, int, Tensor> send, int round,
        int? entries = null) =>
        calls.MeanAndShare(AgentCall.Sum(name, send, round, entries));

    public void Run(Action<AgentBlock<TState>, int> work, int round) => calls.Run(AgentCall.Work(work, round));

    public void Gossip(
        string name, MixingGraph graph, Func<AgentBlock<TState>, int, Tensor> send,
        Action<AgentBlock<TState>, Tensor> receive, int round) =>
        calls.Gossip(AgentCall.Send(name, send, round), AgentCall.Take(name, receive, round), graph);

    public Tensor Inspect(Func<AgentBlock<TState>, Tensor> rows, int round) => calls.Inspect(AgentCall.Inspect(rows, round));
}
