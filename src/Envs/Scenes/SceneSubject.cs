using FedPG.Envs.Tabular;

namespace FedPG.Envs.Scenes;

/// <summary>What is to be shown: an environment as one agent sees it, with a policy or without. Immutable.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Agent">Whose rewards and dynamics are shown, 0 to N - 1.</param>
/// <param name="Definition">How it is registered: its limit of steps and how it is drawn; null where it is not registered.</param>
internal sealed record SceneSubject(FederatedEnvironment Environment, int Agent, EnvironmentDefinition? Definition)
{
    /// <summary>The steps of an episode of an environment without a limit, unless more are asked for.</summary>
    public const int DefaultSteps = 200;

    /// <summary>What the policy is called; empty (the default) where there is none.</summary>
    public string PolicyName { get; init; } = "";

    /// <summary>pi(a|s), [S, A] row by row; null (the default) where there is no policy, or the states are not listed.</summary>
    public double[]? Policy { get; init; }

    /// <summary>
    /// Chooses an action from an observation and the number of the step, where a policy is known by what it does and not by a table; null
    /// (the default) for the table, or else uniformly random actions. Equal observations and steps must give equal actions, so that an
    /// episode can be shown again.
    /// </summary>
    public Func<double[], int, double[]>? Act { get; init; }

    /// <summary>Whether values are the mean over all agents, which share their dynamics, and not those of the one agent.</summary>
    public bool Together { get; init; }

    /// <summary>How it is drawn.</summary>
    public EnvironmentDrawing Drawing => Definition?.Drawing is { } own && own.Fits(Environment) ? own : Environment.Drawing;

    /// <summary>Plays an episode and computes the values: all that a picture needs.</summary>
    /// <param name="seed">The seed of all that is random, 0 to 2^53 - 1.</param>
    /// <param name="steps">The maximum of steps; null for the environment's limit, or <see cref="DefaultSteps"/>.</param>
    public PictureScene Play(long seed, int? steps = null)
    {
        var scene = new PictureScene(Environment, Agent, EpisodePlayer.Play(this, seed, steps))
        {
            PolicyName = PolicyName, Policy = Policy, Together = Together,
        };
        if (FiniteMdp.Find(Environment) is not { } mdp || Policy is null) return scene;
        double[] values = PolicyValues.Of(mdp, Agent, Policy, Together);
        return scene with
        {
            Values = values,
            StartValue = mdp.Initial.Zip(values, (p, v) => p * v).Sum(),
            ValueRange = PolicyValues.Range(mdp, Agent, values),
        };
    }
}
