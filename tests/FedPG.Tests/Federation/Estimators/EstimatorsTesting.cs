using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Tests.Envs;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators;

/// <summary>Small experiments of the oracles under test, trained in this process.</summary>
internal static class EstimatorsTesting
{
    public static Experiment Read(string json, params string[] assignments) =>
        ExperimentReader.Default.Read(EnvTesting.Json(json), "test", Environment.CurrentDirectory, assignments);

    /// <summary>What is wrong with an experiment, one line a fault.</summary>
    public static string ErrorsOf(string json, params string[] assignments)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => Read(json, assignments));
        return string.Join('\n', e.Errors.Select(fault => fault.ToString()));
    }

    /// <summary>Trains, and hands every round's report and parameters to a function.</summary>
    public static double[] Train(Experiment experiment, Action<RoundReport, double[]>? observe = null, int threads = 1, int? block = null)
    {
        using var federation = new FedPG.Federation.TrainingLoop(experiment, RunTesting.Execution(threads, block), TimeProvider.System);
        federation.Run(new Sink(report => observe?.Invoke(report, federation.Parameters())), null, TestContext.Current.CancellationToken);
        return federation.Parameters();
    }

    /// <summary>The oracle of an experiment for all its agents, on a policy of its own.</summary>
    public static (IGradientEstimator Estimator, Policy Policy) Estimator(Experiment experiment)
    {
        Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        return (experiment.Gradient.Prepare(experiment.Environment).Create(new EstimatorSetup(
            experiment.Environment, policy, 0, experiment.Environment.AgentNames.Count, experiment.Objective, experiment.Entropy,
            experiment.Seed)), policy);
    }

    /// <summary>Directions of rows given as numbers, [n, d].</summary>
    public static double[] Directions(IGradientEstimator estimator, double[] rows, int count, BatchKey batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return NumericsTesting.Directions(estimator, tensor(rows, [count, rows.Length / count]), batch).Numbers();
    }

    public static void AssertClose(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double distance = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(distance <= tolerance, $"largest difference {distance:R}, allowed {tolerance:R}");
    }
}
