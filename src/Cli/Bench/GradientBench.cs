using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular.Exact;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.Execution;
using static TorchSharp.torch;

namespace FedPG.Cli.Bench;

/// <summary>
/// The workloads W3: the exact gradients of 16 agents at 16 different parameters of a tabular softmax policy, on the gridworld of W1 with
/// more cells. Each evaluation is at other parameters than the one before, so that nothing of an earlier solution is of use.
/// </summary>
internal static class GradientBench
{
    private const int Agents = 16, Sets = 4;
    private const double Seconds = 0.3;

    /// <summary>The side of the square grid of each workload.</summary>
    public static IReadOnlyDictionary<string, int> Sides { get; } = new Dictionary<string, int>
    {
        ["W3-100"] = 10,
        ["W3-400"] = 20,
        ["W3-900"] = 30,
    };

    /// <summary>Times a workload.</summary>
    /// <param name="name">One of <see cref="Sides"/>.</param>
    /// <param name="bench">The threads that agents are shared among, the device, and how often it is repeated.</param>
    /// <returns>
    /// The workload and the milliseconds that all 16 gradients take together: the median of several repeats, and their least and most.
    /// </returns>
    public static JsonObject Measure(string name, BenchSettings bench)
    {
        Experiment experiment = ExperimentOf(name);
        using var federation = new TrainingLoop(experiment, bench.Execution, TimeProvider.System);
        LocalAgents agents = federation.LocalAgents;
        Dictionary<int, Tensor[]> rows = agents.Blocks.ToDictionary(b => b.First,
            b => Enumerable.Range(0, Sets).Select(set => Rows(b, set)).ToArray());
        int step = 0;
        Repeat();
        var times = Spread.Of([.. Enumerable.Range(0, bench.Repeats).Select(_ => Repeat())]);
        foreach (Tensor tensor in rows.Values.SelectMany(sets => sets)) tensor.Dispose();
        var result = new JsonObject { ["workload"] = name };
        times.WriteTo(result, "milliseconds", "", 4);
        (result["states"], result["agents"], result["products"], result["repeats"]) =
            (Sides[name] * Sides[name], Agents, Products(experiment), bench.Repeats);
        return result;

        double Repeat()
        {
            long started = Stopwatch.GetTimestamp();
            int before = step;
            do
            {
                int set = step++ % Sets;
                agents.Run(AgentCall.Work(
                    (AgentBlock block, int round) =>
                        block.Gradient(rows[block.First][set], sameRows: false, new BatchKey(round, 0)), round: 0));
            }
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < Seconds);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds / (step - before);
        }
    }

    /// <summary>The multiplications of one factorisation.</summary>
    public static double Products(Experiment experiment) =>
        new ExactEvaluation(experiment.Mdp.Agents[0].Kernel, experiment.Mdp.Discount).FactorisationCost;

    /// <summary>Parameters of a block's agents, uniform on (-1, 1).</summary>
    private static Tensor Rows(AgentBlock block, int set)
    {
        int length = block.Policy.Layout.Length;
        double[] values = [.. Enumerable.Range(block.First, block.Count).SelectMany(agent =>
        {
            var random = new RandomSequence(new StreamKey(1, StreamPurpose.Initialisation, agent, set, 0));
            return Enumerable.Range(0, length).Select(_ => (2 * random.NextDouble()) - 1);
        })];
        using Tensor all = tensor(values, dtype: block.Theta.dtype, device: block.Theta.device);
        return all.reshape(block.Count, length).DetachFromDisposeScope();
    }

    private static Experiment ExperimentOf(string name)
    {
        string side = Sides[name].ToString(CultureInfo.InvariantCulture);
        string json = $$"""
            {
              "name": "{{name}}", "dtype": "float32",
              "environment": { "id": "GridWorld-v0", "agents": {{Agents}}, "options": { "width": {{side}},
                "height": {{side}}, "slip": 0.1, "discount": 0.95, "goals": "boundary" } },
              "policy": { "kind": "tabular-softmax" },
              "gradient": { "estimator": "exact" },
              "federation": { "algorithm": "fast-fedpg", "rounds": 0 },
              "evaluateEvery": 1000000, "checkpointEvery": 0
            }
            """;
        return ExperimentReader.Default.Read(JsonDocument.Parse(json).RootElement, name, Environment.CurrentDirectory, []);
    }
}
