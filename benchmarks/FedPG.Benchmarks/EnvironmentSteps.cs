using BenchmarkDotNet.Attributes;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;

namespace FedPG.Benchmarks;

/// <summary>
/// Steps of environments alone, with actions drawn beforehand; resets included. The time is that of one step of one environment.
/// </summary>
public class EnvironmentSteps
{
    private const int Actions = 4096, Lanes = 64;
    private IEnvironment _single = null!;
    private VectorEnvironment _vector = null!;
    private double[] _actions = [], _observation = [], _observations = [];
    private readonly double[] _rewards = new double[Lanes];
    private readonly bool[] _terminated = new bool[Lanes], _truncated = new bool[Lanes];
    private int _size, _taken, _stepLimit;
    private long _episode;
    private bool _ended;

    /// <summary>The environments, by their defaults.</summary>
    [ParamsSource(nameof(Ids))]
    public string Environment { get; set; } = "";

    /// <summary>All that are registered.</summary>
    public static IEnumerable<string> Ids => ExperimentCatalog.Default.Environments.Ids;

    /// <summary>Makes the environment and its actions.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var errors = new ValidationErrors("defaults");
        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(Environment, 1, default,
            EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        EpisodicEnvironment environment = EpisodicEnvironment.Of(configured!.Build(), configured.Definition.StepLimit);
        (_single, _vector) = (environment.Create(0), new VectorEnvironment(environment, 0, Lanes));
        (_size, _stepLimit, _ended) = (environment.ActionSpace.Size, environment.StepLimit ?? int.MaxValue, true);
        (_observation, _observations) = (new double[environment.ObservationSpace.Size],
            new double[Lanes * environment.ObservationSpace.Size]);
        _actions = new double[Actions * _size];
        var random = new EpisodeRandom(0);
        for (int k = 0; k < Actions; k++) RandomActions.Draw(environment.ActionSpace, ref random, _actions.AsSpan(k * _size, _size));
        _vector.Reset(0, _observations);
    }

    /// <summary>One environment, step after step.</summary>
    [Benchmark(OperationsPerInvoke = Actions)]
    public double One()
    {
        double sum = 0;
        for (int k = 0; k < Actions; k++)
        {
            if (_ended)
            {
                _single.Reset(_episode++, _observation);
                _taken = 0;
            }
            StepResult result = _single.Step(_actions.AsSpan(k * _size, _size), _observation);
            _ended = result.Terminated || result.Truncated || ++_taken >= _stepLimit;
            sum += result.Reward;
        }
        return sum;
    }

    /// <summary>64 lanes of a vectorised environment.</summary>
    [Benchmark(OperationsPerInvoke = Actions)]
    public double Vectorised()
    {
        var results = new LaneResults { Observations = _observations, Rewards = _rewards, Terminated = _terminated,
            Truncated = _truncated };
        for (int k = 0; k < Actions; k += Lanes) _vector.Step(_actions.AsSpan(k * _size, Lanes * _size), results);
        return _rewards[0];
    }
}
