using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace FedPG.Claims.Laws;

/// <summary>
/// The noise of an experiment's gradient estimates at given parameters: Sigma, the mean over agents of the covariance of one batch,
/// measured from batches that no run uses.
/// </summary>
/// <param name="Agents">Sigma_i / B of each agent, [d, d].</param>
/// <param name="RelativeError">The relative standard error of the trace of their mean, from
/// its spread over ten parts of the batches.</param>
internal sealed record NoiseModel(IReadOnlyList<Matrix<double>> Agents, double RelativeError)
{
    private const int Parts = 10;

    /// <summary>Sigma / B, [d, d].</summary>
    public Matrix<double> Covariance { get; } = Agents.Aggregate((a, b) => a + b) / Agents.Count;

    /// <summary>tr(Sigma) / B.</summary>
    public double Trace => Covariance.Trace();

    /// <summary>Measures.</summary>
    /// <param name="experiment">Its estimator, batch size and agents are measured; d should be small.</param>
    /// <param name="theta">Where, [d].</param>
    /// <param name="batches">Batches an agent, a multiple of 10.</param>
    /// <param name="seed">The seed of these batches.</param>
    /// <param name="cancellation">Ends it at the next batch, with an <see cref="OperationCanceledException"/>.</param>
    public static NoiseModel At(Experiment experiment, double[] theta, int batches, long seed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(theta);
        (int n, int d) = (experiment.Mdp.Agents.Count, theta.Length);
        using var noGrad = no_grad();
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        using IGradientEstimator estimator = experiment.Gradient.Prepare(experiment.Mdp).Create(
            new EstimatorSetup(experiment.Mdp, policy, 0, n, experiment.Objective, experiment.Entropy, seed));
        using IDisposable outer = NewDisposeScope();
        Tensor rows = tensor(theta, dtype: ScalarType.Float64).unsqueeze(0).expand(n, -1).contiguous();
        Tensor directions = zeros(n, d, dtype: ScalarType.Float64);
        var moments = new double[n][,];
        double[][] sums = new double[n][];
        for (int i = 0; i < n; i++) (moments[i], sums[i]) = (new double[d, d], new double[d]);
        double[] traces = new double[Parts];
        int part = batches / Parts;
        double[] squares = new double[n];
        double[][] partSums = [.. Enumerable.Range(0, n).Select(_ => new double[d])];
        for (int batch = 0; batch < part * Parts; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            using (NewDisposeScope()) estimator.Directions(rows, sameRows: true, new BatchKey(batch, 0), directions);
            ReadOnlySpan<double> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(directions.bytes);
            for (int i = 0; i < n; i++)
            {
                ReadOnlySpan<double> g = values.Slice(i * d, d);
                for (int a = 0; a < d; a++)
                {
                    sums[i][a] += g[a];
                    partSums[i][a] += g[a];
                    squares[i] += g[a] * g[a];
                    for (int b = 0; b < d; b++) moments[i][a, b] += g[a] * g[b];
                }
            }
            if ((batch + 1) % part != 0) continue;
            for (int i = 0; i < n; i++)
            {
                traces[batch / part] += (squares[i] - (partSums[i].Sum(s => s * s) / part)) / (part - 1) / n;
                squares[i] = 0;
                Array.Clear(partSums[i]);
            }
        }
        int count = part * Parts;
        Matrix<double>[] covariances = [.. Enumerable.Range(0, n).Select(i =>
            Matrix<double>.Build.Dense(d, d, (a, b) => (moments[i][a, b] - (sums[i][a] * sums[i][b] / count)) / (count - 1)))];
        double mean = traces.Average(), spread = Math.Sqrt(traces.Sum(t => (t - mean) * (t - mean)) / (Parts - 1) / Parts);
        return new NoiseModel(covariances, spread / mean);
    }
}
