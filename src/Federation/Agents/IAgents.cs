using FedPG.Core.Metrics;
using FedPG.Federation.Rows;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// The agents as the server sees them: it can send to those of a round. <see cref="IAgents{TState}"/> asks them too. Nothing else crosses.
/// The agents of a round follow from the round's number, so a server may speak to those of the next round already.
/// </summary>
public interface IAgents
{
    /// <summary>N.</summary>
    int Count { get; }

    /// <summary>Whether all agents take part in every round.</summary>
    bool EveryoneTakesPart { get; }

    /// <summary>Takes what the server records for the logs. What agents record goes to <see cref="AgentBlock.Metrics"/>.</summary>
    MetricRecorder Metrics { get; }

    /// <summary>Sends a vector [d] to the agents of a round.</summary>
    /// <param name="name">The name of the message.</param>
    /// <param name="vector">[d].</param>
    /// <param name="round">The round whose agents receive it; null for all agents.</param>
    /// <param name="entries">k where only k entries are sent, each a value and an index, the others being 0; null where all are.</param>
    void Broadcast(string name, Tensor vector, int? round = null, int? entries = null);

    /// <summary>
    /// Lets blocks look at a vector [d] for what they record, such as drift. This is not a message: no agent may act on it. Whatever else
    /// of the server's state a function reads that runs on agents must be broadcast.
    /// </summary>
    /// <param name="name">The name, in <see cref="AgentBlock.Seen"/>.</param>
    /// <param name="vector">[d].</param>
    void Show(string name, Tensor vector);
}

/// <summary>
/// The agents of an algorithm that keeps a <typeparamref name="TState"/> with each block of them. Functions run on a block, within a
/// dispose scope and without gradients being recorded; they are functions of the block's
/// state, of what the block received, and of the round.
/// </summary>
/// <typeparam name="TState">The state record of a block of agents.</typeparam>
public interface IAgents<TState> : IAgents
    where TState : class
{
    /// <summary>
    /// Has the agents of a round run a function, and returns the mean of what they send up, summed in the order of <see cref="RowSums"/>:
    /// over those agents, as their <see cref="Cohort"/> weighs them. Zeros where nobody takes part.
    /// </summary>
    /// <param name="name">The name of the message in exchange.csv.</param>
    /// <param name="send">
    /// What agents compute and send, one row an agent, [n, d]. It may be the block's own buffer;
    /// rows of agents that do not take part are not read.
    /// </param>
    /// <param name="round">The round its random numbers belong to.</param>
    /// <param name="entries">k where only k entries of a row are sent, each a value and an index,
    /// the others being 0; null where all are.</param>
    /// <returns>[d], a tensor of the caller's dispose scope.</returns>
    /// <exception cref="DivergedException">An agent sent numbers that are not finite; the message names it.</exception>
    Tensor Mean(string name, Func<AgentBlock<TState>, int, Tensor> send, int round, int? entries = null);

    /// <summary>
    /// The same, and beside the mean the share: the plain sum over those agents divided by N, as if the others had sent zeros.
    /// </summary>
    /// <param name="name">The name of the message in exchange.csv.</param>
    /// <param name="send">What agents compute and send, one row an agent, [n, d].</param>
    /// <param name="round">The round its random numbers belong to.</param>
    /// <param name="entries">k where only k entries of a row are sent; null where all are.</param>
    /// <returns>Two tensors of the caller's dispose scope, [d]; one and the same where everyone takes part.</returns>
    /// <exception cref="DivergedException">An agent sent numbers that are not finite; the message names it.</exception>
    (Tensor Mean, Tensor Share) MeanAndShare(string name, Func<AgentBlock<TState>, int, Tensor> send, int round, int? entries = null);

    /// <summary>Has the agents of a round do something that they tell nobody about.</summary>
    /// <param name="work">Runs on a block.</param>
    /// <param name="round">The round its random numbers belong to.</param>
    void Run(Action<AgentBlock<TState>, int> work, int round);

    /// <summary>
    /// Has all agents send a row to those that hear them, and hands each block the mixed rows. Sent counts as up, received as down.
    /// </summary>
    /// <param name="name">The name of the message.</param>
    /// <param name="graph">Who hears whom.</param>
    /// <param name="send">The rows of a block, [n, d].</param>
    /// <param name="receive">Takes the mixed rows of a block, [n, d].</param>
    /// <param name="round">The round.</param>
    /// <exception cref="DivergedException">An agent sent numbers that are not finite; the message names it.</exception>
    void Gossip(
        string name, MixingGraph graph, Func<AgentBlock<TState>, int, Tensor> send, Action<AgentBlock<TState>, Tensor> receive, int round);

    /// <summary>
    /// The mean over all agents of rows they keep, [d], for the evaluation of algorithms without a server. This is not a message: a
    /// simulation can look, and real agents would have to be asked.
    /// </summary>
    /// <param name="rows">The rows of a block, [n, d].</param>
    /// <param name="round">The round, for messages.</param>
    /// <returns>A tensor of the caller's dispose scope.</returns>
    /// <exception cref="DivergedException">An agent's numbers are not finite; the message names it.</exception>
    Tensor Inspect(Func<AgentBlock<TState>, Tensor> rows, int round);
}
