using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.Tabular.Exact;
using FedPG.Federation.Families;

namespace FedPG.Experiments;

/// <summary>What <c>env info</c> shows of an environment beside its options: in JSON, and in words. Stateless.</summary>
internal static class EnvironmentFacts
{
    private const int MaxShown = 12;
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The facts by their keys, in the order of documentation.</summary>
    /// <param name="environment">The environment.</param>
    public static JsonObject Json(FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        JsonObject facts = environment.Facts();
        if (ProblemFamily.Find(environment)?.OptimaOf(environment, Objective.Reward) is { } optima)
            facts.Insert(facts.IndexOf("map"), "bestReturn", BestReturns(optima));
        if (environment.Tasks is { } tasks) facts["tasks"] = Json(tasks);
        if (facts.ContainsKey("agents")) return facts;
        facts.Insert(0, "agents", environment.AgentNames.Count);
        facts.Insert(1, "discount", environment.Discount);
        return facts;
    }

    /// <summary>The facts in words, each with its name; the map is not among them.</summary>
    /// <param name="environment">The environment.</param>
    public static IEnumerable<(string Name, string Value)> Words(FederatedEnvironment environment) => Json(environment)
        .Where(fact => fact.Key != "map")
        .Select(fact => fact.Key switch
        {
            "sharesKernel" => ("kernel", (bool)fact.Value! ? "shared by all agents" : "differs between agents"),
            "startStates" => ("start states", Few((JsonArray)fact.Value!)),
            "terminalStates" => ("terminal states", Few((JsonArray)fact.Value!)),
            "bestReturn" => ("best return", Words((JsonObject)fact.Value!)),
            _ => (fact.Key, fact.Value?.ToJsonString(Compact) ?? "unknown"),
        });

    private static JsonObject Json(AgentTasks tasks) => new()
    {
        ["names"] = new JsonArray([.. tasks.Names.Select(name => (JsonNode)name)]),
        ["values"] = new JsonArray([.. tasks.Values.Take(MaxShown).Select(row => new JsonArray([.. row.Select(x => (JsonNode)x)]))]),
        ["isPlace"] = tasks.IsPlace,
    };

    /// <summary>
    /// The best expected discounted return: of the average MDP, which one common policy can reach, and of each agent alone.
    /// </summary>
    private static JsonObject BestReturns(MdpOptima optima) => new()
    {
        ["average"] = optima.Average is { } average ? Return(average) : null,
        ["agents"] = optima.Agents is null ? null : new JsonArray([.. optima.Agents.Select(o => (JsonNode)Return(o))]),
    };

    private static string Words(JsonObject best)
    {
        static string Number(JsonNode? value) => ((double)value!).ToString("G6", CultureInfo.InvariantCulture);
        string average = best["average"] is { } known
            ? $"{Number(known)} for the average of the agents"
            : "unknown for the average (kernels differ)";
        if (best["agents"] is not JsonArray agents) return average;
        string rest = agents.Count > MaxShown ? $", ... ({agents.Count} in all)" : "";
        return $"{average}; {string.Join(", ", agents.Take(MaxShown).Select(Number))}{rest} for each alone";
    }

    /// <summary>The return of a cost; 0, not -0, where nothing costs.</summary>
    private static double Return(double cost) => cost == 0 ? 0 : -cost;

    private static string Few(JsonArray states) => states.Count switch
    {
        0 => "none",
        <= MaxShown => string.Join(", ", states),
        _ => $"{string.Join(", ", states.Take(MaxShown))}, ... ({states.Count} in all)",
    };
}
