namespace FedPG.Experiments.Runs;

/// <summary>A column of a file of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What stands in it.</param>
/// <param name="Where">Where it is there; null where it always is.</param>
internal sealed record RunColumn(string Name, string Meaning, string? Where = null);

/// <summary>The columns of a run's files: what writes them and the pages of reference read the same. Stateless.</summary>
internal static class RunColumns
{
    private const string Estimated = "where the objective is an estimate", Regularised = "with entropy";
    private const string Known = "where the agents' own optima are known";

    /// <summary>metrics.csv: one row a round, round 0 before the first one.</summary>
    public static IReadOnlyList<RunColumn> Metrics { get; } =
    [
        new("round", "the rounds that are done"),
        new("env_steps", "transitions sampled by all agents since the start"),
        new("objective",
            "J, the mean over agents at the policies that serve them, without any entropy term; empty in rounds without evaluation"),
        new("gap", "objective minus the optimum of the mean objective; empty where that is unknown"),
        new("grad_norm_sq", "the squared norm of the plain gradient of J at thetabar; empty where it is not exact"),
        new("drift", "the mean over agents and local steps of ||theta_i - thetabar||^2 in the round that led here"),
        new("bytes_up", "bytes from agents to the server since the start"),
        new("bytes_down", "bytes from the server to agents since the start"),
        new("seconds", "seconds since the start; the one column that is not the same to the bit in another run"),
        new("objective_se", "the standard error of the objective", Estimated),
        new("regularized_objective", "the objective with its entropy term, which training minimises", Regularised),
        new("regularized_gap", "that minus its own optimum", Regularised),
        new("own_gap", "the mean over agents of J_i minus the agent's own optimum", Known),
        new("worst_own_gap", "the largest share of its own uniform gap that an agent keeps", Known),
    ];

    /// <summary>agents.csv: one row a round and agent.</summary>
    public static IReadOnlyList<RunColumn> Agents { get; } =
    [
        new("round", "as in metrics.csv"),
        new("agent", "the agent's name"),
        new("objective", "J_i of the policy that serves the agent"),
        new("optimum", "the agent's own optimum; empty where unknown"),
        new("episode_return", "the mean undiscounted return of its evaluation's episodes", Estimated),
        new("episode_length", "their mean length", Estimated),
    ];

    /// <summary>exchange.csv: one row a message, or a group of equal ones.</summary>
    public static IReadOnlyList<RunColumn> Exchange { get; } =
    [
        new("round", "the round that it belongs to; the first exchange of memories counts in round 0"),
        new("agent", "who sent or received it"),
        new("direction", "up to the server, or down to the agent"),
        new("name", "what it is, such as delta, memory or theta"),
        new("shape", "the numbers in it"),
        new("bytes", "its size"),
    ];

    /// <summary>diagnostics.csv: one row a diagnosed round.</summary>
    public static IReadOnlyList<RunColumn> Diagnostics { get; } =
    [
        new("round", "as in metrics.csv"),
        new("smoothness", "L: the largest curvature of an agent's objective that was met"),
        new("mean_smoothness", "the same of the mean objective"),
        new("trace_sigma", "the variance of a gradient estimate, summed over parameters"),
        new("trace_sigma_se", "its standard error"),
        new("truncation", "what the horizon cuts off the gradient"),
        new("mu", "the constant of gradient domination, Eq. (12), here"),
        new("weak_mu", "its weak form"),
    ];

    /// <summary>The header of those columns that are always there, or of those that are there somewhere.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="estimated">Whether the objective is an estimate.</param>
    /// <param name="regularised">Whether there is an entropy term.</param>
    /// <param name="known">Whether own optima are known.</param>
    public static string Header(IReadOnlyList<RunColumn> columns, bool estimated = false, bool regularised = false, bool known = false) =>
        string.Join(',', columns.Where(column => column.Where switch
        {
            Estimated => estimated,
            Regularised => regularised,
            Known => known,
            _ => true,
        }).Select(column => column.Name));
}
