using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using FedPG.Experiments.Acting;
using static TorchSharp.torch;

namespace FedPG.Experiments.Export;

/// <summary>
/// A policy as safetensors: the length of a header, the header in JSON, the tensors one after another, little-endian. Names are those of
/// <c>torch.nn.Sequential</c>: <c>0.weight</c> [out, in], <c>0.bias</c>, and the index of a stage that is a function has no tensor. The
/// description stands in the metadata, a JSON value a key. Stateless.
/// </summary>
internal static class SafetensorsPolicy
{
    /// <summary>The name of log sigma.</summary>
    public const string DeviationName = "log_standard_deviation";

    private const int Alignment = 8;

    /// <summary>The bytes of the file.</summary>
    /// <param name="network">The policy.</param>
    /// <param name="origin">Where it comes from.</param>
    public static byte[] Write(ActingNetwork network, IReadOnlyDictionary<string, string> origin)
    {
        bool isDouble = network.Dtype == ScalarType.Float64;
        var header = new JsonObject { ["__metadata__"] = Metadata(network, origin) };
        using var data = new MemoryStream();
        foreach ((string name, double[] values, int[] shape) in Tensors(network))
        {
            long start = data.Length;
            data.Write(BytesOf(values, isDouble));
            header[name] = new JsonObject
            {
                ["dtype"] = isDouble ? "F64" : "F32",
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(start, data.Length),
            };
        }
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        int padded = (text.Length + Alignment - 1) / Alignment * Alignment;
        byte[] file = new byte[sizeof(long) + padded + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded);
        file.AsSpan(sizeof(long), padded).Fill((byte)' ');
        text.CopyTo(file, sizeof(long));
        data.ToArray().CopyTo(file, sizeof(long) + padded);
        return file;
    }

    /// <summary>Numbers as bytes in the order of all files, little-endian.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="isDouble">Whether they are written in double precision.</param>
    internal static byte[] BytesOf(double[] values, bool isDouble)
    {
        byte[] bytes = new byte[values.Length * (isDouble ? sizeof(double) : sizeof(float))];
        if (isDouble) values.CopyTo(MemoryMarshal.Cast<byte, double>(bytes.AsSpan()));
        else
        {
            Span<float> singles = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
            for (int k = 0; k < values.Length; k++) singles[k] = (float)values[k];
        }
        return bytes;
    }

    private static JsonObject Metadata(ActingNetwork network, IReadOnlyDictionary<string, string> origin)
    {
        var metadata = new JsonObject();
        foreach ((string key, JsonNode? value) in PolicyDescription.Of(network, origin))
            metadata[key] = value is JsonValue text && text.TryGetValue(out string? word) ? word : value!.ToJsonString();
        // Readers of PyTorch look for this one; it takes the place of the description's version.
        metadata["fedpg_format"] = metadata["format"]!.DeepClone();
        metadata["format"] = "pt";
        return metadata;
    }

    private static IEnumerable<(string Name, double[] Values, int[] Shape)> Tensors(ActingNetwork network)
    {
        for (int k = 0; k < network.Stages.Count; k++)
        {
            string stage = k.ToString(CultureInfo.InvariantCulture);
            switch (network.Stages[k])
            {
                case LinearStage linear:
                    yield return ($"{stage}.weight", linear.Weight, [linear.Outputs, linear.Inputs]);
                    if (linear.Bias is { } bias) yield return ($"{stage}.bias", bias, [bias.Length]);
                    break;
                case GruStage gru:
                    yield return ($"{stage}.weight_ih", gru.InputWeight, [3 * gru.Units, gru.Inputs]);
                    yield return ($"{stage}.weight_hh", gru.HiddenWeight, [3 * gru.Units, gru.Units]);
                    yield return ($"{stage}.bias_ih", gru.InputBias, [3 * gru.Units]);
                    yield return ($"{stage}.bias_hh", gru.HiddenBias, [3 * gru.Units]);
                    break;
                case UnitStage unit:
                    // A width of 0 stands for a number without a range.
                    yield return ($"{stage}.low", [.. unit.Ranges.Select(range => range?.Low ?? 0)], [unit.Ranges.Count]);
                    yield return ($"{stage}.width", [.. unit.Ranges.Select(range => range?.Width ?? 0)], [unit.Ranges.Count]);
                    break;
                default:
                    break;
            }
        }
        if (network.LogDeviation is { } deviation) yield return (DeviationName, deviation, [deviation.Length]);
    }
}
