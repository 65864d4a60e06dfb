using FedPG.Core.Options;

namespace FedPG.Envs.LinearQuadratic;

/// <summary><c>LinearQuadratic-v0</c>: linear dynamics, quadratic costs that differ between agents.</summary>
public static class LinearQuadraticEnvironment
{
    internal const string Id = "LinearQuadratic-v0";

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = Id,
        Summary = "Linear dynamics and quadratic costs (LQR), where policy gradients are dominated and everything is known in closed form.",
        Description =
            "x_{t+1} = A x_t + B u_t. Policies are linear, u = -K x (kind linear), with noise or without. Without "
            + "discount and end, only gains "
            + "that stabilise the system have a finite cost: a run whose gain leaves them stops as diverged. Needs "
            + "\"objective\": \"reward\".",
        ActionSpace = "u, k real numbers.",
        ObservationSpace = "x, m real numbers, observed without noise. States cannot be listed, so there is no finite-MDP file.",
        StartingState = "Gaussian with mean 0 and covariance startCovariance; exact gradients need no more than the covariance.",
        Rewards = "-(x'Q_i x + u'R_i u) at every step.",
        EpisodeEnd =
            "None; with steps T above 0, after T steps (the clock is not observed, so the best constant gain is "
                + "unknown, and the gap empty).",
        Heterogeneity =
            "Of costs: Q_i becomes Qbar + lambda (Q_i - Qbar), with Qbar the mean over agents, and R_i likewise, so the "
            + "average problem does not "
            + "depend on lambda. By default Q_i = (1 + 0.9 s_i) I and R_i = 2 (1 - 0.9 s_i) I with s_i = (-1)^i for agents i = 0, 1, "
            + "...: even agents want a "
            + "small state, odd agents a small control. With costSpread agents are drawn: both costs of each are multiplied by numbers "
            + "of its own. Of dynamics: by lists a and b, or drawn with driftSpread, pulled towards their mean by lambda in the same "
            + "way; the average then is no linear-quadratic problem, and the gap empty.",
        Differences = new(["q", "r", "costSpread"], ["a", "b", "driftSpread"], ["heterogeneity"],
            ["costSpread", "driftSpread", "agentSeed"]),
        VersionHistory = "v0: first version.",
        Source =
            "Fazel, Ge, Kakade and Mesbahi, \"Global convergence of policy gradient methods for the linear quadratic regulator\" "
            + "(ICML 2018); the default A "
            + "is that of a public federated instance.",
        OptionsType = typeof(LinearQuadraticOptions),
        Configure = (reader, agents) =>
        {
            LinearQuadraticBuilder builder = new LinearQuadraticReader(reader, agents).Read();
            return builder.Build;
        },
    };

    /// <summary>Makes the environment for N agents.</summary>
    /// <param name="agents">N, 1 or more.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors at once, as for a file.</exception>
    public static LinearQuadraticProblem Create(int agents, LinearQuadraticOptions? options = null) =>
        (LinearQuadraticProblem)Definition.Create(agents, options ?? new LinearQuadraticOptions());
}
