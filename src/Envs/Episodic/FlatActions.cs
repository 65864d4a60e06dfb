using FedPG.Envs.Wrappers;

namespace FedPG.Envs.Episodic;

/// <summary>
/// Numbers the combinations of several whole numbers, so that a policy that chooses one of many acts in an environment whose actions are
/// <see cref="MultiDiscrete"/>: action k is the combination whose digits k has, the last one changing fastest.
/// </summary>
internal sealed class FlatActions : EnvironmentWrapper, IPostedEnvironment
{
    /// <summary>The most combinations that are numbered.</summary>
    public const int MaxCombinations = 4096;

    private readonly int[] _counts;
    private readonly IPostedEnvironment? _posted;
    private readonly double[] _action;

    /// <summary>Wraps an environment.</summary>
    /// <param name="inner">An environment whose actions are <see cref="MultiDiscrete"/>.</param>
    /// <exception cref="ArgumentException">
    /// Its actions are of another kind, or have more than <see cref="MaxCombinations"/> combinations.
    /// </exception>
    public FlatActions(IEnvironment inner)
        : base(inner)
    {
        if (inner.ActionSpace is not MultiDiscrete several || CombinationsOf(several) is not { } count)
        {
            throw new ArgumentException(
                $"the combinations of {inner.ActionSpace} cannot be numbered: a MultiDiscrete of at most {MaxCombinations} is needed",
                nameof(inner));
        }
        _posted = inner as IPostedEnvironment;
        (_counts, _action, ActionSpace) = ([.. several.Counts], new double[several.Size], new Discrete(count));
    }

    /// <inheritdoc/>
    public override Space ActionSpace { get; }

    /// <summary>
    /// An instance with its combinations numbered, where its actions are <see cref="MultiDiscrete"/> and not too many; else the instance
    /// itself.
    /// </summary>
    public static FederatedEnvironment Of(FederatedEnvironment instance) =>
        instance is EpisodicEnvironment { ActionSpace: MultiDiscrete several } stepped && CombinationsOf(several) is not null
            ? new EpisodicEnvironment(
                stepped.Name, stepped.Discount, stepped.AgentNames, agent => new FlatActions(stepped.Create(agent)), stepped.RewardRange,
                stepped.StepLimit, stepped.Parameters)
            {
                Tasks = stepped.Tasks,
                SuccessAbove = stepped.SuccessAbove,
            }
            : instance;

    /// <inheritdoc/>
    public bool IsPosted => _posted?.IsPosted == true;

    /// <inheritdoc/>
    public void PostReset(long seed) => _posted?.PostReset(seed);

    /// <inheritdoc/>
    public void PostStep(ReadOnlySpan<double> action)
    {
        WriteCombination((int)action[0], _action);
        _posted?.PostStep(_action);
    }

    /// <inheritdoc/>
    public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        WriteCombination((int)action[0], _action);
        return base.Step(_action, observation);
    }

    /// <summary>The combination of a number.</summary>
    /// <param name="number">0 or more, below the number of combinations.</param>
    /// <param name="action">The combination, overwritten.</param>
    public void WriteCombination(int number, Span<double> action)
    {
        for (int k = _counts.Length - 1; k >= 0; k--) (number, action[k]) = (number / _counts[k], number % _counts[k]);
    }

    private static int? CombinationsOf(MultiDiscrete space)
    {
        long count = 1;
        foreach (int each in space.Counts)
        {
            if ((count *= each) > MaxCombinations) return null;
        }
        return (int)count;
    }
}
