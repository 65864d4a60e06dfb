using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Federation.Agents;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Schedules;

namespace FedPG.Federation.Algorithms;

/// <summary>The options of an algorithm: the <c>federation</c> section of an experiment.</summary>
public abstract record AlgorithmOptions
{
    /// <summary>The value of <c>federation.algorithm</c>.</summary>
    public abstract string Algorithm { get; }

    /// <summary>T, communication rounds, 0 to 10^8; 100 by default.</summary>
    [Option("T, communication rounds", Minimum = 0, Maximum = 100_000_000)]
    public int Rounds { get; init; } = 100;

    /// <summary>H, local steps a round, 1 or more; 10 by default.</summary>
    [Option("H, local steps a round", Minimum = 1, Maximum = StreamKey.MaximumLocalStep)]
    public int LocalSteps { get; init; } = 10;

    /// <summary>eta, a number above 0 or a schedule by rounds; 0.1 by default.</summary>
    [Option("eta")]
    public StepSize LocalStepSize { get; init; } = new ConstantStepSize();

    /// <summary>alpha_g in (0, 1]; 1 by default.</summary>
    [Option("alpha_g", Minimum = 0, Maximum = 1, OpenMinimum = true)]
    public double GlobalStepSize { get; init; } = 1;

    /// <summary>Who takes part in which round; everyone by default.</summary>
    [Option("who takes part in a round")]
    public Participation Participation { get; init; } = Participation.Everyone;

    /// <summary>tau_i, each agent's own number of local steps, [N], 1 or more; null (the default) for H each.</summary>
    [Option("tau_i, each agent's own number of local steps", Minimum = 1, Maximum = StreamKey.MaximumLocalStep)]
    public int[]? AgentLocalSteps { get; init; }

    /// <summary>Agents that do not get done in a round; none by default.</summary>
    [Option("agents that do not get done in a round")]
    public StragglerOptions Stragglers { get; init; } = new();

    /// <summary>How the numbers of messages are written; in full by default.</summary>
    [Option("how the numbers of messages are written: as dtype says, or rounded to float16 by whoever sends them")]
    public MessageNumbers Messages { get; init; }

    /// <summary>
    /// P, the personal steps that an agent takes at the start of a round, 1 to 65,000; null (the default) for as many as local steps. Used
    /// where a policy has personal parameters.
    /// </summary>
    [Option("P, the steps of personal parameters at the start of a round; as many as local steps where not given", Minimum = 1,
        Maximum = StreamKey.MaximumLocalStep)]
    public int? PersonalSteps { get; init; }

    /// <summary>eta of personal steps, above 0; null (the default) for that of local steps.</summary>
    [Option("eta of personal steps; that of local steps where not given", Minimum = 0, OpenMinimum = true)]
    public double? PersonalStepSize { get; init; }

    /// <summary>When personal parameters are trained; before the shared ones of a round by default.</summary>
    [Option("when personal parameters are trained: before the shared ones of a round, or with every local step")]
    public PersonalOrder PersonalOrder { get; init; }

    /// <summary>Over whom the server averages, parameter by parameter; over all agents of a round by default.</summary>
    [Option("over whom the server averages a parameter: the agents of the round, or those of them whose policies depend on it")]
    public ColumnAveraging Averaging { get; init; }

    /// <summary>What an agent makes of the corrected direction of a local step; follows it by default.</summary>
    [Option("what an agent makes of the corrected direction of a local step")]
    public LocalOptimizerKind LocalOptimizer { get; init; }

    /// <summary>What becomes of the local optimiser's moments when the server has overwritten theta; kept by default.</summary>
    [Option("what becomes of the local optimiser's moments from round to round")]
    public LocalOptimizerState LocalOptimizerState { get; init; }

    /// <summary>beta1 in [0, 1), the decay of the local optimiser's first moment; 0.9 by default.</summary>
    [Option("beta1, the decay of the local optimiser's first moment", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double LocalBeta1 { get; init; } = 0.9;

    /// <summary>beta2 in [0, 1), the decay of the local optimiser's second moment; 0.999 by default.</summary>
    [Option("beta2, the decay of the local optimiser's second moment", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double LocalBeta2 { get; init; } = 0.999;

    /// <summary>eps above 0, what adam adds to the root of the second moment; 1e-8 by default.</summary>
    [Option("eps, what a local adam adds to the root of the second moment", Minimum = 0, OpenMinimum = true)]
    public double LocalEpsilon { get; init; } = 1e-8;

    /// <summary>
    /// The largest norm of the corrected direction of a local step, above 0; longer ones are shortened to it. 0 (the default) for no limit.
    /// </summary>
    [Option("the largest norm of the corrected direction of a local step, 0 for no limit", Minimum = 0)]
    public double LocalMaxNorm { get; init; }

    /// <summary>The local optimiser's settings.</summary>
    internal LocalOptimizerSettings LocalSettings => new(
        LocalOptimizer, LocalOptimizerState, LocalBeta1, LocalBeta2, LocalEpsilon, LocalMaxNorm > 0 ? LocalMaxNorm : null);
}

/// <summary>
/// Agents that do not get done: in every round a share of them, drawn anew, takes fewer local steps, uniform between a minimum and H.
/// </summary>
public sealed record StragglerOptions
{
    /// <summary>The share of agents, in [0, 1]; 0 by default.</summary>
    [Option("the share of agents that do not get done in a round", Minimum = 0, Maximum = 1)]
    public double Share { get; init; }

    /// <summary>The minimum number of local steps that one of them takes, 1 to H; 1 by default.</summary>
    [Option("the least local steps that one of them takes", Key = "least", Minimum = 1, Maximum = StreamKey.MaximumLocalStep)]
    public int MinLocalSteps { get; init; } = 1;
}

/// <summary>
/// The options of an algorithm whose server averages changes, and may do more with the mean change than add it
/// (<see cref="ServerOptimizer"/>).
/// </summary>
public abstract record AveragingOptions : AlgorithmOptions
{
    /// <summary>What the server does with the mean change; adds it by default.</summary>
    [Option("what the server does with the mean change")]
    public ServerOptimizerKind ServerOptimizer { get; init; }

    /// <summary>beta1 in [0, 1), the decay of the server's momentum; 0.9 by default.</summary>
    [Option("beta1, the decay of the server's momentum", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double ServerBeta1 { get; init; } = 0.9;

    /// <summary>beta2 in [0, 1), the decay of the second moment of adam and yogi; 0.99 by default.</summary>
    [Option("beta2, the decay of the second moment of adam and yogi", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double ServerBeta2 { get; init; } = 0.99;

    /// <summary>tau above 0, the degree of adaptivity; 0.001 by default.</summary>
    [Option(
        "tau, the degree of adaptivity: what is added to the root of the second moment, which starts at its square", Minimum = 0,
        OpenMinimum = true)]
    public double ServerTau { get; init; } = 1e-3;
}
