using FedPG.Core.Options;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.States;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation.Algorithms;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Execution;

/// <summary>
/// What a round asks of agents follows from the options and t alone; an algorithm that breaks this is refused before it starts.
/// </summary>
public sealed class RoundCheckTests
{
    private const string Law = "; what a round asks of agents must follow from the options and t alone, never from the server's numbers";

    [Fact]
    public void Calls_that_depend_on_the_round_and_the_options_are_allowed() => Assert.Null(ErrorOf((algorithm, server, agents, t) =>
    {
        int step = t % 2;
        double weight = 0.5 * (t + 1);
        if (t % 2 == 1) agents.Run((block, _) => block.Theta.add_(step * weight), t);
        agents.Mean("delta", (block, _) => block.Theta, t, entries: t + 1);
    }));

    [Fact]
    public void A_call_that_depends_on_the_servers_numbers_is_refused() => Assert.Equal(
        "small: federation.algorithm: in round 0 Scripted makes 1 calls, or 0 when the server has other numbers" + Law,
        ErrorOf((_, server, agents, t) =>
        {
            if (server.Theta.norm().item<double>() < 1e-6) agents.Run((block, _) => block.Theta.zero_(), t);
        }));

    [Fact]
    public void So_is_one_that_depends_on_what_the_agents_answered() => Assert.Equal(
        "small: federation.algorithm: in round 0 Scripted asks for Sum \"small\" of round 0, or for Sum \"large\" of round 0 when the "
        + "server has other numbers" + Law,
        ErrorOf((_, _, agents, t) =>
        {
            double norm = agents.Mean("delta", (block, _) => block.Theta, t).norm().item<double>();
            agents.Mean(norm > 10 ? "large" : "small", (block, _) => block.Theta, t);
        }));

    [Fact]
    public void So_is_a_choice_of_the_function() => Assert.Equal(
        "small: federation.algorithm: in round 0 Scripted runs another function for Work of round 0 when the server has other numbers"
            + Law,
        ErrorOf((_, server, agents, t) =>
        {
            if (server.Theta.sum().item<double>() == 0) agents.Run((block, _) => block.Theta.zero_(), t);
            else agents.Run((block, _) => block.Theta.fill_(1), t);
        }));

    [Fact]
    public void So_is_a_number_or_a_tensor_of_the_server_that_a_function_takes_along()
    {
        Assert.Equal(
            "small: federation.algorithm: in round 0 Scripted hands the variable \"norm\" of the server to the function for Work of round 0"
                + Law,
            ErrorOf((_, server, agents, t) =>
            {
                double norm = server.Theta.norm().item<double>();
                agents.Run((block, _) => block.Theta.mul_(norm), t);
            }));
        Assert.Equal(
            "small: federation.algorithm: in round 0 Scripted hands the variable \"server\" of the server to the "
            + "function for Work of round 0" + Law,
            ErrorOf((_, server, agents, t) => agents.Run((block, _) => block.Theta.copy_(server.Theta), t)));
    }

    [Fact]
    public void So_is_what_the_algorithm_remembers_by_itself() => Assert.Equal(
        "small: federation.algorithm: in round 0 Scripted makes 1 calls, or 0 when the server has other numbers" + Law,
        ErrorOf((algorithm, _, agents, t) =>
        {
            if (algorithm.Called++ < 3) agents.Run((block, _) => block.Theta.zero_(), t);
        }));

    private static string? ErrorOf(Action<Scripted, ServerState, IAgents<NoState>, int> round)
    {
        try
        {
            using var run = new TrainingLoop(
                AlgorithmTesting.Experiment("fedavg") with { CreateAlgorithm = () => new Scripted(round) }, RunTesting.Execution(),
                TimeProvider.System);
            return null;
        }
        catch (InvalidInputException e)
        {
            return e.Message;
        }
    }

    private sealed class Scripted(Action<Scripted, ServerState, IAgents<NoState>, int> round) : Algorithm<ServerState>
    {
        public int Called { get; set; }

        public override ServerState CreateServer(Tensor theta) => new(theta);

        public override void Round(ServerState server, IAgents<NoState> agents, int t) => round(this, server, agents, t);
    }
}
