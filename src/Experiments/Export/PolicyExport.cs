using FedPG.Experiments.Acting;

namespace FedPG.Experiments.Export;

/// <summary>Writes the policy of an agent in a form that other programs read. Stateless.</summary>
internal static class PolicyExport
{
    /// <summary>The words of the formats, as <c>--format</c> takes them.</summary>
    public static IReadOnlyDictionary<string, PolicyFormat> Words { get; } = new Dictionary<string, PolicyFormat>
    {
        ["onnx"] = PolicyFormat.Onnx,
        ["safetensors"] = PolicyFormat.Safetensors,
        ["json"] = PolicyFormat.Json,
    };

    /// <summary>The bytes of the file.</summary>
    /// <param name="network">The policy of the agent.</param>
    /// <param name="origin">What the file says of where it comes from, such as the agent's name.</param>
    /// <param name="format">The form.</param>
    /// <exception cref="NotSupportedException">The form cannot hold the policy.</exception>
    public static byte[] Write(ActingNetwork network, IReadOnlyDictionary<string, string> origin, PolicyFormat format) => format switch
    {
        PolicyFormat.Onnx => OnnxPolicy.Write(network, origin),
        PolicyFormat.Safetensors => SafetensorsPolicy.Write(network, origin),
        _ => JsonPolicy.Write(network, origin),
    };
}
