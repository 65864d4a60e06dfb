using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Episodic;

namespace FedPG.Federation.Rollouts;

/// <summary>
/// One environment of an agent for value estimators: it keeps the features of where it stands and of where it was. The caller keeps the
/// limit of steps. One thread at a time; nothing is allocated a step.
/// </summary>
internal sealed class FeatureEpisode
{
    private readonly IEnvironment _environment;
    private readonly LinearHeads _values;
    private readonly Objective _objective;
    private readonly PromisedNumbers _promised;
    private readonly int _agent;
    private readonly ObservationFeatures.Writer _writer;
    private readonly Box? _bounds;
    private readonly double[] _raw, _seen, _clipped;
    private double[] _here, _before;

    /// <summary>Creates it; call <see cref="Begin"/> before the first step.</summary>
    /// <param name="environment">The environment of all agents.</param>
    /// <param name="agent">Whose.</param>
    /// <param name="values">What values are linear in.</param>
    /// <param name="objective">How rewards become costs.</param>
    public FeatureEpisode(EpisodicEnvironment environment, int agent, LinearHeads values, Objective objective)
    {
        (_environment, _values, _objective, _bounds) = (environment.CreateAlike(agent), values, objective, environment.ActionSpace as Box);
        (_promised, _agent) = (new PromisedNumbers(environment), agent);
        _writer = values.Features.CreateWriter();
        (_raw, _seen) = (new double[environment.ObservationSpace.Size], new double[values.ObservationSize]);
        _clipped = new double[values.ActionSize];
        (_here, _before) = (new double[values.Features.Count], new double[values.Features.Count]);
    }

    /// <summary>The features of where it stands.</summary>
    public ReadOnlySpan<double> Here => _here;

    /// <summary>The features of where the latest step was taken.</summary>
    public ReadOnlySpan<double> Before => _before;

    /// <summary>The seed of the episode; -1 before the first.</summary>
    public long Seed { get; private set; } = -1;

    /// <summary>Steps taken in it.</summary>
    public int Steps { get; private set; }

    /// <summary>The sum of its rewards.</summary>
    public double Rewards { get; private set; }

    /// <summary>Begins an episode.</summary>
    public void Begin(long seed)
    {
        (Seed, Steps, Rewards) = (seed, 0, 0);
        var place = new PromisedNumbers.Place(seed, _agent);
        StepWatch.Slot? watch = StepWatch.For(_environment);
        watch?.Begin(place, 0);
        _environment.Reset(seed, _raw);
        watch?.End();
        _promised.CheckReset(_raw, place);
        Look();
    }

    /// <summary>Takes a step; the action is clipped to its space.</summary>
    /// <param name="action">The action.</param>
    /// <param name="look">Whether the features of what is reached are wanted.</param>
    /// <returns>What it gave, and its cost.</returns>
    public (StepResult Result, double Cost) Step(ReadOnlySpan<double> action, bool look = true)
    {
        for (int k = 0; k < action.Length; k++)
            _clipped[k] = _bounds is null ? action[k] : Math.Clamp(action[k], _bounds.Low[k], _bounds.High[k]);
        var place = new PromisedNumbers.Place(Seed, _agent);
        StepWatch.Slot? watch = StepWatch.For(_environment);
        watch?.Begin(place, Steps + 1);
        StepResult result = _environment.Step(_clipped, _raw);
        watch?.End();
        Steps++;
        Rewards += result.Reward;
        _promised.CheckStep(result, _raw, action, place, Steps);
        if (look)
        {
            (_here, _before) = (_before, _here);
            Look();
        }
        return (result, _objective.Cost(result.Reward));
    }

    /// <summary>Comes back to where an episode stood: its steps are taken again.</summary>
    /// <param name="seed">The seed it began with.</param>
    /// <param name="steps">How many.</param>
    /// <param name="actions">What was done, [steps, ActionSize].</param>
    public void Return(long seed, int steps, ReadOnlySpan<double> actions)
    {
        Begin(seed);
        int size = _values.ActionSize;
        for (int t = 0; t < steps; t++) _ = Step(actions.Slice(t * size, size), look: false);
        Look();
    }

    private void Look()
    {
        _values.Encoding.Encode<double>(_raw, _seen);
        _writer.Write<double>(_seen, _here);
    }
}
