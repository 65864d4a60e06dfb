using System.Globalization;
using System.Runtime.InteropServices;
using FedPG.Experiments.Protobuf;

namespace FedPG.Experiments.Export;

/// <summary>
/// An ONNX model that is written node by node (onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto). A node's first output is a new
/// name. Not thread-safe.
/// </summary>
/// <param name="isDouble">Whether numbers are in double precision.</param>
internal sealed class OnnxGraph(bool isDouble) : IDisposable
{
    /// <summary>The version of the operators.</summary>
    public const int Opset = 13;

    private const int IrVersion = 8, Single = 1, Int64 = 7, Double = 11;
    private const int AttributeInt = 2;
    private readonly ProtoBuffer _graph = new();
    private int _names;

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();

    /// <summary>The type of numbers in a graph.</summary>
    public int NumberType => isDouble ? Double : Single;

    /// <summary>The type of whole numbers in a graph.</summary>
    public static int WholeType => Int64;

    /// <summary>Adds a node.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="output">The name of its output; null for a new one.</param>
    /// <param name="attributes">Whole numbers by name.</param>
    /// <returns>The name of its output.</returns>
    public string Node(string operation, string[] inputs, string? output = null, params (string Name, long Value)[] attributes)
    {
        output ??= NewName(operation);
        var node = new ProtoBuffer();
        foreach (string input in inputs) node.Text(1, input);
        node.Text(2, output).Text(3, $"{operation}_{output}").Text(4, operation);
        foreach ((string name, long value) in attributes)
            node.Message(5, new ProtoBuffer().Text(1, name).Whole(3, value).Whole(20, AttributeInt));
        _graph.Message(1, node);
        return output;
    }

    /// <summary>Numbers that the graph holds.</summary>
    /// <param name="values">The numbers, the last index fastest.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="name">Their name; null for a new one.</param>
    public string Numbers(double[] values, long[] shape, string? name = null) =>
        Tensor(NumberType, SafetensorsPolicy.BytesOf(values, isDouble), shape, name);

    /// <summary>Single-precision numbers, where an operator knows no others.</summary>
    /// <param name="values">The numbers.</param>
    public string Singles(params double[] values) =>
        Tensor(Single, SafetensorsPolicy.BytesOf(values, isDouble: false), [values.Length], null);

    /// <summary>Whole numbers that the graph holds.</summary>
    /// <param name="values">The numbers.</param>
    public string Wholes(params long[] values) => Tensor(Int64, MemoryMarshal.AsBytes(values.AsSpan()).ToArray(), [values.Length], null);

    /// <summary>Brings single-precision numbers to the type of the graph.</summary>
    /// <param name="name">The numbers.</param>
    public string ToNumbers(string name) => isDouble ? Node("Cast", [name], null, ("to", Double)) : name;

    /// <summary>Names an input, whose first dimension is a batch.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    /// <param name="shape">The dimensions behind the batch.</param>
    public void Input(string name, int type, params long[] shape) => _graph.Message(11, Value(name, type, isBatch: true, shape));

    /// <summary>Names an output.</summary>
    /// <param name="name">The name.</param>
    /// <param name="type">The type.</param>
    /// <param name="isBatch">Whether its first dimension is the batch.</param>
    /// <param name="shape">The dimensions behind it.</param>
    public void Output(string name, int type, bool isBatch, params long[] shape) => _graph.Message(12, Value(name, type, isBatch, shape));

    /// <summary>The bytes of the model.</summary>
    /// <param name="metadata">What it says beside the graph.</param>
    public byte[] Write(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ProtoBuffer model = new ProtoBuffer()
            .Whole(1, IrVersion).Text(2, "FedPG.Torch").Message(7, _graph.Text(2, "policy"))
            .Message(8, new ProtoBuffer().Text(1, "").Whole(2, Opset));
        foreach ((string key, string value) in metadata) model.Message(14, new ProtoBuffer().Text(1, key).Text(2, value));
        return model.Written.ToArray();
    }

    private string Tensor(int type, byte[] bytes, long[] shape, string? name)
    {
        name ??= NewName("constant");
        var tensor = new ProtoBuffer();
        foreach (long size in shape) tensor.Whole(1, size);
        _graph.Message(5, tensor.Whole(2, type).Text(8, name).Bytes(9, bytes));
        return name;
    }

    private static ProtoBuffer Value(string name, int type, bool isBatch, long[] shape)
    {
        var dimensions = new ProtoBuffer();
        if (isBatch) dimensions.Message(1, new ProtoBuffer().Text(2, "batch"));
        foreach (long size in shape) dimensions.Message(1, new ProtoBuffer().Whole(1, size));
        ProtoBuffer tensor = new ProtoBuffer().Whole(1, type).Message(2, dimensions);
        return new ProtoBuffer().Text(1, name).Message(2, new ProtoBuffer().Message(1, tensor));
    }

    private string NewName(string stem) => string.Create(CultureInfo.InvariantCulture, $"{stem}_{_names++}");
}
