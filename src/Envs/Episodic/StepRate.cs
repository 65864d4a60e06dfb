using FedPG.Core.Streams;

namespace FedPG.Envs.Episodic;

/// <summary>
/// How fast an environment is stepped alone, on one thread: random actions drawn beforehand, limits of steps kept, resets included.
/// </summary>
/// <param name="StepsPerSecond">The median of the repeats.</param>
/// <param name="Minimum">The slowest repeat, steps/s.</param>
/// <param name="Maximum">The fastest repeat, steps/s.</param>
/// <param name="BytesPerStep">What the thread allocated in all repeats, by step.</param>
/// <param name="Repeats">How often it was timed.</param>
internal sealed record StepRate(double StepsPerSecond, double Minimum, double Maximum, double BytesPerStep, int Repeats)
{
    private const int Actions = 4096, Batch = 8192;

    /// <summary>Measures an environment.</summary>
    /// <param name="environment">The environment; agent 0 is stepped.</param>
    /// <param name="time">The clock.</param>
    /// <param name="repeat">The least time of one repeat; a repeat before them is for the compiler.</param>
    /// <param name="repeats">How often to time, 1 or more.</param>
    /// <param name="lanes">How many copies take their steps together, 1 or more.</param>
    public static StepRate Measure(EpisodicEnvironment environment, TimeProvider time, TimeSpan repeat, int repeats = 5, int lanes = 1)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        IWalk run = lanes == 1 ? new Walk(environment) : new LaneWalk(environment, lanes);
        _ = Rate(run, time, repeat);
        double[] rates = new double[repeats];
        long bytes = GC.GetAllocatedBytesForCurrentThread(), steps = run.Steps;
        for (int k = 0; k < repeats; k++) rates[k] = Rate(run, time, repeat);
        double bytesPerStep = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)(run.Steps - steps);
        Array.Sort(rates);
        return new StepRate(rates[repeats / 2], rates[0], rates[^1], bytesPerStep, repeats);
    }

    private static double Rate(IWalk walk, TimeProvider time, TimeSpan least)
    {
        long started = time.GetTimestamp(), before = walk.Steps;
        TimeSpan elapsed;
        do
        {
            walk.Advance();
            elapsed = time.GetElapsedTime(started);
        }
        while (elapsed < least);
        return (walk.Steps - before) / elapsed.TotalSeconds;
    }

    /// <summary>What is timed.</summary>
    private interface IWalk
    {
        /// <summary>All steps taken.</summary>
        long Steps { get; }

        /// <summary>Takes some steps.</summary>
        void Advance();
    }

    /// <summary>Lanes that take their steps together with random actions; a step that begins an episode counts as one.</summary>
    private sealed class LaneWalk : IWalk
    {
        private readonly VectorEnvironment _lanes;
        private readonly double[] _actions, _observations, _rewards;
        private readonly bool[] _terminated, _truncated;

        public LaneWalk(EpisodicEnvironment environment, int lanes)
        {
            _lanes = new VectorEnvironment(environment, 0, lanes);
            int size = environment.ActionSpace.Size * lanes;
            (_actions, _observations) = (new double[size * 16], new double[environment.ObservationSpace.Size * lanes]);
            (_rewards, _terminated, _truncated) = (new double[lanes], new bool[lanes], new bool[lanes]);
            var random = new EpisodeRandom(0);
            int one = environment.ActionSpace.Size;
            for (int k = 0; k < _actions.Length; k += one) RandomActions.Draw(environment.ActionSpace, ref random, _actions.AsSpan(k, one));
            _lanes.Reset(1, _observations);
        }

        public long Steps { get; private set; }

        public void Advance()
        {
            int size = _actions.Length / 16;
            for (int k = 0; k < 16; k++)
            {
                _lanes.Step(_actions.AsSpan(k * size, size), new LaneResults
                {
                    Observations = _observations, Rewards = _rewards, Terminated = _terminated, Truncated = _truncated,
                });
            }
            Steps += 16L * _lanes.Lanes;
        }
    }

    /// <summary>An episode after the other with random actions.</summary>
    private sealed class Walk : IWalk
    {
        private readonly IEnvironment _environment;
        private readonly double[] _actions, _observation;
        private readonly int _size, _stepLimit;
        private int _taken, _episode;
        private bool _ended = true;

        public Walk(EpisodicEnvironment environment)
        {
            _environment = environment.Create(0);
            (_size, _stepLimit) = (environment.ActionSpace.Size, environment.StepLimit ?? int.MaxValue);
            _observation = new double[environment.ObservationSpace.Size];
            _actions = new double[Actions * _size];
            var random = new EpisodeRandom(0);
            for (int k = 0; k < Actions; k++) RandomActions.Draw(environment.ActionSpace, ref random, _actions.AsSpan(k * _size, _size));
        }

        public long Steps { get; private set; }

        public void Advance()
        {
            Steps += Batch;
            for (int k = 0; k < Batch; k++)
            {
                if (_ended)
                {
                    _environment.Reset(_episode++, _observation);
                    _taken = 0;
                }
                StepResult result = _environment.Step(_actions.AsSpan(k % Actions * _size, _size), _observation);
                _ended = result.Terminated || result.Truncated || ++_taken >= _stepLimit;
            }
        }
    }
}
