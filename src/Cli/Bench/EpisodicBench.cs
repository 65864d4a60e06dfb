using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Evaluation;

namespace FedPG.Cli.Bench;

/// <summary>What an environment that is stepped takes without training: alone, and with the policy that acts in it.</summary>
internal static class EpisodicBench
{
    /// <summary>
    /// Steps a second of the environments of all agents one after another, on one thread, under uniformly random actions drawn beforehand.
    /// </summary>
    public static Spread EnvironmentRate(EpisodicEnvironment environment, int repeats)
    {
        const int drawn = 4096;
        int choices = ((Discrete)environment.ActionSpace).Count;
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Environment, 0, 0, 0));
        double[] actions = [.. Enumerable.Range(0, drawn).Select(_ => Math.Floor(random.NextDouble() * choices))],
            observation = new double[environment.ObservationSpace.Size];
        IEnvironment[] environments = [.. Enumerable.Range(0, environment.AgentNames.Count).Select(environment.Create)];
        return StepRates.Measure(repeats, _ =>
        {
            long seed = 0;
            foreach (IEnvironment e in environments)
            {
                e.Reset(seed++, observation);
                for (int k = 0; k < drawn; k++)
                {
                    StepResult result = e.Step(actions.AsSpan(k, 1), observation);
                    if (result.Terminated || result.Truncated) e.Reset(seed++, observation);
                }
            }
            return (double)environments.Length * drawn;
        });
    }

    /// <summary>Steps a second of evaluations: the first policy acts, nothing is differentiated.</summary>
    public static Spread PolicyRate(Experiment experiment, BenchSettings bench)
    {
        using var federation = new TrainingLoop(experiment, bench.Execution, TimeProvider.System);
        return StepRates.Measure(bench.Repeats, _ =>
        {
            EvaluationResult evaluation = federation.Evaluator.Evaluate(federation.Server.Theta, null);
            return evaluation.AgentEpisodes!.Sum(e => e.Length) * experiment.EvaluationEpisodes;
        });
    }
}
