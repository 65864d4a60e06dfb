using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Cli.Rendering;

/// <summary>What is shown: an environment as one agent sees it, with a policy or without.</summary>
/// <param name="Instance">The environment.</param>
/// <param name="Agent">Whose rewards and dynamics are shown.</param>
/// <param name="PolicyName">What the policy is called; empty where there is none.</param>
/// <param name="Policy">pi(a|s), [S, A] row by row; null where there is none, or the states cannot be listed.</param>
/// <param name="StepLimit">The steps after which an episode is truncated; null for no limit.</param>
/// <param name="Together">Whether values are the mean over all agents, which share their dynamics, and not those of the one agent.</param>
public sealed record Subject(FederatedEnvironment Instance, int Agent, string PolicyName, double[]? Policy, int? StepLimit, bool Together = false)
{
    // What the values belong to: a copy of the record with another policy keeps the field, and must not keep the values.
    private (double[]? Policy, double[]? Values) _known;

    /// <summary>
    /// Chooses an action from an observation and the number of the step, where a policy is known by what it does and not by a table; null for the table, or else
    /// uniformly random actions. Equal observations and steps must give equal actions, so that an episode can be shown again.
    /// </summary>
    public Func<double[], int, double[]>? Act { get; init; }

    /// <summary>The environment where its states are listed, else null.</summary>
    public FiniteMdp? Mdp => Instance as FiniteMdp;

    /// <summary>The expected discounted return from each state under the policy, [S]; null without a policy.</summary>
    public double[]? Values
    {
        get
        {
            if (!ReferenceEquals(_known.Policy, Policy)) _known = (Policy, ValuesOf(Instance, Agent, Policy, Together));
            return _known.Values;
        }
    }

    /// <summary>The same from the start.</summary>
    public double? StartValue => Values is { } values ? Mdp!.Initial.Zip(values, (p, v) => p * v).Sum() : null;

    /// <summary>One line that says what is shown.</summary>
    public string Title
    {
        get
        {
            string agent = Together ? $", {Instance.AgentNames.Count} agents" : Instance.AgentNames.Count > 1 ? $", {Instance.AgentNames[Agent]} of {Instance.AgentNames.Count}" : "";
            return PolicyName.Length == 0 ? $"{Instance.Name}{agent}" : $"{Instance.Name}{agent}: {PolicyName}";
        }
    }

    /// <summary>pi(a|s).</summary>
    public double Probability(int state, int action) => Policy![(state * Mdp!.Actions) + action];

    private static double[]? ValuesOf(FederatedEnvironment instance, int agent, double[]? policy, bool together)
    {
        if (instance is not FiniteMdp mdp || policy is null) return null;
        FiniteMdpSolver solver = together ? FiniteMdpSolver.OfAverage(mdp, Objective.Reward) : FiniteMdpSolver.OfAgent(mdp, agent, Objective.Reward);
        return [.. solver.Evaluate(policy).Values.Select(cost => cost == 0 ? 0 : -cost)];
    }
}
