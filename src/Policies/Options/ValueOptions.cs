using FedPG.Core.Options;

namespace FedPG.Policies.Options;

/// <summary>
/// What the kinds that hold values have in common: the features that values are linear in. For tabular and episodic environments.
/// </summary>
public abstract record ValueOptions : PolicyOptions
{
    /// <summary>The lattice of radial features, [rows, columns]. For tabular environments.</summary>
    [Option("rows and columns of the lattice of radial features", Minimum = 1, Maximum = 1_000)]
    public int[] Centres { get; init; } = [4, 4];

    /// <summary>The width of radial features. For tabular environments.</summary>
    [Option("the width of radial features, where the map spans [-1, 1]", Minimum = 0, OpenMinimum = true)]
    public double Width { get; init; } = 0.5;

    /// <summary>The highest frequency of Fourier features in each number, 0 to 1,000. For episodic environments.</summary>
    [Option("the highest frequency of \"fourier\" features in each number that is observed", Minimum = 0, Maximum = 1_000)]
    public int FeatureOrder { get; init; } = 3;

    /// <summary>m, the number of random features, 1 to 10,000.</summary>
    [Option("m, the number of \"random\" features", Minimum = 1, Maximum = 10_000)]
    public int FeatureCount { get; init; } = 25;

    /// <summary>The width of the kernel that random features stand for, 1e-6 to 1e6. For episodic environments.</summary>
    [Option("the width of the kernel that \"random\" features stand for, where observations span [0, 1]", Minimum = 1e-6, Maximum = 1e6)]
    public double FeatureWidth { get; init; } = 0.25;

    /// <summary>The seed that random features are drawn from, 0 to 2^53.</summary>
    [Option("the seed that \"random\" features are drawn from", Minimum = 0, Maximum = OptionReader.LargestSeed)]
    public long FeatureInstance { get; init; }

    /// <summary>
    /// The range of each number that is observed. For episodic environments; null (the default) for the bounds of the observation space.
    /// </summary>
    [Option("the range of each number that is observed, in which features tell values apart; none for the bounds of the observation space, "
        + "and 1/2 + x / (2 (1 + |x|)) for numbers without")]
    public FeatureBounds? FeatureBounds { get; init; }

    /// <summary>
    /// What values are linear in. Tabular environments: <c>one-hot</c> (the default), <c>random</c>, <c>coordinates</c> or <c>radial</c>
    /// where states lie on a grid, or given features [S][m]. Episodic ones: <c>fourier</c> (the default), <c>coordinates</c> or
    /// <c>random</c> where a box is observed, and
    /// <c>one-hot</c> elsewhere. Null (the default) for the environment's default.
    /// </summary>
    [Option("the features that values are linear in: a word, or where states are listed an array [S][m] of given ones")]
    public WordOrNumbers? Features { get; init; }
}

/// <summary>Options of <c>action-values</c>: values Q and their greedy policy, for <c>qavg</c> and <c>fedq</c>.</summary>
public sealed record ActionValuesOptions : ValueOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "action-values";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <summary>
    /// The levels that an action of one bounded number is chosen from, 2 to 1,001. For episodic environments; not used for discrete
    /// actions.
    /// </summary>
    [Option("the levels that an action of one bounded number is chosen from; not used for discrete actions", Minimum = 2, Maximum = 1_001)]
    public int ActionBins { get; init; } = 5;
}

/// <summary>Options of <c>state-values</c>: values V of a fixed policy, for <c>fedtd</c>.</summary>
public sealed record StateValuesOptions : ValueOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "state-values";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <summary>
    /// sigma of the policy <c>gaussian</c> that is evaluated, 1e-12 to 1e12. For episodic environments with continuous actions.
    /// </summary>
    [Option("the first sigma of the noise on each number of an action", Minimum = 1e-12, Maximum = 1e12)]
    public double StandardDeviation { get; init; } = 1;

    /// <summary>
    /// Has no effect: the policy that is evaluated stays. Known, so that files for <c>gaussian</c> can be run with this kind too.
    /// </summary>
    [Option("whether log sigma is a parameter; otherwise sigma stays")]
    public bool LearnStandardDeviation { get; init; } = true;

    /// <summary>
    /// The policy whose values are learned. Tabular environments: <c>uniform</c> (the default), or probabilities [S][A]. Episodic ones:
    /// <c>uniform</c> (the default where actions are bounded), <c>gaussian</c> around 0 for continuous actions, or probabilities [A] of
    /// discrete ones. Null (the default) for the environment's default.
    /// </summary>
    [Option("the policy whose values are learned: a word, or an array of probabilities, [S][A] of listed states or [A] of actions")]
    public WordOrNumbers? Evaluates { get; init; }
}
