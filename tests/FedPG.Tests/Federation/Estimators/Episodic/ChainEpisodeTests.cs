using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Values.Episodic;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Tests.Envs;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.TensorBoard;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>The curves <c>rollout/</c> of methods that learn along a chain of episodes.</summary>
public sealed class ChainEpisodeTests
{
    /// <summary>
    /// A round shows the episodes that ended in it, whole, those that began in earlier rounds
    /// included; and nothing of a round in which none did.
    /// </summary>
    [Theory]
    [InlineData(null)]
    [InlineData(9)]
    public void A_round_shows_the_episodes_that_ended_in_it(int? limit)
    {
        const int rounds = 30, localSteps = 7;
        var recorder = new Recorder();
        var plain = (EpisodicEnvironment)EnvTesting.Configure("CartPole-v1", 1, "{}").Build();
        EpisodicEnvironment environment = recorder.Watch(
            new EpisodicEnvironment(plain.Name, 0.9, plain.AgentNames, plain.Create, plain.RewardRange, limit));
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        using var values = new ObservationStateValues(encoding,
            ObservationFeatures.Fourier(new ObservationScales((Box)environment.ObservationSpace, null), 1), FixedActions.Of([0.5, 0.5]),
            TensorFormat.Float64);
        using var estimator = new EpisodicTdEstimator(
            new EstimatorSetup(environment, values, 0, 1, Objective.Reward, NumericsTesting.Entropy(0), Seed: 6));
        int shown = 0;
        for (int t = 0; t < rounds; t++)
        {
            int before = recorder.Steps.Count;
            for (int l = 0; l < localSteps; l++)
                EstimatorsTesting.Directions(estimator, new double[values.Layout.Length], 1, new BatchKey(t, l, Observe: l == 0));
            Taken[] ended = [.. recorder.Steps.Skip(before).Where(step => step.Result.Terminated || step.Step + 1 == limit)];
            // A step of CartPole pays 1.
            long length = ended.Sum(step => step.Step + 1L);
            Assert.Equal(new RolloutStatistics(length, length, ended.Length), estimator.Rollouts[0]);
            shown += ended.Length;
        }
        Assert.InRange(shown, 5, rounds * localSteps / 5);
    }

    /// <summary>Curves of a run that was stopped and gone on with are those of one that was not.</summary>
    [Theory]
    [InlineData("fedq")]
    [InlineData("fedtd")]
    public void The_curves_are_there_and_no_stop_changes_them(string algorithm)
    {
        string[] settings = [$"federation.algorithm={algorithm}", "policy={}", "gradient={}", "federation.rounds=6",
            "federation.localSteps=30", "checkpointEvery=1"];
        using var folder = new TemporaryFolder();
        RunTesting.Run(RolloutTesting.Experiment(settings), folder["one"]);
        RunTesting.RunUntil(3, RolloutTesting.Experiment(settings), folder["two"]);
        RunTesting.ResumeUntil(null, folder["two"]);
        foreach (string tag in (string[])["rollout/ep_rew_mean", "rollout/ep_len_mean"])
        {
            (long, float)[] curve = Curve("one", tag);
            // Five agents end an episode of some twenty steps in every thirty, nearly always.
            Assert.InRange(curve.Length, 4, 6);
            Assert.All(curve, point => Assert.InRange(point.Item2, 8, 200));
            Assert.Equal(curve, Curve("two", tag));
        }

        (long Step, float Value)[] Curve(string run, string tag) =>
            [.. EventFile.ReadAll(folder[run]).Where(v => v.Tag == tag).Select(v => (v.Step, v.Number!.Value))];
    }
}
