namespace FedPG.Envs;

/// <summary>What a picture shows: an environment as one agent sees it, a policy or none, and an episode. Immutable.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Agent">Whose rewards and dynamics are shown, 0 to N - 1.</param>
/// <param name="Episode">The episode.</param>
public sealed record PictureScene(FederatedEnvironment Environment, int Agent, PlayedEpisode Episode)
{
    /// <summary>What the policy is called; empty (the default) where there is none.</summary>
    public string PolicyName { get; init; } = "";

    /// <summary>Whether all agents are shown together, which share their dynamics: values are the mean over them.</summary>
    public bool Together { get; init; }

    /// <summary>pi(a|s), [S, A] row by row; null (the default) where there is no policy, or no list of the states.</summary>
    public double[]? Policy { get; init; }

    /// <summary>The expected discounted return from each state under the policy, [S]; null (the default) where it is not known.</summary>
    public double[]? Values { get; init; }

    /// <summary>The expected discounted return from the start; null (the default) where it is not known.</summary>
    public double? StartValue { get; init; }

    /// <summary>The least and the largest value among the states that can be reached and acted in; both 0 without values.</summary>
    public (double Least, double Most) ValueRange { get; init; }

    /// <summary>One line that says what is shown.</summary>
    public string Title
    {
        get
        {
            int agents = Environment.AgentNames.Count;
            string agent = Together ? $", {agents} agents" : agents > 1 ? $", {Environment.AgentNames[Agent]} of {agents}" : "";
            return PolicyName.Length == 0 ? $"{Environment.Name}{agent}" : $"{Environment.Name}{agent}: {PolicyName}";
        }
    }

    /// <summary>The agent's value of something that agents may differ in.</summary>
    /// <param name="name">Its name in <see cref="FederatedEnvironment.Parameters"/>.</param>
    /// <param name="usual">The value where the environment does not know the name.</param>
    public double Parameter(string name, double usual) => Environment.Parameters.TryGetValue(name, out double[]? all) ? all[Agent] : usual;

    /// <summary>Where a value lies between the least and the largest one: 0 to 1 for those of states that can be reached.</summary>
    /// <param name="value">The value.</param>
    public double ShareOf(double value)
    {
        (double least, double most) = ValueRange;
        return most > least ? (value - least) / (most - least) : 0.5;
    }
}
