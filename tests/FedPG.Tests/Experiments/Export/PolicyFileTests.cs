using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Experiments.Export;
using FedPG.Experiments.Training;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Export;

/// <summary>A reader that knows the two files alone, not our policies, takes the same actions.</summary>
public sealed class PolicyFileTests
{
    [Theory]
    [MemberData(nameof(ExportedPolicies.Names), MemberType = typeof(ExportedPolicies))]
    public void Whoever_reads_the_tensors_acts_as_the_policy(string name)
    {
        TrainedPolicy policy = ExportedPolicies.Of(name);
        for (int agent = 0; agent < policy.AgentNames.Count; agent++)
        {
            (JsonObject metadata, Dictionary<string, (double[] Values, int[] Shape)> tensors) =
                ReadSafetensors(policy.Export(PolicyFormat.Safetensors, agent));
            var text = (JsonObject)JsonNode.Parse(policy.Export(PolicyFormat.Json, agent))!;
            Assert.Equal("pt", (string?)metadata["format"]);
            Assert.Equal(policy.AgentNames[agent], (string?)metadata["agent"]);
            string[] stages = [.. JsonNode.Parse((string)metadata["stages"]!)!.AsArray().Select(stage => (string)stage!)];
            Assert.Equal(stages, text["stages"]!.AsArray().Select(stage => (string)stage!["type"]!));
            foreach (double[] observation in ExportedPolicies.Observations(policy.ObservationSpace))
            {
                double[] x = OneHot(observation, (JsonObject)text["observation"]!);
                for (int k = 0; k < stages.Length; k++)
                {
                    double[]? weight = tensors.TryGetValue($"{k}.weight", out var w) ? w.Values : null;
                    if (weight is not null) AssertSame(weight, text["stages"]![k]!["weight"]!);
                    x = Apply(stages[k], x, weight, tensors.GetValueOrDefault($"{k}.bias").Values,
                        tensors.GetValueOrDefault($"{k}.low").Values, tensors.GetValueOrDefault($"{k}.width").Values);
                }
                double[] action = Action(x, text, policy);
                double[] own = policy.ActAsArray(observation, agent);
                Assert.Equal(own.Length, action.Length);
                for (int k = 0; k < own.Length; k++) Assert.Equal(own[k], action[k], 1e-6 * (1 + Math.Abs(own[k])));
            }
        }
    }

    [Fact]
    public void Agents_that_are_told_apart_have_files_of_their_own()
    {
        TrainedPolicy policy = ExportedPolicies.Of("box to choices");
        double[] BiasOf(int agent) => ReadSafetensors(policy.Export(PolicyFormat.Safetensors, agent)).Tensors["0.bias"].Values;
        Assert.NotEqual(BiasOf(0), BiasOf(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Export(PolicyFormat.Json, 3));
    }

    [Fact]
    public void A_file_is_written_where_it_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        TrainedPolicy policy = ExportedPolicies.Of("table");
        policy.Export(folder["policy.json"], PolicyFormat.Json, 1);
        Assert.Equal(policy.Export(PolicyFormat.Json, 1), File.ReadAllBytes(folder["policy.json"]));
    }

    private static (JsonObject Metadata, Dictionary<string, (double[] Values, int[] Shape)> Tensors) ReadSafetensors(byte[] file)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        var header = (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(file, 8, length))!;
        var tensors = new Dictionary<string, (double[], int[])>();
        foreach ((string name, JsonNode? entry) in header)
        {
            if (name == "__metadata__") continue;
            int start = 8 + length + (int)entry!["data_offsets"]![0]!, end = 8 + length + (int)entry["data_offsets"]![1]!;
            ReadOnlySpan<byte> bytes = file.AsSpan(start, end - start);
            double[] values = (string)entry["dtype"]! == "F64"
                ? MemoryMarshal.Cast<byte, double>(bytes).ToArray()
                : Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), v => (double)v);
            int[] shape = [.. entry["shape"]!.AsArray().Select(size => (int)size!)];
            Assert.Equal(values.Length, shape.Aggregate(1, (a, b) => a * b));
            tensors[name] = (values, shape);
        }
        return ((JsonObject)header["__metadata__"]!, tensors);
    }

    private static void AssertSame(double[] weight, JsonNode rows)
    {
        double[] text = [.. rows.AsArray().SelectMany(row => row!.AsArray().Select(v => (double)v!))];
        Assert.Equal(weight.Length, text.Length);
        for (int k = 0; k < text.Length; k++) Assert.Equal(text[k], weight[k], 1e-6 * (1 + Math.Abs(text[k])));
    }

    private static double[] OneHot(double[] observation, JsonObject space)
    {
        int[] counts = (string)space["type"]! switch
        {
            "discrete" => [(int)space["count"]!],
            "multi-discrete" => [.. space["counts"]!.AsArray().Select(count => (int)count!)],
            _ => [],
        };
        if (counts.Length == 0) return observation;
        return [.. counts.SelectMany((count, k) => Enumerable.Range(0, count).Select(v => v == (int)observation[k] ? 1.0 : 0))];
    }

    private static double[] Apply(string stage, double[] x, double[]? weight, double[]? bias, double[]? low,
        double[]? width) => stage switch
    {
        "linear" =>
            [.. Enumerable.Range(0, weight!.Length / x.Length)
                .Select(o => (bias?[o] ?? 0) + x.Select((v, i) => v * weight[(o * x.Length) + i]).Sum())],
        "unit" => [.. x.Select((v, k) => width![k] > 0 ? Math.Clamp((v - low![k]) / width[k], 0, 1) : 0.5 + (0.5 * v / (1 + Math.Abs(v))))],
        "tanh" => [.. x.Select(Math.Tanh)],
        "relu" => [.. x.Select(v => Math.Max(0, v))],
        "cos" => [.. x.Select(Math.Cos)],
        _ => throw new InvalidOperationException(stage),
    };

    private static double[] Action(double[] x, JsonObject text, TrainedPolicy policy) => (string)text["head"]! switch
    {
        "costs" => [Array.IndexOf(x, x.Min())],
        "mean" => policy.ActionSpace is Box box ? [.. x.Select((v, k) => Math.Clamp(v, box.Low[k], box.High[k]))] : x,
        _ => [Array.IndexOf(x, x.Max())],
    };
}
