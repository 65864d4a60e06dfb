using System.Numerics;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Options;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Action values Q(o, a), linear in features of what is observed, and the greedy policy that follows from them: uniform over the actions of
/// least expected cost. Q starts at 0, where the greedy policy is uniform. A box of one number is acted in by levels, evenly spaced from
/// its low to its high bound.
/// </summary>
internal sealed class ObservationActionValues : LinearHeads
{
    private readonly double[]? _levels;

    /// <summary>Creates the values.</summary>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="features">What values are linear in.</param>
    /// <param name="actions">The actions: discrete, or a bounded box of one number.</param>
    /// <param name="levels">The levels of a box, 2 or more; not used for discrete actions.</param>
    /// <param name="format">The type and place of rows.</param>
    /// <exception cref="ArgumentException">The actions are neither.</exception>
    public ObservationActionValues(
        ObservationEncoding encoding, ObservationFeatures features, Space actions, int levels, TensorFormat format)
        : base(ActionValuesOptions.Name, encoding, features, actionSize: 1, "values", Count(actions, levels), format)
    {
        if (actions is Box box)
            _levels = [.. Enumerable.Range(0, levels).Select(k => box.Low[0] + ((box.High[0] - box.Low[0]) * k / (levels - 1)))];
    }

    /// <summary>The kind of values where environments are episodic.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<EpisodicEnvironment, ActionValuesOptions>(
        "action values linear in features of observations, and their greedy policy, for qavg and fedq",
        Create, (reader, environment) => ObservedValues.Read(reader, new ActionValuesOptions(), environment)) with
    {
        TakesGradients = false,
        RefusalIn = Refusal,
    };

    /// <summary>A, the actions to choose from.</summary>
    public int Actions => HeadSize;

    /// <inheritdoc/>
    public override int MaxSteps => SoftmaxHeads.MaxSteps;

    /// <summary>Whether there are finitely many actions to choose from, or can be.</summary>
    public static bool CanChoose(Space actions) =>
        actions is Discrete || (actions is Box { Size: 1 } box && double.IsFinite(box.High[0] - box.Low[0]));

    /// <summary>What the environment is given for the action of a number.</summary>
    public double ActionOf(int number) => _levels is null ? number : _levels[number];

    /// <summary>The first of the actions of least cost, and its cost.</summary>
    /// <param name="features">f, [m].</param>
    /// <param name="theta">[m, A].</param>
    public (int Action, double Value) Best(ReadOnlySpan<double> features, ReadOnlySpan<double> theta)
    {
        (int best, double least) = (0, double.PositiveInfinity);
        for (int a = 0; a < Actions; a++)
        {
            double value = Value(features, theta, Actions, a);
            if (value < least) (best, least) = (a, value);
        }
        return (best, least);
    }

    /// <inheritdoc/>
    public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
    {
        int count = BestCount(head, out T least), chosen = (int)(ActionDraws.Unit(key) * count);
        for (int a = 0; a < head.Length; a++)
        {
            if (head[a] == least && chosen-- == 0) action[0] = ActionOf(a);
        }
        return -Math.Log(count);
    }

    /// <inheritdoc/>
    public override void Mode<T>(ReadOnlySpan<T> head, Span<double> action)
    {
        int best = 0;
        for (int a = 1; a < head.Length; a++)
        {
            if (head[a] < head[best]) best = a;
        }
        action[0] = ActionOf(best);
    }

    /// <inheritdoc/>
    public override double MeanLog<T>(ReadOnlySpan<T> head) => -Math.Log(BestCount(head, out _));

    private static ObservationActionValues Create(ActionValuesOptions options, EpisodicEnvironment environment, TensorFormat format)
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        return new ObservationActionValues(
            encoding, ObservedValues.FeaturesOf(options, encoding), environment.ActionSpace, options.ActionBins, format);
    }

    private static string? Refusal(FederatedEnvironment environment) =>
        environment is EpisodicEnvironment { ActionSpace: var actions } && !CanChoose(actions)
            ? $"\"{ActionValuesOptions.Name}\" chooses among finitely many actions: it needs discrete ones, or one bounded number, "
                + $"which actionBins cuts into levels; the actions of {environment.Name} are {actions}"
            : null;

    private static int BestCount<T>(ReadOnlySpan<T> head, out T least)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        least = head[0];
        foreach (T value in head) least = value < least ? value : least;
        int count = 0;
        foreach (T value in head) count += value == least ? 1 : 0;
        return Math.Max(1, count);
    }

    private static int Count(Space actions, int levels)
    {
        if (!CanChoose(actions))
            throw new ArgumentException($"{actions} is neither discrete nor a bounded box of one number", nameof(actions));
        return actions is Discrete discrete ? discrete.Count : levels;
    }
}

/// <summary>One random number an action, four a draw.</summary>
internal static class ActionDraws
{
    private const int PerDraw = 4;

    /// <summary>A number in (0, 1) behind an action.</summary>
    public static double Unit(in ActionKey key)
    {
        (uint w0, uint w1, uint w2, uint w3) = key.Stream.Draw(key.Trajectory, ActionKey.SeedDraw + 1 + (key.Step / PerDraw));
        return ((key.Step % PerDraw) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 } + 0.5) * (1.0 / (1L << 32));
    }
}
