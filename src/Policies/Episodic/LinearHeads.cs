using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FedPG.Policies.Episodic;

/// <summary>
/// A policy whose heads are values, linear in <see cref="ObservationFeatures"/>: theta is [m, outputs] row by row and starts at 0. It is
/// trained by methods of values, and has no gradient. Heads are computed in double precision.
/// </summary>
internal abstract class LinearHeads : EpisodicPolicy
{
    private readonly int _outputs;

    /// <summary>Creates the policy.</summary>
    /// <param name="kind">The kind, as experiment files name it.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    /// <param name="features">What values are linear in.</param>
    /// <param name="actionSize">The numbers in an action.</param>
    /// <param name="parameter">The name of the parameter.</param>
    /// <param name="outputs">The values of an observation.</param>
    /// <param name="format">The type and place of rows.</param>
    protected LinearHeads(string kind, ObservationEncoding encoding, ObservationFeatures features, int actionSize, string parameter,
        int outputs, TensorFormat format)
        : base(kind, encoding, actionSize, outputs, format,
            new ParameterLayout([(parameter, outputs == 1 ? [features.Count] : [features.Count, outputs])])) =>
        (Features, _outputs) = (features, outputs);

    /// <summary>What values are linear in.</summary>
    public ObservationFeatures Features { get; }

    /// <inheritdoc/>
    public override bool TakesGradients => false;

    /// <inheritdoc/>
    public override bool HasVariableEntropy => false;

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new Actor<T>(this);

    /// <summary>One value of features: sum over m of f_m theta[m, output].</summary>
    /// <param name="features">f, [m].</param>
    /// <param name="theta">[m, outputs].</param>
    /// <param name="outputs">Values of an observation.</param>
    /// <param name="output">Which of them.</param>
    public static double Value(ReadOnlySpan<double> features, ReadOnlySpan<double> theta, int outputs = 1, int output = 0)
    {
        double sum = 0;
        for (int m = 0, at = output; m < features.Length; m++, at += outputs) sum += features[m] * theta[at];
        return sum;
    }

    /// <inheritdoc/>
    protected sealed override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(observations);
        ReadOnlySpan<double> seen = MemoryMarshal.Cast<byte, double>(observations.cpu().to(ScalarType.Float64).contiguous().bytes);
        (int inputs, int rows) = (Features.Inputs, seen.Length / Features.Inputs);
        double[] all = new double[rows * Features.Count], one = new double[Features.Count];
        ObservationFeatures.Writer writer = Features.CreateWriter();
        for (int r = 0; r < rows; r++)
        {
            writer.Write(seen.Slice(r * inputs, inputs), one);
            one.CopyTo(all, r * one.Length);
        }
        long[] shape = observations.shape;
        Tensor features = tensor(all, [shape[0], shape[1], Features.Count], dtype: Format.Dtype, device: Format.Device);
        return bmm(features, parameters[0].view(shape[0], Features.Count, _outputs));
    }

    /// <inheritdoc/>
    public sealed override Tensor LogProbabilities(Tensor heads, Tensor actions) =>
        throw new NotSupportedException($"{GetName()} has no log pi that could be differentiated");

    private sealed class Actor<T>(LinearHeads policy) : IActor<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ObservationFeatures.Writer _writer = policy.Features.CreateWriter();
        private readonly double[] _theta = new double[policy.Layout.Length], _features = new double[policy.Features.Count];

        public void SetParameters(ReadOnlySpan<T> theta)
        {
            for (int k = 0; k < _theta.Length; k++) _theta[k] = double.CreateTruncating(theta[k]);
        }

        public void Heads(ReadOnlySpan<T> observations, int count, Span<T> heads)
        {
            int inputs = policy.ObservationSize, outputs = policy._outputs;
            for (int r = 0; r < count; r++)
            {
                _writer.Write(observations.Slice(r * inputs, inputs), _features);
                for (int k = 0; k < outputs; k++) heads[(r * outputs) + k] = T.CreateTruncating(Value(_features, _theta, outputs, k));
            }
        }

        public void Dispose()
        {
            // Managed memory only.
        }
    }
}
