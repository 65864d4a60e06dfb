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
        long numbers = network.Stages.OfType<LinearStage>().Sum(stage => (long)stage.Weight.Length + stage.Outputs);
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
                json["weight"] = new JsonArray([
                    .. Enumerable.Range(0, linear.Outputs)
                        .Select(o => (JsonNode)PolicyDescription.Numbers(linear.Weight.Skip(o * linear.Inputs).Take(linear.Inputs)))]);
                if (linear.Bias is { } bias) json["bias"] = PolicyDescription.Numbers(bias);
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
}
