using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>
/// What an agent is paid for what is new to it, by a memory of its own that is part of the learner's state. One thread at a time; nothing
/// is allocated a step.
/// </summary>
internal abstract class ExplorationBonus
{
    /// <summary>The memories, [n, size], float64.</summary>
    public required Tensor Memory { get; init; }

    private int Size => (int)Memory.shape[1];

    /// <summary>Makes room for a bonus; null where there is none.</summary>
    /// <param name="options">What the bonus is measured by.</param>
    /// <param name="observations">What observations look like.</param>
    /// <param name="agents">n.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static ExplorationBonus? Create(ExplorationOptions options, Space observations, int agents, long seed) => options.Bonus switch
    {
        ExplorationBonusKind.Counts => new CountBonus { Memory = Room(agents, CountBonus.SizeOf(observations, options.Buckets)) },
        ExplorationBonusKind.Distillation => new DistillationBonus(observations.Size, seed)
        {
            Memory = Room(agents, DistillationBonus.SizeOf(observations.Size)),
        },
        _ => null,
    };

    /// <summary>The bonus for an observation, which the agent then remembers.</summary>
    /// <param name="row">The agent's row.</param>
    /// <param name="observation">What the environment gave.</param>
    public double Of(int row, ReadOnlySpan<double> observation) => Of(observation, Memory.Span<double>().Slice(row * Size, Size));

    /// <summary>The bonus for an observation, which goes into the memory.</summary>
    /// <param name="observation">What the environment gave.</param>
    /// <param name="memory">The agent's memory.</param>
    protected abstract double Of(ReadOnlySpan<double> observation, Span<double> memory);

    private static Tensor Room(int agents, int size) => zeros(agents, size, dtype: ScalarType.Float64).DetachFromDisposeScope();
}

/// <summary>
/// 1 / sqrt(N), N how often the state was met, this time included (Strehl and Littman 2008). Observations of several numbers are counted by
/// a hash of their bits; two that share one share a count.
/// </summary>
internal sealed class CountBonus : ExplorationBonus
{
    /// <summary>The counts that are kept.</summary>
    public static int SizeOf(Space observations, int buckets) => observations is Discrete states ? states.Count : buckets;

    /// <inheritdoc/>
    protected override double Of(ReadOnlySpan<double> observation, Span<double> memory)
    {
        // Of a listed state the number is the place: there are as many counts as states.
        double first = observation[0];
        bool isListed = observation.Length == 1 && first >= 0 && first < memory.Length && Math.Floor(first) == first;
        int place = isListed ? (int)first : (int)(Hash(observation) % (ulong)memory.Length);
        return 1 / Math.Sqrt(++memory[place]);
    }

    /// <summary>
    /// A hash of numbers: the bits of each are mixed into all bits of the hash (Stafford's variant 13 of a finaliser, as in SplitMix64).
    /// The bits of small whole numbers are all at the upper end.
    /// </summary>
    private static ulong Hash(ReadOnlySpan<double> numbers)
    {
        ulong hash = 0x9E3779B97F4A7C15;
        foreach (double number in numbers)
        {
            // Zero has two signs and one meaning.
            hash += (ulong)BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number);
            hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
            hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
            hash ^= hash >> 31;
        }
        return hash;
    }
}

/// <summary>
/// The error with which a predictor knows a random network's outputs, divided by its running deviation. Numbers are first brought to mean 0
/// and deviation 1 by running statistics, and cut to [-5, 5]. The target is tanh(W x + b) of random weights; the predictor is linear in
/// other random features of that form, and each observation moves it by a normalised least-mean-squares step, so that an error shrinks the
/// more often its like was met.
/// </summary>
internal sealed class DistillationBonus : ExplorationBonus
{
    private const int Targets = 16, Features = 64;
    private const double Rate = 0.3, Most = 5;
    private readonly double[] _targetWeights, _featureWeights, _x, _targets, _features;
    private readonly int _inputs;

    /// <summary>Draws the random networks, which all agents share.</summary>
    /// <param name="inputs">The numbers of an observation.</param>
    /// <param name="seed">The experiment's seed.</param>
    public DistillationBonus(int inputs, long seed)
    {
        _inputs = inputs;
        (_x, _targets, _features) = (new double[inputs + 1], new double[Targets], new double[Features]);
        (_targetWeights, _featureWeights) = (Draw(Targets, 0), Draw(Features, 1));

        double[] Draw(int outputs, int which)
        {
            double[] weights = new double[outputs * (inputs + 1)];
            for (int o = 0; o < outputs; o++)
            {
                Span<double> row = weights.AsSpan(o * (inputs + 1), inputs + 1);
                Normals.Fill(new StreamKey(seed, StreamPurpose.Initialisation, 0, int.MaxValue, which), o, 0, row);
                for (int k = 0; k < inputs; k++) row[k] /= Math.Sqrt(inputs);
            }
            return weights;
        }
    }

    /// <summary>Count, means and squares of the numbers; count and square of errors; the predictor.</summary>
    public static int SizeOf(int inputs) => 1 + (2 * inputs) + 2 + (Targets * Features);

    /// <inheritdoc/>
    protected override double Of(ReadOnlySpan<double> observation, Span<double> memory)
    {
        Normalise(observation, memory);
        Span<double> errors = memory[(1 + (2 * _inputs))..], predictor = errors[2..];
        Apply(_targetWeights, _targets);
        Apply(_featureWeights, _features);
        double length = 0, error = 0;
        foreach (double feature in _features) length += feature * feature;
        for (int o = 0; o < Targets; o++)
        {
            Span<double> row = predictor.Slice(o * Features, Features);
            double left = _targets[o];
            for (int f = 0; f < Features; f++) left -= row[f] * _features[f];
            error += left * left / Targets;
            double step = Rate * left / (length + 1e-8);
            for (int f = 0; f < Features; f++) row[f] += step * _features[f];
        }
        errors[0]++;
        errors[1] += ((error * error) - errors[1]) / errors[0];
        return error / (Math.Sqrt(errors[1]) + 1e-8);
    }

    private void Normalise(ReadOnlySpan<double> observation, Span<double> memory)
    {
        double count = ++memory[0];
        Span<double> means = memory.Slice(1, _inputs), squares = memory.Slice(1 + _inputs, _inputs);
        for (int k = 0; k < _inputs; k++)
        {
            double before = observation[k] - means[k];
            means[k] += before / count;
            squares[k] += before * (observation[k] - means[k]);
            double deviation = Math.Sqrt(squares[k] / count);
            _x[k] = deviation > 1e-8 ? Math.Clamp((observation[k] - means[k]) / deviation, -Most, Most) : 0;
        }
        _x[_inputs] = 1;
    }

    private void Apply(double[] weights, double[] outputs)
    {
        for (int o = 0; o < outputs.Length; o++)
        {
            double sum = 0;
            ReadOnlySpan<double> row = weights.AsSpan(o * _x.Length, _x.Length);
            for (int k = 0; k < row.Length; k++) sum += row[k] * _x[k];
            outputs[o] = Math.Tanh(sum);
        }
    }
}
