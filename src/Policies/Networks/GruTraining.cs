using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// A <see cref="GruNetwork"/> that learns, without torch, by back-propagation through sequences. A step of a minibatch needs some ten calls
/// of torch forward and twice as many backward, whatever its size; this needs none, and one agent's bits do not depend on the others.
/// Arrays are kept from call to call.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="encoders">The hidden layers of its branches.</param>
internal sealed class GruTraining<T>(GruNetwork network, IReadOnlyList<IHeadTraining<T>> encoders) : IHeadTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Part[] _parts = [.. network.Branches.Select((branch, k) => new Part(branch, encoders[k]))];
    private int _length = 1, _count;

    /// <inheritdoc/>
    public void UseSequences(int length) => _length = length;

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, Span<T> outputs)
    {
        _count = count;
        int acting = 0, memory = network.Branches.Sum(branch => branch.Acting), from = network.Observed + 1;
        int values = memory + network.Memory;
        foreach (Part part in _parts)
        {
            GruBranch branch = part.Branch;
            part.Forward(theta, seen, count, _length, (network.Inputs, network.Observed, from));
            int own = branch.Acting + branch.Values;
            for (int k = 0; k < count; k++)
            {
                Span<T> head = outputs.Slice(k * network.Outputs, network.Outputs);
                ReadOnlySpan<T> given = part.Outputs.AsSpan(k * own, own);
                given[..branch.Acting].CopyTo(head[acting..]);
                part.After.AsSpan(k * branch.Units, branch.Units).CopyTo(head[memory..]);
                given[branch.Acting..].CopyTo(head[values..]);
            }
            (acting, memory, from) = (acting + branch.Acting, memory + branch.Units, from + branch.Units);
            values += branch.Values;
            theta = theta[branch.Length..];
        }
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<T> seen, ReadOnlySpan<T> weights, Span<T> gradient)
    {
        int acting = 0, memory = network.Branches.Sum(branch => branch.Acting), values = memory + network.Memory;
        foreach (Part part in _parts)
        {
            GruBranch branch = part.Branch;
            int own = branch.Acting + branch.Values;
            for (int k = 0; k < _count; k++)
            {
                ReadOnlySpan<T> head = weights.Slice(k * network.Outputs, network.Outputs);
                Span<T> given = part.Outputs.AsSpan(k * own, own);
                head.Slice(acting, branch.Acting).CopyTo(given);
                head.Slice(values, branch.Values).CopyTo(given[branch.Acting..]);
                head.Slice(memory, branch.Units).CopyTo(part.Above.AsSpan(k * branch.Units));
            }
            part.Backward(_count, _length, gradient);
            (acting, memory, values) = (acting + branch.Acting, memory + branch.Units, values + branch.Values);
            gradient = gradient[branch.Length..];
        }
    }

    /// <summary>One branch. Rows are steps, a sequence's one after another.</summary>
    private sealed class Part(GruBranch branch, IHeadTraining<T> encoder) : IDisposable
    {
        private readonly DenseTraining<T> _input = new(branch.Input) { GivesSlopesOfInputs = true };
        private readonly DenseTraining<T> _last = new(branch.Last) { GivesSlopesOfInputs = true };
        private readonly DenseTraining<T> _hidden = new(branch.Hidden);
        private readonly DenseActor<T> _forth = new(branch.Hidden);
        private readonly DenseActor<T> _back = new(new DenseNetwork(branch.Hidden.Outputs, [], branch.Units, branch.Activation, 1));
        private readonly T[] _transposed = new T[(branch.Hidden.Outputs * branch.Units) + branch.Units];
        private T[] _observed = [], _encoded = [], _given = [], _before = [], _own = [], _gates = [], _goesOn = [];
        private T[] _stepBefore = [], _stepBack = [], _carried = [], _ofGiven = [], _ofBack = [], _ofEncoded = [];
        private T[] _theta = [], _ofAfter = [], _scratch = [];

        public GruBranch Branch => branch;

        /// <summary>Outputs, and then their weights.</summary>
        public T[] Outputs { get; private set; } = [];

        /// <summary>h'.</summary>
        public T[] After { get; private set; } = [];

        /// <summary>The weights of h'.</summary>
        public T[] Above { get; private set; } = [];

        public void Forward(
            ReadOnlySpan<T> theta, ReadOnlySpan<T> seen, int count, int length, (int Stride, int Observed, int Memory) places)
        {
            (int units, int wide, int sequences) = (branch.Units, branch.Hidden.Outputs, count / length);
            MakeRoom(count, places.Observed);
            for (int k = 0; k < count; k++)
            {
                ReadOnlySpan<T> row = seen.Slice(k * places.Stride, places.Stride);
                row[..places.Observed].CopyTo(_observed.AsSpan(k * places.Observed));
                _goesOn[k] = row[places.Observed];
            }
            encoder.Forward(theta, _observed.AsSpan(0, count * places.Observed), count, _encoded);
            Activations.Apply(branch.Activation, _encoded.AsSpan());
            theta = theta[branch.Encoder.Length..];
            _input.Forward(theta, _encoded, count, _given);
            theta = theta[branch.Input.Length..];
            theta[..branch.Hidden.Length].CopyTo(_theta);
            _forth.SetParameters(_theta);
            for (int t = 0; t < length; t++)
            {
                for (int s = 0; s < sequences; s++)
                {
                    int row = (s * length) + t;
                    ReadOnlySpan<T> h = t == 0 ? seen.Slice((row * places.Stride) + places.Memory, units)
                        : After.AsSpan((row - 1) * units, units);
                    Span<T> before = _before.AsSpan(row * units, units);
                    for (int j = 0; j < units; j++) before[j] = _goesOn[row] * h[j];
                    before.CopyTo(_stepBefore.AsSpan(s * units));
                }
                _forth.Heads(_stepBefore, sequences, _stepBack);
                for (int s = 0; s < sequences; s++)
                {
                    int row = (s * length) + t;
                    Span<T> back = _own.AsSpan(row * wide, wide);
                    _stepBack.AsSpan(s * wide, wide).CopyTo(back);
                    GruCell.Step<T>(_given.AsSpan(row * wide, wide), back, _before.AsSpan(row * units, units),
                        After.AsSpan(row * units, units), _gates.AsSpan(row * wide, wide));
                }
            }
            _last.Forward(theta[branch.Hidden.Length..], After, count, Outputs);
        }

        public void Backward(int count, int length, Span<T> gradient)
        {
            (int units, int wide, int sequences, int size) = (branch.Units, branch.Hidden.Outputs, count / length, branch.Encoder.Outputs);
            int input = branch.Encoder.Length, hidden = input + branch.Input.Length, last = hidden + branch.Hidden.Length;
            Span<T> ofAfter = _ofAfter.AsSpan(0, count * units);
            _last.Backward(After.AsSpan(0, count * units), Outputs, gradient[last..], ofAfter);
            for (int k = 0; k < ofAfter.Length; k++) ofAfter[k] += Above[k];
            for (int i = 0; i < units; i++)
            {
                for (int o = 0; o < wide; o++) _transposed[(o * units) + i] = _theta[(i * wide) + o];
            }
            _back.SetParameters(_transposed);
            _carried.AsSpan(0, sequences * units).Clear();
            for (int t = length - 1; t >= 0; t--)
            {
                for (int s = 0; s < sequences; s++)
                {
                    int row = (s * length) + t;
                    Span<T> slope = ofAfter.Slice(row * units, units), carried = _carried.AsSpan(s * units, units);
                    for (int j = 0; j < units; j++) slope[j] += carried[j];
                    GruCell.StepBack<T>(
                        _gates.AsSpan(row * wide, wide), _own.AsSpan(row * wide, wide), _before.AsSpan(row * units, units), slope,
                        _ofGiven.AsSpan(row * wide, wide), _ofBack.AsSpan(row * wide, wide), carried);
                    _ofBack.AsSpan(row * wide, wide).CopyTo(_stepBack.AsSpan(s * wide));
                }
                if (t == 0) break;
                _back.Heads(_stepBack, sequences, _stepBefore);
                for (int s = 0; s < sequences; s++)
                {
                    T goesOn = _goesOn[(s * length) + t];
                    for (int j = s * units; j < (s + 1) * units; j++) _carried[j] = goesOn * (_carried[j] + _stepBefore[j]);
                }
            }
            _hidden.Forward(_theta, _before.AsSpan(0, count * units), count, _scratch);
            _hidden.Backward(_before.AsSpan(0, count * units), _ofBack, gradient[hidden..]);
            _input.Backward(_encoded.AsSpan(0, count * size), _ofGiven, gradient[input..], _ofEncoded);
            Span<T> encoded = _encoded.AsSpan(0, Whole(count * size)), below = _ofEncoded.AsSpan(0, Whole(count * size));
            for (int k = 0; k < encoded.Length; k += Vector512<T>.Count)
            {
                Vector512<T> slope = Activations.Derivative(branch.Activation, Vector512.Create<T>(encoded[k..]));
                (slope * Vector512.Create<T>(below[k..])).CopyTo(below[k..]);
            }
            encoder.Backward(_observed, _ofEncoded, gradient);
        }

        public void Dispose()
        {
            _forth.Dispose();
            _back.Dispose();
        }

        private void MakeRoom(int count, int observed)
        {
            if (_goesOn.Length >= count) return;
            (int units, int wide, int size) = (branch.Units, branch.Hidden.Outputs, branch.Encoder.Outputs);
            (_observed, _goesOn, _theta) = (new T[count * observed], new T[count], new T[branch.Hidden.Length]);
            (_encoded, _ofEncoded) = (new T[Whole(count * size)], new T[Whole(count * size)]);
            (_given, _own, _gates, _stepBack) = (new T[count * wide], new T[count * wide], new T[count * wide], new T[count * wide]);
            (_ofGiven, _ofBack, _scratch) = (new T[count * wide], new T[count * wide], new T[count * wide]);
            (_before, _stepBefore, _carried) = (new T[count * units], new T[count * units], new T[count * units]);
            (_ofAfter, After, Above) = (new T[count * units], new T[count * units], new T[count * units]);
            Outputs = new T[count * branch.Last.Outputs];
        }

        /// <summary>A whole number of vectors.</summary>
        private static int Whole(int numbers) => (numbers + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;
    }
}
