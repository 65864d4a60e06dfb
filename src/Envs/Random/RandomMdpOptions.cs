using FedPG.Core.Options;

namespace FedPG.Envs.Random;

/// <summary>Whether agents have something in common.</summary>
public enum Sharing
{
    /// <summary>All agents share one.</summary>
    Shared,

    /// <summary>Each agent has its own.</summary>
    Own,
}

/// <summary>How a row's probabilities are drawn.</summary>
public enum RowDraw
{
    /// <summary>Uniformly on the simplex.</summary>
    Simplex,

    /// <summary>As uniform numbers, divided by their sum.</summary>
    Normalised,
}

/// <summary>The options of <c>RandomMdp-v0</c>. What is null counts as not given.</summary>
public sealed record RandomMdpOptions
{
    private const string FirstMeaning =
        "The number of the first agent; agents held out for a test begin behind those that are trained.";

    private const string ChanceMeaning =
        "The chance of a state to be a successor of a state and action, where branching is 0; at least one is.";

    /// <summary>S, 1 to 100,000; 5 by default.</summary>
    [Option("The number of states S.", Minimum = 1, Maximum = 100_000)]
    public int States { get; init; } = 5;

    /// <summary>A, 1 to 10,000; 4 by default.</summary>
    [Option("The number of actions A.", Minimum = 1, Maximum = 10_000)]
    public int Actions { get; init; } = 4;

    /// <summary>gamma in [0, 1), 0.9 by default.</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1, OpenMaximum = true)]
    public double Discount { get; init; } = 0.9;

    /// <summary>The seed of the draw, 0 by default.</summary>
    [Option("The seed of the draw.", Minimum = 0)]
    public long Instance { get; init; }

    /// <summary>How many distinct successors a state and action has, 0 to 100,000; 0, all states, by default.</summary>
    [Option("How many distinct successors a state and action has; 0 means all states.", Minimum = 0, Maximum = 100_000)]
    public int Branching { get; init; }

    /// <summary>The chance of a state to be a successor, in (0, 1]; 1 by default.</summary>
    [Option(ChanceMeaning, Minimum = 0, Maximum = 1, OpenMinimum = true)]
    public double SuccessorChance { get; init; } = 1;

    /// <summary>Whether the agents share one kernel, as they do by default.</summary>
    [Option("Whether the agents share one kernel.")]
    public Sharing Kernels { get; init; }

    /// <summary>lambda in [0, 1]; null (the default) for 1.</summary>
    [Option("lambda: how far the agents lie apart, in rewards and own kernels.", Minimum = 0, Maximum = 1, Default = 1)]
    public double? Heterogeneity { get; init; }

    /// <summary>Whether each agent has rewards of its own, as it has by default.</summary>
    [Option("Whether each agent has rewards of its own.")]
    public Sharing Rewards { get; init; } = Sharing.Own;

    /// <summary>How a row's probabilities are drawn; uniformly on the simplex by default.</summary>
    [Option("How a row's probabilities are drawn.")]
    public RowDraw Rows { get; init; }

    /// <summary>The number of the first agent, 0 to 1,000,000,000; null (the default) for 0.</summary>
    [Option(FirstMeaning, Minimum = 0, Maximum = 1_000_000_000, Default = 0)]
    public int? FirstAgent { get; init; }
}
