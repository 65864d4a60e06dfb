using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Experiments.Acting;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Experiments.Training;
using FedPG.Tests.Experiments.Runs;
using Xunit;
using static FedPG.Tests.Experiments.Training.TrainerTesting;

namespace FedPG.Tests.Experiments.Training;

/// <summary>A trained policy acts, and acts the same after it was saved and loaded.</summary>
public sealed class TrainedPolicyTests
{
    public static TheoryData<string, string, string> Kinds => new()
    {
        { "RandomMdp-v0", "tabular-softmax", "float32" },
        { "CartPole-v1", "neural-softmax", "float32" },
        { "CartPole-v1", "neural-softmax", "float64" },
        { "Pendulum-v1", "gaussian", "float32" },
        { "LinearQuadratic-v0", "linear", "float64" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Saved_and_loaded_it_acts_the_same(string environment, string kind, string dtype)
    {
        using var folder = new TemporaryFolder();
        TrainedPolicy policy = Trained(environment, kind, dtype, folder["run"]);
        policy.Save(folder["saved"]);
        TrainedPolicy loaded = TrainedPolicy.Load(folder["saved"]), ofRun = TrainedPolicy.Load(folder["run"]);
        Assert.Equal(policy.Parameters, loaded.Parameters);
        Assert.Equal((policy.Kind, policy.Rounds, policy.ActionSpace), (loaded.Kind, loaded.Rounds, loaded.ActionSpace));
        foreach (double[] observation in Observations(policy.ObservationSpace))
        {
            double[] greedy = policy.ActAsArray(observation);
            Assert.Equal(greedy, loaded.ActAsArray(observation, agent: 1));
            Assert.Equal(greedy, ofRun.ActAsArray(observation));
            Assert.True(policy.ActionSpace.Contains(greedy));
            double[] drawn = policy.ActAsArray(observation, sampler: new ActionSampler(7) { Step = 3 });
            Assert.Equal(drawn, loaded.ActAsArray(observation, sampler: new ActionSampler(7) { Step = 3 }));
        }
        Assert.Throws<InvalidInputException>(() => policy.Save(folder["saved"]));
    }

    [Fact]
    public void A_table_is_acted_by_as_its_probabilities_say()
    {
        using var folder = new TemporaryFolder();
        TrainedPolicy policy = Trained("RandomMdp-v0", "tabular-softmax", "float32", folder["run"]);
        double[] probabilities = StoredPolicy.Read(folder["run"], ExperimentReader.Default).Probabilities();
        var sampler = new ActionSampler(1);
        const int draws = 20_000;
        int[] counts = new int[3];
        for (int k = 0; k < draws; k++) counts[policy.Act(state: 2, agent: 3, sampler)]++;
        Assert.Equal(draws, sampler.Step);
        for (int a = 0; a < counts.Length; a++) Assert.Equal(probabilities[6 + a], (double)counts[a] / draws, 0.02);
        double[] row = probabilities[6..9];
        Assert.Equal(Array.IndexOf(row, row.Max()), policy.Act(state: 2));
    }

    [Fact]
    public void Several_whole_numbers_are_given_as_the_environment_takes_them()
    {
        using FederatedTrainer trainer = Trainer(ByHand(actions: new MultiDiscrete([3, 2])), new AnyPolicy("neural-softmax"));
        TrainedPolicy policy = trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Policy;
        Assert.Equal(new MultiDiscrete([3, 2]), policy.ActionSpace);
        Assert.True(policy.ActionSpace.Contains(policy.ActAsArray([1], sampler: new ActionSampler(2))));
        Assert.Throws<ArgumentException>(() => policy.Act([1.0]));
    }

    [Fact]
    public async Task Threads_may_share_it()
    {
        using var folder = new TemporaryFolder();
        TrainedPolicy policy = Trained("CartPole-v1", "neural-softmax", "float32", folder["run"]);
        double[][] observations = [.. Observations(policy.ObservationSpace)];
        int[] alone = [.. observations.Select(o => policy.Act(o))];
        Task<int[]>[] together = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => observations.Select(o => policy.Act(o)).ToArray()))];
        foreach (int[] actions in await Task.WhenAll(together)) Assert.Equal(alone, actions);
    }

    [Fact]
    public void What_is_no_observation_or_agent_is_refused()
    {
        using var folder = new TemporaryFolder();
        TrainedPolicy table = Trained("RandomMdp-v0", "tabular-softmax", "float32", folder["table"]);
        Assert.Throws<ArgumentException>(() => table.Act(5));
        Assert.Throws<ArgumentException>(() => table.Act([1.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.Act(1, agent: 4));
        TrainedPolicy cart = Trained("CartPole-v1", "neural-softmax", "float32", folder["cart"]);
        Assert.Throws<ArgumentException>(() => cart.Act([0, 0, 0]));
        Assert.Throws<ArgumentException>(() => cart.Act([0, double.NaN, 0, 0]));
        var e = Assert.Throws<InvalidInputException>(() => TrainedPolicy.Load(folder.FullPath));
        Assert.Contains("is not a run folder", e.Message, StringComparison.Ordinal);
    }

    private static TrainedPolicy Trained(string environment, string kind, string dtype, string folder)
    {
        FederatedEnvironment made = environment == "RandomMdp-v0" ? Random() : Registered(environment, 2);
        TrainingOptions options = Tiny with
        {
            Folder = folder,
            Dtype = dtype == "float64" ? NumberType.Float64 : NumberType.Float32,
            Objective = environment is "Pendulum-v1" or "LinearQuadratic-v0" ? Objective.Reward : Objective.Regret,
            EvaluationEpisodes = 2,
        };
        using var trainer = new FederatedTrainer(
            made, new AnyPolicy(kind), environment == "LinearQuadratic-v0" ? new ExactGradient() : new AnyGradient(),
            new AnyAlgorithm { Rounds = 2, LocalSteps = 2, LocalStepSize = 0.01 }, options);
        return trainer.Run(cancellationToken: TestContext.Current.CancellationToken).Policy;
    }

    private static IEnumerable<double[]> Observations(Space space) => space is Discrete discrete
        ? Enumerable.Range(0, discrete.Count).Select(s => new double[] { s })
        : Enumerable.Range(0, 20).Select(k => Enumerable.Range(0, space.Size).Select(i => Math.Sin((7 * k) + i)).ToArray());
}
