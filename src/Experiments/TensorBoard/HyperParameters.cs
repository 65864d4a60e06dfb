using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Experiments.Reading;
using FedPG.Federation.Metrics;
using Google.Protobuf.WellKnownTypes;
using FedPG.Experiments.Protobuf;

namespace FedPG.Experiments.TensorBoard;

/// <summary>
/// What TensorBoard's page of hyperparameters shows of a run: its options by their paths in the experiment file, and the metrics that
/// belong to them. Messages are those of the plug-in's plugin_data.proto and api.proto. Stateless.
/// </summary>
internal static class HyperParameters
{
    private const string Plugin = "hparams", Prefix = "_hparams_/";

    /// <summary>Characters of a list that are shown.</summary>
    private const int MaxText = 100;

    // Fields of HParamsPluginData, and the values of its types and states.
    private const int Experiment = 2, Start = 3, End = 4, TypeString = 1, TypeBool = 2, TypeNumber = 3, Success = 1, Failure = 2;

    private static readonly string[] Metrics =
    [
        MetricNames.Objective, MetricNames.Gap, MetricNames.OwnGap, MetricNames.WorstOwnGap, MetricNames.EpisodeReturn, MetricNames.BytesUp,
        MetricNames.BytesDown, MetricNames.EnvSteps,
    ];

    /// <summary>Writes which options and metrics there are, and the options' values.</summary>
    /// <param name="events">Takes them.</param>
    /// <param name="experiment">The resolved experiment.</param>
    public static void WriteStart(EventWriter events, JsonObject experiment)
    {
        var message = new ProtoBuffer().Number(3, events.Now);
        var session = new ProtoBuffer();
        foreach ((string key, Value value) in Flatten(experiment))
        {
            message.Message(4, new ProtoBuffer().Text(1, key).Whole(4, TypeOf(value)));
            session.Message(1, new ProtoBuffer().Text(1, key).Message(2, value));
        }
        foreach (string metric in Metrics) message.Message(5, new ProtoBuffer().Message(1, new ProtoBuffer().Text(2, metric)));
        events.WriteMetadata(Prefix + "experiment", Plugin, new ProtoBuffer().Message(Experiment, message));
        events.WriteMetadata(Prefix + "session_start_info", Plugin, new ProtoBuffer().Message(Start, session.Number(5, events.Now)));
    }

    /// <summary>Writes that the run ended.</summary>
    /// <param name="events">Takes it.</param>
    /// <param name="success">Whether all rounds were run; false for a run that diverged.</param>
    public static void WriteEnd(EventWriter events, bool success)
    {
        ProtoBuffer session = new ProtoBuffer().Whole(1, success ? Success : Failure).Number(2, events.Now);
        events.WriteMetadata(Prefix + "session_end_info", Plugin, new ProtoBuffer().Message(End, session));
    }

    private static IEnumerable<(string Key, Value Value)> Flatten(JsonObject section, string path = "")
    {
        foreach ((string key, JsonNode? node) in section)
        {
            if (node is null || (path.Length == 0 && key == ExperimentReader.VersionsKey)) continue;
            if (node is not JsonObject inner) yield return (path + key, ValueOf(node));
            else
            {
                foreach ((string Key, Value Value) option in Flatten(inner, path + key + ".")) yield return option;
            }
        }
    }

    private static Value ValueOf(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.True => Value.ForBool(true),
        JsonValueKind.False => Value.ForBool(false),
        JsonValueKind.Number => Value.ForNumber(double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture)),
        JsonValueKind.String => Value.ForString(Cut(node.GetValue<string>())),
        _ => Value.ForString(Cut(node.ToJsonString())),
    };

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText] + "...";

    private static int TypeOf(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.BoolValue => TypeBool,
        Value.KindOneofCase.NumberValue => TypeNumber,
        _ => TypeString,
    };
}
