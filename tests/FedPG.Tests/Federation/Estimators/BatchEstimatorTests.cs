using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators;

/// <summary>Batches that serve several steps: what they weigh and which states they met.</summary>
public sealed class BatchEstimatorTests
{
    private const string Random = """
        { "dtype": "float64", "environment": { "id": "RandomMdp-v0", "agents": 2, "options": {
          "states": 4, "actions": 3, "discount": 0.8, "kernels": "own" } },
          "policy": { "kind": "tabular-softmax" }, "gradient": { "estimator": "gpomdp", "horizon": 120, "trajectories": 500 } }
        """;

    private const string Grid = """
        { "dtype": "float64", "environment": { "id": "GridWorld-v0", "agents": 2, "options": { "width": 3, "height": 3, "discount": 0.9 } },
          "policy": { "kind": "tabular-softmax" }, "gradient": { "estimator": "gpomdp", "horizon": 40, "trajectories": 20 } }
        """;

    [Theory]
    [InlineData(Random, "gpomdp")]
    [InlineData(Random, "reinforce")]
    [InlineData(Random, "exact")]
    [InlineData(Grid, "gpomdp")]
    [InlineData(Grid, "exact")]
    public void The_weights_are_those_of_the_direction_and_the_visits_shares_of_states_that_go_on(string json, string name)
    {
        Experiment experiment = EstimatorsTesting.Read(json, $"gradient.estimator={name}", "gradient.entropy=0.1");
        (IGradientEstimator estimator, Policy policy) = EstimatorsTesting.Estimator(experiment);
        using (estimator)
        using (policy)
        using (DisposeScope scope = NewDisposeScope())
        {
            using var noGrad = no_grad();
            int d = policy.Layout.Length;
            Tensor rows = tensor(NumericsTesting.Uniform(3, 2 * d, 1), [2, d]), gradient = zeros_like(rows), direction = zeros_like(rows);
            var key = new BatchKey(2, 1);
            using var batch = (TableBatch)((IBatchEstimator)estimator).Collect(rows, rows, sameRows: false, key);
            batch.Gradients(rows, new SurrogatePenalties(zeros(2, dtype: rows.dtype), zeros(2, dtype: rows.dtype), Cap: 10), gradient);
            estimator.Directions(rows, sameRows: false, key, direction);
            Assert.Equal(direction.data<double>().ToArray(), gradient.data<double>().ToArray());
            double[] visits = batch.Visits.data<double>().ToArray();
            int states = visits.Length / 2;
            for (int k = 0; k < visits.Length; k++) Assert.Equal(experiment.Mdp.Terminal[k % states], visits[k] == 0);
            Assert.All(visits.Chunk(states), shares => Assert.Equal(1, shares.Sum(), 12));
        }
    }

    /// <summary>
    /// The mean of 40 batches' shares is the discounted occupancy within 5.5 standard errors in each
    /// of 8 coordinates (chance 2e-5; the seed is fixed).
    /// </summary>
    [Fact]
    public void Sampled_visits_are_the_occupancy_in_the_mean()
    {
        double[] rows = NumericsTesting.Uniform(5, 24, 1);
        double[] truth = Visits("exact", rows, 1)[0];
        double[][] sampled = Visits("gpomdp", rows, 40);
        for (int k = 0; k < truth.Length; k++)
        {
            double mean = sampled.Average(v => v[k]), error = Math.Sqrt(sampled.Sum(v => Math.Pow(v[k] - mean, 2)) / 40 / 39);
            Assert.True(Math.Abs(mean - truth[k]) <= 5.5 * error, $"state {k}: {mean} for {truth[k]}, standard error {error}");
        }
    }

    private static double[][] Visits(string name, double[] rows, int batches)
    {
        (IGradientEstimator estimator, Policy policy) =
            EstimatorsTesting.Estimator(EstimatorsTesting.Read(Random, $"gradient.estimator={name}"));
        using (estimator)
        using (policy)
        using (DisposeScope scope = NewDisposeScope())
        {
            using var noGrad = no_grad();
            Tensor thetas = tensor(rows, [2, rows.Length / 2]);
            return
            [
                .. Enumerable.Range(0, batches).Select(t =>
                {
                    using var batch = (TableBatch)((IBatchEstimator)estimator).Collect(thetas, thetas, sameRows: false, new BatchKey(t, 0));
                    return batch.Visits.data<double>().ToArray();
                }),
            ];
        }
    }
}
