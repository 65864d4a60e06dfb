using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;

namespace FedPG.Tests.Envs.Checking;

/// <summary>What is wrong with a <see cref="Wanderer"/>.</summary>
public enum Defect
{
    None,
    ObservationOutsideItsSpace,
    NotANumber,
    InfiniteReward,
    RewardOutsideItsRange,
    TerminatedAndTruncated,
    ThrowsInTheFifthStep,
    ResetFailsAfterAnEnd,
    RandomOfItsOwn,
    SharedState,
    LeftFromTheLastEpisode,
    ReadsTheBuffer,
    WritesOnlyAPart,
    StateIsNotWhole,
    AgentsDifferInSpaces,
    SpacesChange,
    Allocates,
    NeverEnds,
}

/// <summary>A walk in the plane that ends at the border of a square; at most one thing is wrong with it.</summary>
public sealed class Wanderer(Defect defect, int agent) : IStatefulEnvironment
{
    private const double Border = 4;
    private static double s_shared;
    private static long s_calls;
    private readonly double[] _place = new double[2];
    private EpisodeRandom _random;
    private double _left;
    private int _step;
    private bool _ended;
    private double[]? _kept;

    /// <summary>An environment of the defect, configured for three agents.</summary>
    public static ConfiguredEnvironment Configured(Defect defect)
    {
        EnvironmentDefinition definition = new EpisodicDefinition
        {
            Id = "Wanderer-v0",
            Summary = "A walk in the plane.",
            RewardRange = NumberRange.UnitInterval,
            Discount = defect == Defect.NeverEnds ? 1 : 0.99,
            StepLimit = defect == Defect.NeverEnds ? null : 200,
            Make = _ => agent => new Wanderer(defect, agent),
        }.ToDefinition();
        return new ConfiguredEnvironment(definition, 3, [], definition.Configure(OptionReader.Empty(), 3));
    }

    public Space ObservationSpace =>
        Box.Of(defect == Defect.AgentsDifferInSpaces ? 2 + (agent % 2) : 2, -5, defect == Defect.SpacesChange ? 5 + _step : 5);

    public Space ActionSpace => new Discrete(4);

    public IReadOnlyList<string> StateNames => ["x", "y"];

    public void Reset(long seed, Span<double> observation)
    {
        if (defect == Defect.ResetFailsAfterAnEnd && _ended) throw new InvalidOperationException("the walk is over");
        _random = new EpisodeRandom(defect == Defect.RandomOfItsOwn ? seed + (s_calls++ * 1000) : seed);
        (_place[0], _place[1]) = (_random.Uniform(-1, 1), _random.Uniform(-1, 1));
        if (defect == Defect.LeftFromTheLastEpisode) _place[0] += 0.1 * Math.Sign(_left);
        (_step, _ended) = (0, false);
        Observe(observation);
    }

    StepResult IEnvironment.Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _step++;
        if (defect == Defect.ThrowsInTheFifthStep && _step == 5) throw new InvalidOperationException("tired of walking");
        double length = _random.NextDouble();
        if (defect == Defect.SharedState) length = 0.5 * (length + s_shared);
        if (defect == Defect.ReadsTheBuffer) length *= Math.Abs(observation[0]) < 3 ? 1 : 0.5;
        s_shared = length;
        _place[action[0] < 2 ? 0 : 1] += action[0] % 2 == 0 ? length : -length;
        _left = _place[0];
        bool over = defect != Defect.NeverEnds && (Math.Abs(_place[0]) > Border || Math.Abs(_place[1]) > Border);
        if (defect == Defect.NeverEnds) (_place[0], _place[1]) = (Math.Clamp(_place[0], -1, 1), Math.Clamp(_place[1], -1, 1));
        _ended = over;
        if (defect == Defect.Allocates) _kept = new double[4];
        Observe(observation);
        double reward = _kept is { Length: 0 } ? 0 : defect switch
        {
            Defect.InfiniteReward when over => double.PositiveInfinity,
            Defect.RewardOutsideItsRange when over => 1.5,
            _ => 0.5,
        };
        return new StepResult(reward, over, over && defect == Defect.TerminatedAndTruncated);
    }

    public void ReadState(Span<double> state) => (state[0], state[1]) = (_place[0], _place[1]);

    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        _place[0] = state[0];
        if (defect != Defect.StateIsNotWhole) _place[1] = state[1];
        Observe(observation);
    }

    private void Observe(Span<double> observation)
    {
        observation[0] = defect switch
        {
            Defect.ObservationOutsideItsSpace when _step == 7 => 5.5,
            Defect.NotANumber when _step == 3 => double.NaN,
            _ => _place[0],
        };
        if (defect != Defect.WritesOnlyAPart || _step == 0) observation[1] = _place[1];
        if (observation.Length > 2) observation[2] = 0;
    }
}

/// <summary>What is wrong with a <see cref="Ring"/>.</summary>
public enum ListDefect
{
    None,
    RowsDoNotSumToOne,
    StepsFavourOneSide,
    StepsPayMore,
    StepsPayTheOther,
    StepsJump,
    StepsDoNotEnd,
    StepsStartElsewhere,
    NextIsNoState,
    EndIsNoEnd,
    StartsDoNotSumToOne,
    NoStarts,
    NoOutcomes,
    EndlessOutcomes,
}

/// <summary>
/// Six states in a ring and one behind it where the walk ends, listed and stepped; at most one thing is wrong with the one or the other.
/// </summary>
public sealed class Ring(ListDefect defect) : ITabularEnvironment
{
    private const int Size = 6;
    private EpisodeRandom _random;
    private int _state;

    public static ConfiguredEnvironment Configured(ListDefect defect)
    {
        EnvironmentDefinition definition = new EpisodicDefinition
        {
            Id = "Ring-v0",
            Summary = "Round and round.",
            Make = _ => _ => new Ring(defect),
        }.ToDefinition();
        return new ConfiguredEnvironment(definition, 2, [], definition.Configure(OptionReader.Empty(), 2));
    }

    public Space ObservationSpace { get; } = new Discrete(Size + 1);

    public Space ActionSpace { get; } = new Discrete(2);

    public IEnumerable<(int State, double Probability)> Starts() =>
        defect == ListDefect.NoStarts ? null! : [(0, defect == ListDefect.StartsDoNotSumToOne ? 0.4 : 0.5), (3, 0.5)];

    public IEnumerable<TabularOutcome> Outcomes(int state, int action)
    {
        if (defect == ListDefect.NoOutcomes && state == 3) return null!;
        if (defect == ListDefect.EndlessOutcomes && state == 3) return Enumerable.Repeat(new TabularOutcome(0, 0, 0), int.MaxValue);
        int to = (state + (action == 0 ? 1 : Size - 1)) % Size;
        double leave = state == 2 ? 0.25 : 0;
        return
        [
            new TabularOutcome(Size, leave, 1, Terminated: defect != ListDefect.EndIsNoEnd || action == 0),
            new TabularOutcome(defect == ListDefect.NextIsNoState && state == 5 ? Size + 1 : to,
                (1 - leave) * (defect == ListDefect.RowsDoNotSumToOne && state == 4 ? 0.7 : 0.8), 0),
            new TabularOutcome(state, (1 - leave) * 0.2, 0.5),
        ];
    }

    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        _state = _random.NextDouble() < 0.5 ? 0 : defect == ListDefect.StepsStartElsewhere ? 4 : 3;
        observation[0] = _state;
    }

    StepResult IEnvironment.Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (_state == 2 && _random.NextDouble() < 0.25)
        {
            observation[0] = _state = defect == ListDefect.StepsDoNotEnd ? 2 : Size;
            return new StepResult(1, defect != ListDefect.StepsDoNotEnd);
        }
        bool moves = _random.NextDouble() < (defect == ListDefect.StepsFavourOneSide && _state == 4 ? 0.75 : 0.8);
        if (moves) _state = (_state + (action[0] == 0 ? 1 : Size - 1) + (defect == ListDefect.StepsJump && _state == 5 ? 1 : 0)) % Size;
        observation[0] = _state;
        // Four steps of five move: paying them 1/8 makes the expectation of paying the others 1/2.
        if (defect == ListDefect.StepsPayTheOther) return new StepResult(moves ? 0.125 : 0, false);
        return new StepResult(moves ? 0 : defect == ListDefect.StepsPayMore && _state == 1 ? 0.51 : 0.5, false);
    }
}
