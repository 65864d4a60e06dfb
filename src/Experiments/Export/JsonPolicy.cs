using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using FedPG.Experiments.Acting;

namespace FedPG.Experiments.Export;

/// <summary>A small policy as one JSON document. Stateless.</summary>
internal static class JsonPolicy
{
    /// <summary>The most numbers of a policy that is written as text.</summary>
    public const int MaxNumbers = 100_000;

    /// <summary>The bytes of the file.</summary>
    /// <param name="network">The policy.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <exception cref="NotSupportedException">It has too many numbers.</exception>
    public static byte[] Write(ActingNetwork network, IReadOnlyDictionary<string, string> origin)
    {
        long numbers = network.Stages.Sum(stage => stage switch
        {
            LinearStage linear => (long)linear.Weight.Length + linear.Outputs,
            GruStage gru => (long)gru.InputWeight.Length + gru.HiddenWeight.Length + (6L * gru.Units),
            _ => 0,
        });
        if (numbers > MaxNumbers)
        {
            throw new NotSupportedException(string.Create(
                CultureInfo.InvariantCulture,
                $"the policy has {numbers} numbers, and JSON is for up to {MaxNumbers}: take safetensors or onnx"));
        }
        JsonObject document = PolicyDescription.Of(network, origin);
        document["stages"] = new JsonArray([.. network.Stages.Select(stage => (JsonNode)StageOf(stage))]);
        if (network.LogDeviation is { } deviation) document["logStandardDeviation"] = PolicyDescription.Numbers(deviation);
        return Encoding.UTF8.GetBytes(document.ToJsonString() + "\n");
    }

    private static JsonObject StageOf(ActingStage stage)
    {
        var json = new JsonObject { ["type"] = PolicyDescription.NameOf(stage) };
        switch (stage)
        {
            case LinearStage linear:
                json["weight"] = Matrix(linear.Weight, linear.Inputs);
                if (linear.Bias is { } bias) json["bias"] = PolicyDescription.Numbers(bias);
                break;
            case GruStage gru:
                json["weight_ih"] = Matrix(gru.InputWeight, gru.Inputs);
                json["weight_hh"] = Matrix(gru.HiddenWeight, gru.Units);
                json["bias_ih"] = PolicyDescription.Numbers(gru.InputBias);
                json["bias_hh"] = PolicyDescription.Numbers(gru.HiddenBias);
                break;
            case UnitStage unit:
                json["low"] = new JsonArray([.. unit.Ranges.Select(range => range is { } r ? JsonValue.Create(r.Low) : null)]);
                json["width"] = new JsonArray([.. unit.Ranges.Select(range => range is { } r ? JsonValue.Create(r.Width) : null)]);
                break;
            default:
                break;
        }
        return json;
    }

    private static JsonArray Matrix(double[] numbers, int columns) =>
        new([.. numbers.Chunk(columns).Select(row => (JsonNode)PolicyDescription.Numbers(row))]);
}
