using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;

namespace FedPG.Experiments.Reading;

/// <summary>
/// The environment section of an experiment whose environment a program has made. One that was made from a definition is written with id,
/// agents and options, so that the file can be read anywhere. One that was made by hand is written by its name and agents only: the file
/// then says that it can be read in that program alone. Stateless.
/// </summary>
internal static class GivenEnvironment
{
    private const string ProgramKey = "program", AgentsKey = "agents";

    /// <summary>Writes the section of an environment.</summary>
    /// <param name="environment">The environment.</param>
    public static JsonObject Section(FederatedEnvironment environment) => environment.Origin is { } origin
        ? new JsonObject { ["id"] = origin.Id, [AgentsKey] = origin.Agents, ["options"] = origin.Options.DeepClone(), ["stepped"] = false }
        : new JsonObject
        {
            [ProgramKey] = environment.Name,
            [AgentsKey] = new JsonArray([.. environment.AgentNames.Select(name => (JsonNode)name)]),
        };

    /// <summary>Refuses a section that only the program which made its environment can read.</summary>
    /// <param name="section">The section.</param>
    /// <returns>Whether it is one; then nothing else in it can be judged.</returns>
    public static bool RefuseIn(OptionReader section)
    {
        if (!section.Has(ProgramKey)) return false;
        section.Reject(ProgramKey,
            "was made by hand in a program, so the file cannot make it again: go on in that program, and give it the environment "
            + "(FederatedTrainer.Resume, TrainedPolicy.Load); an environment with a definition can be made again from its file");
        return true;
    }

    /// <summary>Reads the section beside the environment that it stands for, which is used as it is.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="errors">Where errors are noted.</param>
    public static FederatedEnvironment Read(OptionReader reader, FederatedEnvironment environment, Objective objective,
        ValidationErrors errors)
    {
        OptionReader section = reader.Section(EnvironmentReader.Section);
        JsonObject own = Section(environment);
        foreach ((string key, JsonNode? value) in own)
        {
            if (section.Has(key) && !JsonNode.DeepEquals(JsonDocuments.NodeOf(section.Raw(key)), value))
                section.Reject(key, $"is not that of the environment given, {Short(value)}");
            section.Resolved[key] = value?.DeepClone();
        }
        section.Accept(own.Select(p => p.Key));
        section.Finish();
        if (objective == Objective.Regret)
            RegretRewards.Check(environment, section.PathOf(environment.Origin is null ? ProgramKey : "id"), null, errors);
        return FlatActions.Of(environment);
    }

    private static string Short(JsonNode? value) => ValidationError.Shorten(value?.ToJsonString() ?? "null");
}
