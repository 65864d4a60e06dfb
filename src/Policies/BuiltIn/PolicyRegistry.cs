using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Policies.Episodic;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;

namespace FedPG.Policies.BuiltIn;

/// <summary>The kinds of policies an experiment can name. Register before experiments are read; reading is thread-safe.</summary>
public sealed class PolicyRegistry
{
    private static readonly Lazy<PolicyRegistry> Shared = new(WithBuiltIn);
    private readonly List<PolicyDefinition> _definitions = [];

    /// <summary>The registry of this process, with the built-in kinds.</summary>
    public static PolicyRegistry Default => Shared.Value;

    /// <summary>The known kinds.</summary>
    public IReadOnlyCollection<string> Kinds => [.. _definitions.Select(d => d.Kind).Distinct()];

    /// <summary>A new registry with the built-in kinds.</summary>
    public static PolicyRegistry WithBuiltIn()
    {
        var registry = new PolicyRegistry();
        registry.Register(PolicyDefinition.For<FiniteMdp>(
            TabularSoftmax.Kind, "one logit for each state and action", (_, mdp) => format => new TabularSoftmax(mdp!.States, mdp.Actions, format)));
        registry.Register(PolicyDefinition.For<FiniteMdp>(LogLinear.Kind, "logits linear in features of state and action", ConfigureLogLinear));
        registry.Register(PolicyDefinition.For<FiniteMdp>(NeuralSoftmax.Kind, "a fully connected network", ConfigureNeural));
        registry.Register(PolicyDefinition.For<LinearQuadraticProblem>(LinearPolicy.Kind, "a gain, with Gaussian noise or without", ConfigureLinear));
        registry.Register(PolicyDefinition.For<FiniteMdp>(
            TabularDirect.Kind, "the probabilities themselves, for pavg", (_, mdp) => format => new TabularDirect(mdp!.States, mdp.Actions, format)) with { TakesGradients = false });
        foreach (PolicyDefinition definition in TabularValueKinds.Definitions) registry.Register(definition);
        foreach (PolicyDefinition definition in EpisodicPolicyKinds.Definitions) registry.Register(definition);
        foreach (PolicyDefinition definition in EpisodicValueKinds.Definitions) registry.Register(definition);
        return registry;
    }

    /// <summary>The kinds that can act in an environment, in the order of their registration.</summary>
    public IReadOnlyCollection<string> KindsFor(FederatedEnvironment environment) =>
        [.. _definitions.Where(d => d.Fits(environment)).Select(d => d.Kind).Distinct().Where(kind => Get(kind, environment).RefusalIn(environment) is null)];

    /// <summary>Adds a kind. Where several definitions of one kind fit an environment, the first one serves it.</summary>
    public void Register(PolicyDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _definitions.Add(definition);
    }

    /// <summary>The definition of a known kind: the one that fits the environment, else any of that name.</summary>
    public PolicyDefinition Get(string kind, FederatedEnvironment? environment) =>
        _definitions.Find(d => d.Kind == kind && environment is not null && d.Fits(environment)) ?? _definitions.First(d => d.Kind == kind);

    /// <summary>The definitions of a kind, each for some environments.</summary>
    public IEnumerable<PolicyDefinition> DefinitionsOf(string kind) => _definitions.Where(d => d.Kind == kind);

    /// <summary>The keys that a kind reads, in any environment.</summary>
    public IEnumerable<string> KeysOf(string kind) => DefinitionsOf(kind).SelectMany(definition =>
    {
        var reader = OptionReader.Empty();
        _ = definition.Configure(reader, null);
        return reader.Described.Select(option => option.Key);
    }).Distinct();

    private static Func<TensorFormat, Policy> ConfigureNeural(OptionReader options, FiniteMdp? mdp)
    {
        int[] hidden = options.Integers("hidden", [64, 64], 1, 65_536, "the sizes of the hidden layers, [] for none")!;
        string activation = options.Choice("activation", "tanh", ["tanh", "relu"], "between the layers");
        string observation = options.Choice("observation", "one-hot", ["one-hot", "coordinates"], "what the network sees of a state", FeatureOptions.Offered(mdp, "one-hot"));
        bool coordinates = observation == "coordinates" && FeatureOptions.NeedGrid(options, "observation", mdp);
        return format => new NeuralSoftmax(
            mdp!.States, mdp.Actions, hidden, activation == "tanh" ? Activation.Tanh : Activation.Relu, coordinates ? StateFeatures.Coordinates(mdp.Grid!) : null, format);
    }

    private static Func<TensorFormat, Policy> ConfigureLogLinear(OptionReader options, FiniteMdp? mdp)
    {
        const string key = "features";
        JsonElement raw = options.Raw(key);
        (int rows, int columns, double width) = FeatureOptions.ReadRadial(options);
        if (raw.ValueKind == JsonValueKind.Array)
        {
            options.Resolved[key] = System.Text.Json.Nodes.JsonNode.Parse(raw.GetRawText());
            double[,]? given = mdp is null ? null : GivenFeatures(options, raw, mdp);
            return format => LogLinear.OfGivenFeatures(given!, mdp!.Actions, format);
        }
        string features = options.Choice(key, "one-hot", ["one-hot", "coordinates", "radial"], "the features, or an array [S][A][d] of given ones", FeatureOptions.Offered(mdp, "one-hot"));
        if (features != "one-hot") FeatureOptions.NeedGrid(options, key, mdp);
        return format => features switch
        {
            "coordinates" => LogLinear.OfStateFeatures(StateFeatures.Affine(mdp!.Grid!), mdp.Actions, format),
            "radial" => LogLinear.OfStateFeatures(StateFeatures.Radial(mdp!.Grid!, rows, columns, width), mdp.Actions, format),
            _ => LogLinear.OneHot(mdp!.States, mdp.Actions, format),
        };
    }

    private static Func<TensorFormat, Policy> ConfigureLinear(OptionReader options, LinearQuadraticProblem? problem)
    {
        const string key = "standardDeviation";
        double deviation = options.Number(key, 0, NumberRange.NonNegative, "sigma of the Gaussian noise on the control; 0 for none");
        if (deviation > 0 && problem is { Discount: 1, Steps: 0 })
            options.Reject(key, "must be 0 in endless undiscounted episodes, where noise costs without end; set environment.options.discount below 1, or steps");
        return format => new LinearPolicy(problem!, deviation, format);
    }

    private static double[,]? GivenFeatures(OptionReader options, JsonElement raw, FiniteMdp mdp)
    {
        double[][][]? values = null;
        try
        {
            values = raw.Deserialize<double[][][]>();
        }
        catch (JsonException)
        {
            // Reported below with the shape that is allowed.
        }
        int d = values is [[[..] first, ..], ..] ? first.Length : 0;
        bool fits = d > 0 && values!.Length == mdp.States
            && values.All(state => state.Length == mdp.Actions && state.All(row => row.Length == d && row.All(double.IsFinite)));
        if (!fits)
        {
            options.Errors.Add(options.PathOf("features"), raw.GetRawText(), $"must be finite numbers [{mdp.States}][{mdp.Actions}][d], d the same everywhere");
            return null;
        }
        double[,] features = new double[mdp.States * mdp.Actions, d];
        for (int row = 0; row < features.GetLength(0); row++)
        {
            for (int k = 0; k < d; k++) features[row, k] = values![row / mdp.Actions][row % mdp.Actions][k];
        }
        return features;
    }
}
