using FedPG.Envs.Options;

namespace FedPG.Envs;

/// <summary>
/// An environment that is known by its steps only, for N agents that may differ in rewards and dynamics: what training without a table runs on.
/// Immutable and safe to share between threads; what <see cref="Create"/> returns is not.
/// </summary>
public sealed class SteppedEnvironment : EnvironmentInstance
{
    private readonly Func<int, IEnvironment> _create;

    /// <summary>Creates the instance.</summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="discount">gamma in [0, 1].</param>
    /// <param name="agentNames">At least one agent.</param>
    /// <param name="create">Makes a new environment for the agent of an index; its spaces are the same for all agents.</param>
    /// <param name="rewardRange">An interval that holds every reward.</param>
    /// <param name="stepLimit">The steps after which an episode is truncated; null for no limit.</param>
    public SteppedEnvironment(string name, double discount, IReadOnlyList<string> agentNames, Func<int, IEnvironment> create, NumberRange rewardRange, int? stepLimit)
        : base(name, discount, agentNames)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (stepLimit < 1) throw new ArgumentOutOfRangeException(nameof(stepLimit), stepLimit, "must be at least 1");
        (_create, RewardRange, StepLimit) = (create, rewardRange, stepLimit);
        IEnvironment first = create(0);
        (ObservationSpace, ActionSpace) = (first.ObservationSpace, first.ActionSpace);
    }

    /// <summary>What observations look like.</summary>
    public Space ObservationSpace { get; }

    /// <summary>What actions look like.</summary>
    public Space ActionSpace { get; }

    /// <summary>The steps after which an episode is truncated; null for no limit.</summary>
    public int? StepLimit { get; }

    /// <inheritdoc/>
    public override NumberRange RewardRange { get; }

    /// <inheritdoc/>
    public override string Size => $"observations {ObservationSpace}, actions {ActionSpace}";

    /// <summary>A new environment for one agent, without the limit of steps, which is the caller's to keep.</summary>
    public IEnvironment Create(int agent) => _create(agent);
}
