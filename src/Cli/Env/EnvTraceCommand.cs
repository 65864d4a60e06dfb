using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;

namespace FedPG.Cli.Env;

/// <summary>
/// <c>fedpg env trace ID --actions JSON [--state JSON]</c>: what an environment answers to a list of actions, number by number, as one JSON
/// document. One row an action: the end of an episode is noted and stops nothing, so that T actions give T steps whatever happens. Values
/// of discrete spaces are numbers, all others lists. Where a plug-in lists the states of its environment, its own steps are taken, not
/// those by the list.
/// </summary>
internal static class EnvTraceCommand
{
    private const long MaxSeed = (1L << 53) - 1;
    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var choice = new InstanceOptions();
        var state = new Option<string?>("--state")
        {
            Description = "The state to begin in: a list of numbers, or one number (drawn as at a reset when not given).",
            HelpName = "JSON",
        };
        var actions = new Option<string>("--actions")
        {
            Description = "A list of actions, each a number or a list of numbers.",
            HelpName = "JSON",
            Required = true,
        };
        var agent = new Option<int>("--agent") { Description = "Whose environment: an agent's index (default: 0).", HelpName = "I" };
        var seed = new Option<long>("--seed") { Description = "The seed of what is random in the episode (default: 0).", HelpName = "N" };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout, which is what there is in any case." };
        var command = new Command("trace", "Steps an environment through given actions and prints every number.")
        {
            choice.Id, choice.Set, choice.Agents, agent, state, actions, seed, json,
        };
        command.SetAction(parsed =>
        {
            ConfiguredEnvironment configured = choice.Configure(parsed);
            FederatedEnvironment instance = configured.Build();
            EpisodicEnvironment environment = EpisodicEnvironment.Of(instance, configured.Definition.StepLimit);
            var errors = new List<ValidationError>();
            int index = parsed.GetValue(agent);
            if (index < 0 || index >= configured.Agents)
                errors.Add(new ValidationError("--agent", "", index.ToString(CultureInfo.InvariantCulture),
                    $"must be a whole number from 0 to {configured.Agents - 1}"));
            long number = parsed.GetValue(seed);
            if (number is < 0 or > MaxSeed)
                errors.Add(new ValidationError("--seed", "", number.ToString(CultureInfo.InvariantCulture),
                    $"must be a whole number from 0 to {MaxSeed}"));
            double[][] chosen = ReadActions(parsed.GetRequiredValue(actions), environment.ActionSpace, errors);
            IEnvironment stepped = EpisodicEnvironment.MakerOf(instance)(Math.Clamp(index, 0, configured.Agents - 1));
            string? stateText = parsed.GetValue(state);
            double[]? start = stateText is null || stepped is IJsonState ? null : ReadState(stateText, stepped, errors);
            JsonElement? written = stateText is not null && stepped is IJsonState described
                ? ReadJsonState(stateText, described, number, errors)
                : null;
            if (errors.Count > 0) throw new InvalidInputException(errors);

            JsonObject head = new()
            {
                ["id"] = configured.Definition.Id,
                ["options"] = configured.ResolvedOptions.DeepClone(),
                ["agents"] = configured.Agents,
                ["agent"] = index,
                ["seed"] = number,
                ["stepLimit"] = environment.StepLimit,
            };
            JsonObject trace = Trace(stepped, chosen, start, written, number, environment.StepLimit);
            foreach ((string key, JsonNode? value) in trace) head[key] = value?.DeepClone();
            parsed.InvocationConfiguration.Output.WriteLine(head.ToJsonString(Compact));
        });
        return command;
    }

    private static JsonObject Trace(
        IEnvironment environment, double[][] actions, double[]? start, JsonElement? written, long seed, int? stepLimit)
    {
        var stateful = environment as IStatefulEnvironment;
        // Where states are listed, the state is what is observed.
        bool listed = environment is ITabularEnvironment;
        double[] observation = new double[environment.ObservationSpace.Size], state = new double[stateful?.StateNames.Count ?? 0];
        IReadOnlyList<string>? names = listed ? ["state"] : stateful?.StateNames;
        JsonArray observations = [], states = [], rewards = [], terminated = [], truncated = [];
        environment.Reset(seed, observation);
        if (start is not null) stateful!.WriteState(start, observation);
        var described = environment as IJsonState;
        if (written is { } element) described!.WriteState(element, observation);
        JsonArray steps = [];
        Note(0);
        for (int t = 0; t < actions.Length; t++)
        {
            StepResult result = environment.Step(actions[t], observation);
            rewards.Add((JsonNode)Finite(result.Reward, t + 1));
            terminated.Add((JsonNode)result.Terminated);
            truncated.Add((JsonNode)(result.Truncated || t + 1 >= stepLimit));
            if (described is not null) steps.Add((JsonNode)described.StepJson(result, observation));
            Note(t + 1);
        }
        var trace = new JsonObject
        {
            ["stateNames"] = names is null ? null : new JsonArray([.. names.Select(name => (JsonNode)name)]),
            ["actions"] = new JsonArray([.. actions.Select((action, t) => Value(action, environment.ActionSpace, t))]),
            ["observations"] = observations,
            ["states"] = names is null ? null : states,
            ["rewards"] = rewards,
            ["terminated"] = terminated,
            ["truncated"] = truncated,
        };
        if (described is not null) trace["steps"] = steps;
        return trace;

        void Note(int t)
        {
            observations.Add(Value(observation, environment.ObservationSpace, t));
            if (!listed) stateful?.ReadState(state);
            if (names is not null) states.Add(Value(listed ? observation : state, environment.ObservationSpace, t));
        }
    }

    private static JsonNode Value(double[] numbers, Space space, int t) =>
        space is Discrete ? Finite(numbers[0], t) : new JsonArray([.. numbers.Select(number => (JsonNode)Finite(number, t))]);

    private static double Finite(double number, int t) => double.IsFinite(number) ? number
        : throw new InvalidInputException(new ValidationError("--actions", $"[{Math.Max(t - 1, 0)}]", null,
            "the numbers leave the range of float64 here; a trace ends before"));

    private static double[][] ReadActions(string text, Space space, List<ValidationError> errors)
    {
        if (ReadJson("--actions", text, errors) is not { } element) return [];
        if (element.ValueKind != JsonValueKind.Array)
        {
            errors.Add(new ValidationError("--actions", "", text, "must be a list of actions, such as [0, 1, 1]"));
            return [];
        }
        var actions = new List<double[]>();
        int before = errors.Count;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (Numbers(item) is { } action && Fits(space, action)) actions.Add(action);
            else
                errors.Add(new ValidationError("--actions", $"[{actions.Count + errors.Count - before}]", item.GetRawText(),
                    Allowed(space)));
            // One wrong action is seldom alone, and a list may be long.
            if (errors.Count - before == 10) break;
        }
        return [.. actions];
    }

    private static double[]? ReadState(string text, IEnvironment environment, List<ValidationError> errors)
    {
        if (environment is not IStatefulEnvironment stateful)
        {
            errors.Add(new ValidationError("--state", "", text,
                "the state of this environment cannot be set, it is no IStatefulEnvironment; leave it out, and choose a start by --seed"));
            return null;
        }
        if (ReadJson("--state", text, errors) is not { } element) return null;
        double[]? state = Numbers(element);
        string allowed = environment.ObservationSpace is Discrete listed
            ? $"must be a whole number from 0 to {listed.Count - 1}"
            : $"must be {stateful.StateNames.Count} finite numbers: {string.Join(", ", stateful.StateNames)}";
        if (state is not null && state.Length == stateful.StateNames.Count
            && (environment.ObservationSpace is not Discrete space || space.Contains(state)))
            return state;
        errors.Add(new ValidationError("--state", "", text, allowed));
        return null;
    }

    /// <summary>A state as a JSON object, tried on the environment, which says what is wrong with it.</summary>
    private static JsonElement? ReadJsonState(string text, IJsonState environment, long seed, List<ValidationError> errors)
    {
        if (ReadJson("--state", text, errors) is not { } element) return null;
        double[] observation = new double[environment.ObservationSpace.Size];
        environment.Reset(Math.Clamp(seed, 0, MaxSeed), observation);
        IReadOnlyList<(string Path, string Allowed)> wrong = environment.WriteState(element, observation);
        errors.AddRange(wrong.Select(w => new ValidationError("--state", w.Path, ValueAt(element, w.Path), $"must be {w.Allowed}")));
        return element;
    }

    /// <summary>What stands under a key, short; null where nothing does or the path goes further.</summary>
    private static string? ValueAt(JsonElement element, string path)
    {
        const int longest = 60;
        if (path.Length > 0 && (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(path, out element))) return null;
        string text = element.GetRawText();
        return text.Length > longest ? null : text;
    }

    private static JsonElement? ReadJson(string option, string text, List<ValidationError> errors)
    {
        try
        {
            return JsonDocuments.Parse(System.Text.Encoding.UTF8.GetBytes(text), option);
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors.Select(fault => fault with { Value = text }));
            return null;
        }
    }

    /// <summary>A number or a list of numbers; null for anything else and where one is not finite.</summary>
    private static double[]? Numbers(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number) return element.TryGetDouble(out double one) && double.IsFinite(one) ? [one] : null;
        if (element.ValueKind != JsonValueKind.Array) return null;
        double[] numbers = [.. element.EnumerateArray()
            .Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double value) ? value : double.NaN)];
        return numbers.All(double.IsFinite) ? numbers : null;
    }

    /// <summary>An environment with a box says itself what it does with numbers beyond it: Pendulum clips them.</summary>
    private static bool Fits(Space space, double[] action) => space is Box ? action.Length == space.Size : space.Contains(action);

    private static string Allowed(Space space) => space switch
    {
        Discrete discrete => $"must be a whole number from 0 to {discrete.Count - 1}",
        MultiDiscrete several => $"must be {several.Size} whole numbers, each at least 0 and below {string.Join(", ", several.Counts)}",
        { Size: 1 } => "must be a finite number, or a list of one",
        _ => $"must be a list of {space.Size} finite numbers",
    };
}
