namespace FedPG.Experiments.Export;

/// <summary>The forms in which a policy is written for other programs.</summary>
public enum PolicyFormat
{
    /// <summary>A graph from the observation to the action, opset 13.</summary>
    Onnx,

    /// <summary>Tensors by name, weights [out, in] as <c>torch.nn.Linear</c> has them.</summary>
    Safetensors,

    /// <summary>The same numbers as text, for small policies.</summary>
    Json,
}
