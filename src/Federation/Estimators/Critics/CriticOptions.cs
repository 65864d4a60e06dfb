using FedPG.Core.Options;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>Over what advantages are shifted to mean 0 and scaled to deviation 1, an agent's own in any case.</summary>
public enum AdvantageScale
{
    /// <summary>Not at all: gradients are those of the objective.</summary>
    None,

    /// <summary>Over the rollout.</summary>
    Rollout,

    /// <summary>Over each minibatch.</summary>
    Minibatch,
}

/// <summary>
/// What estimators with a learned critic have in common: rollouts of environments that go on from one to the next, values V, advantages by
/// GAE(lambda) (Schulman et al. 2016).
/// </summary>
public abstract record CriticOptions : GradientOptions
{
    private static readonly string[] OtherKeys =
    [
        .. new[] { typeof(ExactOptions), typeof(PpoOptions) }.SelectMany(OptionProperty.Of)
            .Where(property => !Common.Contains(property.Name)).Select(property => property.Key).Distinct(),
    ];

    /// <summary>T, the steps of a rollout, 1 to 100,000; 64 by default.</summary>
    [Option("T, the steps of a rollout", Minimum = 1, Maximum = 100_000)]
    public int Horizon { get; init; } = 64;

    /// <summary>B, the environments that an agent plays side by side, 1 to 100,000; 4 by default. A rollout is T B steps.</summary>
    [Option("B, the environments an agent plays side by side; a rollout is T B steps", Minimum = 1, Maximum = 100_000)]
    public int Trajectories { get; init; } = 4;

    /// <summary>
    /// L, the steps through which gradients go back where the policy remembers (<see cref="Policies.Options.NetworkPolicyOptions.Gru"/>), a
    /// divisor of T; null (the default) for T.
    /// </summary>
    [Option("the steps through which gradients go back where the policy remembers, a divisor of the horizon", Minimum = 1,
        Maximum = 100_000)]
    public int? Sequence { get; init; }

    /// <summary>lambda in [0, 1]; 0.95 by default.</summary>
    [Option("lambda of the advantages: 0 trusts the values, 1 the returns", Minimum = 0, Maximum = 1)]
    public double Lambda { get; init; } = 0.95;

    /// <summary>c_v, the weight of the squared error of values beside the policy's loss, 0 or more; 0.5 by default.</summary>
    [Option("the weight of the squared error of values", Minimum = 0)]
    public double ValueWeight { get; init; } = 0.5;

    /// <summary>Over what an agent's advantages are scaled; its rollout by default.</summary>
    [Option("over what an agent's advantages are shifted to mean 0 and scaled to deviation 1")]
    public AdvantageScale AdvantageScale { get; init; } = AdvantageScale.Rollout;

    /// <summary>
    /// Whether step t of an episode weighs gamma^t, as it does in the gradient of the discounted objective; false by default, as in
    /// practice: then late steps count as much as early ones, and the direction is no gradient of any objective.
    /// </summary>
    [Option("whether step t of an episode weighs gamma^t, as in the gradient of the objective")]
    public bool DiscountedWeights { get; init; }

    /// <summary>Whether rewards are divided by the running deviation of discounted returns, an agent's own; false by default.</summary>
    [Option("whether rewards are divided by the running deviation of an agent's discounted returns")]
    public bool NormaliseRewards { get; init; }

    /// <summary>
    /// The steps after which an episode is cut, and goes on for its value, where the environment has no limit of its own; null (the
    /// default) for as many as evaluations play.
    /// </summary>
    [Option("the steps after which an episode is cut where the environment has no limit", Minimum = 1, Maximum = 100_000)]
    public int? EpisodeSteps { get; init; }

    /// <summary>A bonus for what is new; none by default.</summary>
    [Option("a bonus for what is new")]
    public ExplorationOptions Exploration { get; init; } = new();

    /// <summary>The updates that one rollout is good for, and what a ratio may move by.</summary>
    internal abstract UpdatePlan Plan { get; }

    /// <summary>Notes an error where gradients cannot go back through as many steps.</summary>
    /// <param name="reader">The gradient section.</param>
    /// <param name="remembers">Whether the policy remembers.</param>
    internal void CheckSequence(OptionReader reader, bool remembers)
    {
        if (Sequence is not { } length) return;
        if (!remembers) reader.Reject("sequence", "is for a policy that remembers: policy.gru above 0; without one leave it away");
        else if (Horizon % length != 0) reader.Reject("sequence", $"must divide the horizon, {Horizon}");
    }

    /// <summary>Reads the options.</summary>
    /// <typeparam name="TOptions">The record.</typeparam>
    /// <param name="reader">The gradient section.</param>
    internal static TOptions Read<TOptions>(OptionReader reader)
        where TOptions : CriticOptions, new()
    {
        // Known and not used, so that one file can be run with other estimators.
        reader.Accept(OtherKeys);
        return ReadOwn(reader, new TOptions());
    }
}

/// <summary>The updates of one rollout.</summary>
/// <param name="Epochs">The passes over it.</param>
/// <param name="Minibatch">The steps of an agent in one update; null for all of them.</param>
/// <param name="Clip">By how much a ratio of probabilities may leave 1; null for no limit.</param>
internal sealed record UpdatePlan(int Epochs, int? Minibatch, double? Clip)
{
    /// <summary>The updates of one pass over a rollout.</summary>
    /// <param name="pairs">The steps of an agent.</param>
    public int MinibatchesOf(int pairs) => Minibatch is { } size ? Math.Max(1, pairs / size) : 1;
}

/// <summary>The options of <c>actor-critic</c>: one update of all of a rollout.</summary>
public sealed record ActorCriticOptions : CriticOptions
{
    /// <inheritdoc/>
    public override string Estimator => "actor-critic";

    internal override UpdatePlan Plan => new(1, null, null);
}

/// <summary>The options of <c>ppo</c> (Schulman et al., "Proximal policy optimization algorithms", 2017).</summary>
public sealed record PpoOptions : CriticOptions
{
    /// <inheritdoc/>
    public override string Estimator => "ppo";

    /// <summary>The passes over a rollout, 1 to 1,000; 10 by default.</summary>
    [Option("the passes over a rollout", Minimum = 1, Maximum = 1000)]
    public int Epochs { get; init; } = 10;

    /// <summary>The steps of an agent in one update, 1 or more; 64 by default. All of a rollout where it has fewer.</summary>
    [Option("the steps of an agent in one update", Minimum = 1, Maximum = 10_000_000)]
    public int Minibatch { get; init; } = 64;

    /// <summary>c, by how much a ratio of probabilities may leave 1 before it earns nothing more, above 0; 0.2 by default.</summary>
    [Option("c, by how much a ratio of probabilities may leave 1", Minimum = 0, OpenMinimum = true)]
    public double Clip { get; init; } = 0.2;

    internal override UpdatePlan Plan => new(Epochs, Minibatch, Clip);
}
