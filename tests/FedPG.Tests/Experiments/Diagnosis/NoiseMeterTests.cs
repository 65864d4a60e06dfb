using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Diagnosis;
using FedPG.Federation.Setup;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Federation;
using Xunit;

namespace FedPG.Tests.Experiments.Diagnosis;

public sealed class NoiseMeterTests
{
    [Fact]
    public void One_step_trajectories_have_the_variance_that_can_be_written_down()
    {
        // The standard error says how far off an estimate may be; 5 of them are passed in fewer than one of 10^5 seeds. The seed is fixed.
        using var folder = new TemporaryFolder();
        FiniteMdp mdp = TheoryInstances.Wide();
        Experiment experiment = TheoryInstances.Experiment(mdp, folder.FullPath,
            """gradient={"estimator":"reinforce","horizon":1,"trajectories":8,"baseline":"none"}""");
        double[] theta = NumericsTesting.Uniform(5, 20, 1);
        NoiseEstimate noise = NoiseMeter.Of(experiment, theta, batches: 400);
        double expected = mdp.Agents.Average(agent => OneStepTrace(mdp, Objective.Regret.Costs(agent), theta));
        Assert.InRange((noise.Trace - expected) / noise.TraceError, -5, 5);
        Assert.InRange(noise.TraceError / noise.Trace, 0.001, 0.02);
        Assert.Equal(noise.Trace, 8 * noise.BatchVariance);
    }

    [Fact]
    public void Without_a_baseline_the_trace_does_not_depend_on_the_batch()
    {
        using var folder = new TemporaryFolder();
        double[] theta = NumericsTesting.Uniform(5, 20, 1);
        NoiseEstimate[] estimates = [.. ((int[])[2, 20]).Select(trajectories => NoiseMeter.Of(TheoryInstances.Experiment(
            TheoryInstances.Wide(), folder.FullPath,
            $$"""gradient={"estimator":"gpomdp","horizon":20,"trajectories":{{trajectories}},"baseline":"none"}"""), theta, 200))];
        double error = Math.Sqrt(estimates.Sum(e => e.TraceError * e.TraceError));
        Assert.InRange((estimates[0].Trace - estimates[1].Trace) / error, -5, 5);
        Assert.True(estimates[1].BatchVariance < estimates[0].BatchVariance / 8);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("float64")]
    public void The_same_call_gives_the_same_bits_and_another_round_or_seed_others(string dtype)
    {
        double[] theta = NumericsTesting.Uniform(5, 15, 1);
        Experiment experiment = RunTesting.Experiment($"dtype={dtype}"), other = RunTesting.Experiment($"dtype={dtype}", "seed=4");
        double[] traces =
            [.. new[] { (experiment, 0), (experiment, 0), (experiment, 1), (other, 0) }.Select(x =>
                NoiseMeter.Of(x.Item1, theta, 6, x.Item2).Trace)];
        Assert.Equal(traces[0], traces[1]);
        Assert.Equal(3, traces.Distinct().Count());
    }

    [Fact]
    public void Exact_gradients_have_no_noise()
    {
        NoiseEstimate noise = NoiseMeter.Of(RunTesting.Experiment("gradient.estimator=exact"), NumericsTesting.Uniform(5, 15, 1), 6);
        Assert.Equal((0.0, 0.0, null, 0), (noise.Trace, noise.TraceError, noise.Batch!.Horizon, noise.Batch.Trajectories));
    }

    /// <summary>E ||c (e_a - pi)||^2 - ||E c (e_a - pi)||^2 for one step from the start distribution.</summary>
    private static double OneStepTrace(FiniteMdp mdp, double[] costs, double[] theta)
    {
        (double second, double[] mean) = (0, new double[costs.Length]);
        for (int s = 0; s < mdp.States; s++)
        {
            double[] weights = [.. theta.Skip(s * mdp.Actions).Take(mdp.Actions).Select(Math.Exp)];
            double[] policy = [.. weights.Select(w => w / weights.Sum())];
            for (int a = 0; a < mdp.Actions; a++)
            {
                double weight = mdp.Initial[s] * policy[a], cost = costs[(s * mdp.Actions) + a];
                for (int b = 0; b < mdp.Actions; b++)
                {
                    double score = (a == b ? 1 : 0) - policy[b];
                    second += weight * cost * cost * score * score;
                    mean[(s * mdp.Actions) + b] += weight * cost * score;
                }
            }
        }
        return second - mean.Sum(x => x * x);
    }
}
