using System.Text.Json;
using FedPG.Experiments.Export;
using FedPG.Experiments.Training;
using FedPG.Tests.Federation.Estimators;
#if OUTSIDE_READERS
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
#endif
using Xunit;

namespace FedPG.Tests.Experiments.Export;

/// <summary>A policy with a memory, exported: step after step other programs take its actions and remember what it does.</summary>
public sealed class MemoryExportTests
{
    private static readonly double[][] Steps =
        [.. Enumerable.Range(0, 6).Select(t => Enumerable.Range(0, 4).Select(k => 0.7 * Math.Sin((5 * t) + k)).ToArray())];

    [Fact]
    public void Whoever_reads_the_numbers_remembers_the_same()
    {
        TrainedPolicy policy = Trained();
        using JsonDocument file = JsonDocument.Parse(policy.Export(PolicyFormat.Json));
        JsonElement[] stages = [.. file.RootElement.GetProperty("stages").EnumerateArray()];
        Assert.Equal(["linear", "tanh", "gru", "linear"], stages.Select(stage => stage.GetProperty("type").GetString()));
        double[] h = new double[3];
        Follow(policy, (observation, _) =>
        {
            double[] x = [.. Product(stages[0], "weight", "bias", observation).Select(Math.Tanh)];
            double[] given = Product(stages[2], "weight_ih", "bias_ih", x), back = Product(stages[2], "weight_hh", "bias_hh", h);
            for (int j = 0; j < 3; j++)
            {
                double r = 1 / (1 + Math.Exp(-given[j] - back[j])), z = 1 / (1 + Math.Exp(-given[3 + j] - back[3 + j]));
                h[j] = ((1 - z) * Math.Tanh(given[6 + j] + (r * back[6 + j]))) + (z * h[j]);
            }
            double[] logits = Product(stages[3], "weight", "bias", h);
            return (logits[1] > logits[0] ? 1 : 0, h);
        });
    }

    /// <summary>The names and shapes of <c>torch.nn.GRUCell</c>.</summary>
    [Fact]
    public void Tensors_have_the_names_of_torch()
    {
        byte[] file = Trained().Export(PolicyFormat.Safetensors);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, (int)BitConverter.ToInt64(file)));
        (string, int[])[] expected = [("weight_ih", [9, 5]), ("weight_hh", [9, 3]), ("bias_ih", [9]), ("bias_hh", [9])];
        foreach ((string name, int[] shape) in expected)
        {
            JsonElement found = header.RootElement.GetProperty($"2.{name}").GetProperty("shape");
            Assert.Equal(shape, found.EnumerateArray().Select(n => n.GetInt32()));
        }
    }

#if OUTSIDE_READERS
    [Fact]
    public void The_graph_takes_the_memory_and_gives_it_back()
    {
        TrainedPolicy policy = Trained();
        using var session = new InferenceSession(policy.Export(PolicyFormat.Onnx));
        Follow(policy, (observation, memory) =>
        {
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(
            [
                NamedOnnxValue.CreateFromTensor("observation", new DenseTensor<double>(observation, [1, 4])),
                NamedOnnxValue.CreateFromTensor("memory", new DenseTensor<double>(memory, [1, 3])),
            ]);
            return ((int)outputs.Single(o => o.Name == "action").AsTensor<long>().Single(),
                [.. outputs.Single(o => o.Name == "next_memory").AsTensor<double>()]);
        });
    }
#endif

    /// <summary>Compares another program with the policy, whose memory it is given.</summary>
    private static void Follow(TrainedPolicy policy, Func<double[], double[], (int Action, double[] Memory)> other)
    {
        double[] memory = new double[policy.MemorySize], action = [0];
        foreach (double[] observation in Steps)
        {
            (int theirs, double[] next) = other(observation, [.. memory]);
            policy.Act(observation, action, memory);
            Assert.Equal((int)action[0], theirs);
            for (int j = 0; j < memory.Length; j++) Assert.Equal(memory[j], next[j], 1e-9);
        }
    }

    private static double[] Product(JsonElement stage, string weight, string bias, double[] x) =>
    [
        .. stage.GetProperty(weight).EnumerateArray().Zip(stage.GetProperty(bias).EnumerateArray(), (row, b) =>
            b.GetDouble() + row.EnumerateArray().Zip(x, (w, value) => w.GetDouble() * value).Sum()),
    ];

    private static TrainedPolicy Trained()
    {
        using var trainer = new FederatedTrainer(EstimatorsTesting.Read("""
            {"seed":3,"dtype":"float64","objective":"reward","evaluateEvery":100,"evaluationEpisodes":2,
             "environment":{"id":"CartPole-v1","agents":1},
             "policy":{"kind":"neural-softmax","hidden":[5],"gru":3,"critic":"shared","start":"orthogonal"},
             "gradient":{"estimator":"ppo","horizon":16,"trajectories":2},"federation":{"algorithm":"fedavg","rounds":2} }
            """));
        return trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Policy;
    }
}
