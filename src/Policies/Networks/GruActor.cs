using System.Numerics;
using System.Runtime.Intrinsics;

namespace FedPG.Policies.Networks;

/// <summary>
/// A <see cref="GruNetwork"/> that acts, without torch: its products are those of dense layers, and gates are worked out in vectors, where
/// an element's bits do not depend on its place.
/// </summary>
/// <param name="network">The network.</param>
internal sealed class GruActor<T>(GruNetwork network) : IActor<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Part[] _parts = [.. network.Branches.Select(branch => new Part(branch))];

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<T> theta)
    {
        foreach (Part part in _parts)
        {
            part.SetParameters(theta);
            theta = theta[part.Branch.Length..];
        }
    }

    /// <inheritdoc/>
    public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
    {
        (int observed, int inputs, int outputs) = (network.Observed, network.Inputs, network.Outputs);
        int acting = 0, memory = network.Branches.Sum(branch => branch.Acting), from = observed + 1;
        int values = memory + network.Memory;
        foreach (Part part in _parts)
        {
            GruBranch branch = part.Branch;
            part.Step(observations, count, observed, from, inputs);
            int own = branch.Acting + branch.Values;
            for (int k = 0; k < count; k++)
            {
                Span<T> head = heads.Slice(k * outputs, outputs);
                ReadOnlySpan<T> given = part.Outputs.AsSpan(k * own, own);
                given[..branch.Acting].CopyTo(head[acting..]);
                part.Memory.AsSpan(k * branch.Units, branch.Units).CopyTo(head[memory..]);
                given[branch.Acting..].CopyTo(head[values..]);
            }
            (acting, memory, from) = (acting + branch.Acting, memory + branch.Units, from + branch.Units);
            values += branch.Values;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Part part in _parts) part.Dispose();
    }

    private sealed class Part(GruBranch branch) : IDisposable
    {
        private readonly IActor<T> _encoder = branch.Encoder.CreateActor<T>()
            ?? throw new NotSupportedException($"{branch.Encoder.GetType().Name} acts in torch only");

        private readonly DenseActor<T> _input = new(branch.Input), _hidden = new(branch.Hidden), _last = new(branch.Last);
        private readonly T[] _gates = new T[GruBranch.Gates * branch.Units];
        private T[] _seen = [], _encoded = [], _given = [], _before = [], _back = [];

        public GruBranch Branch => branch;

        public T[] Outputs { get; private set; } = [];

        /// <summary>h', [count, H].</summary>
        public T[] Memory { get; private set; } = [];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            _encoder.SetParameters(theta);
            _input.SetParameters(theta = theta[branch.Encoder.Length..]);
            _hidden.SetParameters(theta = theta[branch.Input.Length..]);
            _last.SetParameters(theta[branch.Hidden.Length..]);
        }

        public void Step(ReadOnlySpan<T> inputs, int count, int observed, int from, int stride)
        {
            MakeRoom(count, observed);
            (int units, int wide) = (branch.Units, GruBranch.Gates * branch.Units);
            for (int k = 0; k < count; k++)
            {
                ReadOnlySpan<T> input = inputs.Slice(k * stride, stride);
                input[..observed].CopyTo(_seen.AsSpan(k * observed));
                for (int j = 0; j < units; j++) _before[(k * units) + j] = input[observed] * input[from + j];
            }
            _encoder.Heads(_seen, count, _encoded);
            Activations.Apply(branch.Activation, _encoded.AsSpan());
            _input.Heads(_encoded, count, _given);
            _hidden.Heads(_before, count, _back);
            for (int k = 0; k < count; k++)
            {
                GruCell.Step<T>(_given.AsSpan(k * wide, wide), _back.AsSpan(k * wide, wide), _before.AsSpan(k * units, units),
                    Memory.AsSpan(k * units, units), _gates);
            }
            _last.Heads(Memory, count, Outputs);
        }

        public void Dispose()
        {
            _encoder.Dispose();
            _input.Dispose();
            _hidden.Dispose();
            _last.Dispose();
        }

        private void MakeRoom(int count, int observed)
        {
            int units = branch.Units;
            if (_before.Length >= count * units) return;
            _seen = new T[count * observed];
            _encoded = new T[Whole(count * branch.Encoder.Outputs)];
            (_given, _back) = (new T[count * branch.Input.Outputs], new T[count * branch.Hidden.Outputs]);
            (_before, Memory, Outputs) = (new T[count * units], new T[count * units], new T[count * branch.Last.Outputs]);
        }

        /// <summary>A whole number of vectors.</summary>
        private static int Whole(int numbers) => (numbers + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;
    }
}
