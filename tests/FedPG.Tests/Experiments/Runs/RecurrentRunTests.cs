using FedPG.Experiments;
using FedPG.Experiments.Acting;
using FedPG.Experiments.Training;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>Policies that remember, in runs: the same bits over threads, blocks and stops, evaluation, stored policies that act.</summary>
public sealed class RecurrentRunTests
{
    private const string Ppo = """{"estimator":"ppo","horizon":12,"trajectories":4,"epochs":2,"minibatch":16,"sequence":6}""";

    public static TheoryData<string, string> Cases => new()
    {
        { Ppo, """{"kind":"neural-softmax","hidden":[6],"gru":5,"critic":"shared"}""" },
        { """{"estimator":"actor-critic","horizon":12,"trajectories":4}""", """{"kind":"neural-softmax","hidden":[6],"gru":5}""" },
        { """{"estimator":"gpomdp","horizon":20,"trajectories":3}""", """{"kind":"neural-softmax","hidden":[6],"gru":5}""" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Threads_blocks_and_stops_change_no_bit(string gradient, string policy)
    {
        Experiment experiment = Read(gradient, policy);
        using var folder = new TemporaryFolder();
        RunTesting.Run(experiment, folder["one"]);
        string expected = RunTesting.Bits(folder["one"]);
        RunTesting.Run(experiment, folder["blocks"], threads: 2, block: 1);
        Assert.Equal(expected, RunTesting.Bits(folder["blocks"]));
        RunTesting.RunUntil(2, experiment, folder["stopped"], threads: 2);
        RunTesting.ResumeUntil(null, folder["stopped"], block: 2);
        Assert.Equal(expected, RunTesting.Bits(folder["stopped"]));
    }

    /// <summary>The memory is an argument: one policy, as many memories as there are episodes.</summary>
    [Fact]
    public void A_stored_policy_acts_with_a_memory_of_the_callers()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(Read(Ppo, """{"kind":"neural-softmax","hidden":[6],"gru":5,"critic":"own"}"""), folder["run"]);
        TrainedPolicy policy = TrainedPolicy.Load(folder["run"]);
        Assert.Equal(10, policy.MemorySize);
        double[] action = [0], memory = new double[10], observation = [0.1, 0.2, -0.1, 0.3];
        Assert.Throws<InvalidOperationException>(() => policy.Act(observation));
        Assert.Throws<ArgumentException>(() => policy.Act(observation, action, new double[3]));
        policy.Act(observation, action, memory);
        Assert.All(memory, x => Assert.NotEqual(0, x));
        double[] first = [.. memory];
        policy.Act(observation, action, memory, sampler: new ActionSampler(1));
        Assert.NotEqual(first, memory);
        double[] again = new double[10];
        policy.Act(observation, action, again);
        Assert.Equal(first, again);
    }

    private static Experiment Read(string gradient, string policy) => EstimatorsTesting.Read($$"""
        {"name":"memory","seed":3,"objective":"reward","environment":{"id":"CartPole-v1","agents":3},"policy":{{policy}},
         "gradient":{{gradient}},"federation":{"algorithm":"fast-fedpg","rounds":4,"localSteps":2,"localStepSize":0.01},
         "evaluateEvery":2,"evaluationEpisodes":3,"checkpointEvery":1 }
        """);
}

/// <summary>Tensors of runs whose policies remember.</summary>
[Collection(NothingBesides.Name)]
public sealed class RecurrentMemoryTests
{
    [Theory]
    [MemberData(nameof(RecurrentRunTests.Cases), MemberType = typeof(RecurrentRunTests))]
    public void No_tensor_is_left_from_round_to_round(string gradient, string policy) => FlatMemoryTests.AssertFlat(
        EstimatorsTesting.Read($$"""
            {"name":"memory","seed":3,"objective":"reward","environment":{"id":"CartPole-v1","agents":3},"policy":{{policy}},
             "gradient":{{gradient}},"federation":{"algorithm":"fedavg","rounds":6,"localSteps":2,"localStepSize":0.01},
             "evaluationEpisodes":2 }
            """), threads: 2, block: 1);
}
