using System.Numerics;
using System.Runtime.InteropServices;
using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Runs a module that knows nothing of agents as a policy where environments are stepped: the module maps observations [M, m] to outputs
/// [M, k], and the adapter keeps one copy of it for each agent of the block, so that it costs a forward and a backward pass an agent. What
/// is done with the outputs, and which parameters there are beside the module's, the kind of policy says. A module has to be a function of
/// its parameters and observations: what it keeps from one call to the next is not in a checkpoint.
/// </summary>
internal abstract class ObservationModulePolicy : EpisodicPolicy
{
    private readonly ModuleCopies _copies;
    private readonly int _own;

    private protected ObservationModulePolicy(
        string kind, ModuleCopies copies, IReadOnlyList<(string Name, long[] Shape)> more, ObservationEncoding encoding, int actionSize,
        int headSize, TensorFormat format)
        : base(
            kind, encoding, actionSize, headSize, format,
            new ParameterLayout([.. copies.Parameters, .. more], isPersonal: copies.IsPersonal)) =>
            (_copies, _own) = (copies, copies.Parameters.Count);

    /// <summary>A copy of the module is run for each chunk.</summary>
    public sealed override int ChunkSize => 512;

    /// <inheritdoc/>
    public sealed override double[] InitialParameters(StreamKey key)
    {
        double[] theta = new double[Layout.Length];
        _copies.WriteInitial(key, Layout, theta);
        // What the kind of policy adds is shared and stands last but for what the module has of its own.
        if (Layout.Slices.Count > _own) FillMore(theta.AsSpan(Layout.Slices[_own].Offset..Layout.SharedLength));
        return theta;
    }

    /// <inheritdoc/>
    public sealed override IActor<T> CreateActor<T>() => new Actor<T>(this);

    /// <inheritdoc/>
    public sealed override Tensor Heads(Tensor rows, Tensor observations)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(observations);
        Tensor[] parameters = [.. Split(rows)];
        return HeadsOf(Outputs(_copies.Load(parameters[.._own]), observations), parameters[_own..]);
    }

    /// <inheritdoc/>
    public sealed override PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Tensor actions) =>
        Evaluate(rows, observations, heads => LogProbabilities(heads, actions));

    /// <inheritdoc/>
    public sealed override PolicyEvaluation Evaluate(Tensor rows, Tensor observations, Func<Tensor, Tensor> ofHeads)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(observations);
        ArgumentNullException.ThrowIfNull(ofHeads);
        Tensor[] parameters = [.. Split(rows.detach())];
        IReadOnlyList<ModuleCopy> copies = _copies.Load(parameters[.._own]);
        using var recording = enable_grad();
        Tensor[] more = [.. parameters[_own..].Select(slice => slice.detach().requires_grad_())];
        Tensor values = ofHeads(HeadsOf(Outputs(copies, observations), more));
        return new PolicyEvaluation(this, values, k => k < _own ? stack(copies.Select(copy => copy.Gradient(k))) : more[k - _own].grad!);
    }

    /// <summary>Heads [n, M, HeadSize].</summary>
    /// <param name="outputs">What the copies give, [n, M, k].</param>
    /// <param name="more">The parameters beside the module's, each [n, ...shape].</param>
    private protected abstract Tensor HeadsOf(Tensor outputs, IReadOnlyList<Tensor> more);

    /// <summary>The first values of the parameters beside the module's.</summary>
    private protected virtual void FillMore(Span<double> more) { }

    /// <inheritdoc/>
    protected sealed override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) =>
        throw new NotSupportedException("a module that knows nothing of rows is differentiated through Evaluate");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _copies.Dispose();
        base.Dispose(disposing);
    }

    private static Tensor Outputs(IReadOnlyList<ModuleCopy> copies, Tensor observations) =>
        stack(copies.Select((copy, i) => copy.Module.call(observations[i])));

    /// <summary>Acts with a copy of its own, so that several threads can.</summary>
    private sealed class Actor<T>(ObservationModulePolicy policy) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ModuleCopy _copy = policy._copies.Create();
        private readonly Tensor _row = zeros(1, policy.Layout.Length, dtype: policy.Format.Dtype).DetachFromDisposeScope();
        private Tensor _onDevice = zeros(
            1, policy.Layout.Length, dtype: policy.Format.Dtype, device: policy.Format.Device).DetachFromDisposeScope();

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            theta.CopyTo(MemoryMarshal.Cast<byte, T>(_row.bytes));
            using IDisposable scope = NewDisposeScope();
            _onDevice.Dispose();
            _onDevice = _row.to(policy.Format.Device, copy: true).DetachFromDisposeScope();
            _copy.Set(policy.Split(_onDevice).Take(policy._own).Select(slice => slice[0]));
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            using IDisposable scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor seen = empty(1, count, policy.ObservationSize, dtype: policy.Format.Dtype);
            observations[..(count * policy.ObservationSize)].CopyTo(MemoryMarshal.Cast<byte, T>(seen.bytes));
            Tensor outputs = Outputs([_copy], seen.to(policy.Format.Device));
            Tensor result = policy.HeadsOf(outputs, [.. policy.Split(_onDevice).Skip(policy._own)]).cpu().contiguous();
            MemoryMarshal.Cast<byte, T>(result.bytes)[..(count * policy.HeadSize)].CopyTo(heads);
        }

        public void Dispose()
        {
            _copy.Dispose();
            _row.Dispose();
            _onDevice.Dispose();
        }
    }
}
