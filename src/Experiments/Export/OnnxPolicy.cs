using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Experiments.Acting;
using static TorchSharp.torch;

namespace FedPG.Experiments.Export;

/// <summary>
/// A policy as an ONNX graph from <c>observation</c> to <c>action</c>, the greedy one, and to what it follows from: <c>probabilities</c>
/// and <c>logits</c>, <c>costs</c>, or <c>mean</c> and <c>log_standard_deviation</c>. A policy that remembers takes <c>memory</c>, 0
/// where an episode begins, and gives <c>next_memory</c>. Stateless.
/// </summary>
internal static class OnnxPolicy
{
    private const string Observation = "observation", Action = "action";

    /// <summary>The bytes of the model.</summary>
    /// <param name="network">The policy.</param>
    /// <param name="origin">Where it comes from.</param>
    public static byte[] Write(ActingNetwork network, IReadOnlyDictionary<string, string> origin)
    {
        using var graph = new OnnxGraph(network.Dtype == ScalarType.Float64);
        string x = Seen(graph, network);
        for (int k = 0; k < network.Stages.Count; k++) x = Stage(graph, network.Stages[k], x, k.ToString(CultureInfo.InvariantCulture));
        Head(graph, network, x);
        return graph.Write(PolicyDescription.Of(network, origin)
            .Select(pair => KeyValuePair.Create(pair.Key,
                pair.Value is JsonValue text && text.TryGetValue(out string? word) ? word : pair.Value!.ToJsonString())));
    }

    private static string Seen(OnnxGraph graph, ActingNetwork network)
    {
        if (network.OneHot is not { } counts)
        {
            graph.Input(Observation, graph.NumberType, network.Observations.Size);
            return Observation;
        }
        string values = graph.Singles(0, 1);
        if (counts.Count == 1)
        {
            graph.Input(Observation, OnnxGraph.WholeType);
            return graph.ToNumbers(graph.Node("OneHot", [Observation, graph.Wholes(counts[0]), values], null, ("axis", -1)));
        }
        // Each number has its own stretch of one long one-hot vector.
        graph.Input(Observation, OnnxGraph.WholeType, counts.Count);
        long[] offsets = [.. counts.Select((_, k) => (long)counts.Take(k).Sum())];
        string placed = graph.Node("Add", [Observation, graph.Wholes(offsets)]);
        string each = graph.Node("OneHot", [placed, graph.Wholes(counts.Sum()), values], null, ("axis", -1));
        return graph.ToNumbers(graph.Node("ReduceSum", [each, graph.Wholes(1)], null, ("keepdims", 0)));
    }

    private static string Stage(OnnxGraph graph, ActingStage stage, string x, string index)
    {
        switch (stage)
        {
            case LinearStage linear:
                string weight = graph.Numbers(linear.Weight, [linear.Outputs, linear.Inputs], $"{index}.weight");
                string[] inputs = linear.Bias is { } bias ? [x, weight, graph.Numbers(bias, [bias.Length], $"{index}.bias")] : [x, weight];
                return graph.Node("Gemm", inputs, null, ("transB", 1));
            case GruStage gru:
                return Memory(graph, gru, x, index);
            case UnitStage unit:
                return Units(graph, unit, x);
            case FunctionStage function:
                return graph.Node(function.Name switch { "tanh" => "Tanh", "relu" => "Relu", _ => "Cos" }, [x]);
            default:
                throw new NotSupportedException($"{stage} has no operator");
        }
    }

    private static string Memory(OnnxGraph graph, GruStage gru, string x, string index)
    {
        int units = gru.Units;
        graph.Input("memory", graph.NumberType, units);
        string[] given = [.. Enumerable.Range(0, 3).Select(gate => Gate(x, gru.InputWeight, gru.InputBias, gru.Inputs, gate, "ih"))];
        string[] back = [.. Enumerable.Range(0, 3).Select(gate => Gate("memory", gru.HiddenWeight, gru.HiddenBias, units, gate, "hh"))];
        string reset = graph.Node("Sigmoid", [graph.Node("Add", [given[0], back[0]])]);
        string update = graph.Node("Sigmoid", [graph.Node("Add", [given[1], back[1]])]);
        string news = graph.Node("Tanh", [graph.Node("Add", [given[2], graph.Node("Mul", [reset, back[2]])])]);
        string kept = graph.Node("Mul", [update, graph.Node("Sub", ["memory", news])]);
        string next = graph.Node("Add", [news, kept], "next_memory");
        graph.Output(next, graph.NumberType, isBatch: true, units);
        return next;

        string Gate(string from, double[] weight, double[] bias, int inputs, int gate, string side)
        {
            int size = units * inputs;
            string name = string.Create(CultureInfo.InvariantCulture, $"{index}.{"rzn"[gate]}_{side}");
            return graph.Node("Gemm", [
                from, graph.Numbers(weight[(gate * size)..((gate + 1) * size)], [units, inputs], $"{name}.weight"),
                graph.Numbers(bias[(gate * units)..((gate + 1) * units)], [units], $"{name}.bias")], null, ("transB", 1));
        }
    }

    private static string Units(OnnxGraph graph, UnitStage unit, string x)
    {
        int n = unit.Ranges.Count;
        string Row(Func<(double Low, double Width)?, double> of) => graph.Numbers([.. unit.Ranges.Select(of)], [n]);
        string scaled = graph.Node("Div", [graph.Node("Sub", [x, Row(r => r?.Low ?? 0)]), Row(r => r?.Width ?? 1)]);
        string zero = graph.Numbers([0], []), one = graph.Numbers([1], []), half = graph.Numbers([0.5], []);
        string clipped = graph.Node("Clip", [scaled, zero, one]);
        if (unit.Ranges.All(r => r is not null)) return clipped;
        string soft = graph.Node("Div", [x, graph.Node("Add", [one, graph.Node("Abs", [x])])]);
        soft = graph.Node("Add", [half, graph.Node("Mul", [half, soft])]);
        return graph.Node("Add", [
            graph.Node("Mul", [Row(r => r is null ? 0 : 1), clipped]), graph.Node("Mul", [Row(r => r is null ? 1 : 0), soft])]);
    }

    private static void Head(OnnxGraph graph, ActingNetwork network, string x)
    {
        int size = network.Stages.OfType<LinearStage>().Last().Outputs;
        switch (network.Head)
        {
            case ActingHead.Probabilities:
                Named("probabilities", "Identity");
                Choose(graph, network, "ArgMax", x);
                break;
            case ActingHead.Logits:
                Named("logits", "Identity");
                Named("probabilities", "Softmax", ("axis", 1));
                Choose(graph, network, "ArgMax", x);
                break;
            case ActingHead.Costs:
                Named("costs", "Identity");
                Choose(graph, network, "ArgMin", x);
                break;
            default:
                Named("mean", "Identity");
                if (network.LogDeviation is { } deviation)
                {
                    const string name = SafetensorsPolicy.DeviationName;
                    graph.Node("Identity", [graph.Numbers(deviation, [size])], name);
                    graph.Output(name, graph.NumberType, isBatch: false, size);
                }
                Clip(graph, network, x);
                break;
        }

        void Named(string name, string operation, params (string Name, long Value)[] attributes)
        {
            graph.Node(operation, [x], name, attributes);
            graph.Output(name, graph.NumberType, isBatch: true, size);
        }
    }

    /// <summary>The number of the best action, and what the environment is given for it.</summary>
    private static void Choose(OnnxGraph graph, ActingNetwork network, string operation, string x)
    {
        (string, long)[] attributes = [("axis", 1), ("keepdims", 0)];
        if (network.Levels is { } levels)
        {
            string number = graph.Node(operation, [x], null, ("axis", 1), ("keepdims", 1));
            graph.Node("Gather", [graph.Numbers(levels, [levels.Length]), number], Action, ("axis", 0));
            graph.Output(Action, graph.NumberType, isBatch: true, 1);
        }
        else if (network.Actions is MultiDiscrete several)
        {
            string number = graph.Node(operation, [x], null, ("axis", 1), ("keepdims", 1));
            // The number of a combination counts with the last one fastest.
            long[] strides =
                [.. several.Counts.Select((_, k) => several.Counts.Skip(k + 1).Aggregate(1L, (product, count) => product * count))];
            string[] digits = [graph.Node("Div", [number, graph.Wholes(strides)]),
                graph.Wholes([.. several.Counts.Select(count => (long)count)])];
            graph.Node("Mod", digits, Action);
            graph.Output(Action, OnnxGraph.WholeType, isBatch: true, several.Counts.Count);
        }
        else
        {
            graph.Node(operation, [x], Action, attributes);
            graph.Output(Action, OnnxGraph.WholeType, isBatch: true);
        }
    }

    private static void Clip(OnnxGraph graph, ActingNetwork network, string x)
    {
        if (network.Actions is Box box)
        {
            string high = graph.Numbers([.. box.High], [box.Size]), low = graph.Numbers([.. box.Low], [box.Size]);
            graph.Node("Max", [graph.Node("Min", [x, high]), low], Action);
        }
        else
        {
            graph.Node("Identity", [x], Action);
        }
        graph.Output(Action, graph.NumberType, isBatch: true, network.Actions.Size);
    }
}
