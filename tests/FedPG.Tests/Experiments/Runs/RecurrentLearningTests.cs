using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation.Estimators;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

/// <summary>A memory learns what nobody learns without one.</summary>
public sealed class RecurrentLearningTests
{
    /// <summary>A cue of -1 or 1 is shown at the first step, and counts at the last: without a memory half of the episodes fail.</summary>
    [Theory]
    [InlineData(6, 0.95, 1)]
    [InlineData(0, 0, 0.75)]
    public void A_cue_is_remembered(int units, double least, double most)
    {
        EpisodicEnvironment environment = new(
            "cue", 0.99, ["agent-0", "agent-1"], _ => new CueEnvironment(), new NumberRange(0, 1), CueEnvironment.Steps);
        Experiment experiment = ExperimentReader.Default.Read(
            EnvTesting.Json($$"""
                {"name":"cue","seed":1,"objective":"reward","evaluateEvery":100,"evaluationEpisodes":100,
                 "policy":{"kind":"neural-softmax","hidden":[6],"gru":{{units}},"critic":"shared"},
                 "gradient":{"estimator":"ppo","horizon":20,"trajectories":8,"epochs":4,"minibatch":80},
                 "federation":{"algorithm":"fedavg","rounds":40,"localStepSize":0.02} }
                """), "test", Environment.CurrentDirectory, [], environment);
        double earned = 0;
        EstimatorsTesting.Train(
            experiment, (report, _) => earned = report.Evaluation?.AgentEpisodes?.Average(played => played.Return) ?? earned);
        Assert.InRange(earned, least, most);
    }

    private sealed class CueEnvironment : IEnvironment
    {
        public const int Steps = 4;
        private int _cue, _step;

        public Space ObservationSpace { get; } = Box.Of(2, -1, 1);

        public Space ActionSpace { get; } = new Discrete(2);

        public void Reset(long seed, Span<double> observation)
        {
            (_cue, _step) = (new EpisodeRandom(seed).NextDouble() < 0.5 ? 0 : 1, 0);
            (observation[0], observation[1]) = ((2 * _cue) - 1, 0);
        }

        public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            bool isLast = ++_step == Steps;
            (observation[0], observation[1]) = (0, (double)_step / Steps);
            return new StepResult(isLast && (int)action[0] == _cue ? 1 : 0, isLast);
        }
    }
}
