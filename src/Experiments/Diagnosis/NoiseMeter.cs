using FedPG.Core.Streams;
using FedPG.Federation.Estimators;
using FedPG.Federation.Rows;
using FedPG.Federation.Setup;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// Measures the noise of an experiment's gradient estimates from batches of its own: they come from <see cref="StreamPurpose.Diagnosis"/>,
/// so training stays the same bit for bit, and are not counted among its env-steps. Deterministic; one thread at a time.
/// </summary>
internal sealed class NoiseMeter
{
    /// <summary>Agents whose batches are in memory at once.</summary>
    private const int BlockSize = 16;

    private readonly TrainingSetup _experiment;
    private readonly IEstimatorFactory _estimators;

    /// <summary>Prepares the sampling tables.</summary>
    /// <param name="experiment">The experiment whose estimator, policy and agents are measured.</param>
    public NoiseMeter(TrainingSetup experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        (_experiment, _estimators) = (experiment, experiment.Gradient.Prepare(experiment.Environment));
    }

    /// <summary>Measures the noise at one theta.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="theta">theta, [d].</param>
    /// <param name="batches">Batches an agent draws, at least 2.</param>
    /// <param name="round">The round whose entropy weight holds, and which names the random streams.</param>
    public static NoiseEstimate Of(TrainingSetup experiment, ReadOnlySpan<double> theta, int batches, int round = 0) =>
        new NoiseMeter(experiment).Measure(theta, batches, round);

    /// <summary>Measures the noise at one theta.</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="batches">Batches an agent draws, 2 to <see cref="StreamKey.MaximumLocalStep"/>; two
    /// where both are equal, as exact gradients are.</param>
    /// <param name="round">The round whose entropy weight holds, and which names the random streams.</param>
    public NoiseEstimate Measure(ReadOnlySpan<double> theta, int batches, int round)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batches, StreamKey.MaximumLocalStep);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        int agents = _experiment.Environment.AgentNames.Count;
        Tensor row = tensor(theta.ToArray(), [1, theta.Length], dtype: _experiment.Dtype);
        (double variance, double squaredError, GradientBatch? batch) = (0, 0, null);
        for (int first = 0; first < agents; first += BlockSize)
        {
            using DisposeScope blockScope = NewDisposeScope();
            int count = Math.Min(BlockSize, agents - first);
            using Policy policy = _experiment.CreatePolicy(new TensorFormat(_experiment.Dtype, CPU));
            policy.Serve(first, count);
            using IGradientEstimator estimator = _estimators.Create(new EstimatorSetup(
                _experiment.Environment, policy, first, count, _experiment.Objective, _experiment.Entropy, _experiment.Seed,
                StreamPurpose.Diagnosis));
            batch = estimator.Batch;
            foreach (double[] distances in SquaredDistances(estimator, row.expand(count, -1).contiguous(), batches, round))
            {
                (double mean, double error) = VarianceOf(distances);
                variance += mean / agents;
                squaredError += error * error / agents / agents;
            }
        }
        return new NoiseEstimate(variance, Math.Sqrt(squaredError), batches, batch);
    }

    /// <summary>For each agent, the squared distance of every batch's estimate from their mean, [batches].</summary>
    private static IEnumerable<double[]> SquaredDistances(IGradientEstimator estimator, Tensor rows, int batches, int round)
    {
        int count = (int)rows.shape[0];
        Tensor directions = zeros_like(rows);
        // An agent's estimates are rows of one matrix: [agents][batches, d].
        Tensor[] estimates = [.. Enumerable.Range(0, count).Select(_ => zeros(batches, rows.shape[1], dtype: rows.dtype))];
        for (int k = 0; k < batches; k++)
        {
            using (NewDisposeScope()) estimator.Directions(rows, sameRows: true, new BatchKey(round, k), directions);
            for (int i = 0; i < count; i++) estimates[i].select(0, k).copy_(directions.select(0, i));
            if (k == 1 && estimates.All(e => e.select(0, 0).bytes.SequenceEqual(e.select(0, 1).bytes)))
                return estimates.Select(_ => new double[batches]);
        }
        return estimates.Select(e =>
        {
            double[] distances = new double[batches];
            RowNorms.AddSquaredDistances(e, e.mean([0]), distances);
            return distances;
        });
    }

    /// <summary>The unbiased variance, and its standard error from the scatter of the squared distances.</summary>
    private static (double Variance, double Error) VarianceOf(double[] distances)
    {
        int n = distances.Length;
        double mean = distances.Sum() / n;
        double scatter = distances.Sum(z => (z - mean) * (z - mean)) / (n - 1);
        double unbiased = (double)n / (n - 1);
        return (mean * unbiased, Math.Sqrt(scatter / n) * unbiased);
    }
}
