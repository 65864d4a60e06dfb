using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments;

namespace FedPG.Cli.Bench;

/// <summary>
/// A workload that is over when something is learnt: PPO until a threshold, looked at every so many rounds by episodes that are no part of
/// the time.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">The experiment for a seed.</param>
/// <param name="RoundsBetween">Rounds between two looks.</param>
/// <param name="Episodes">Episodes an agent that a look plays.</param>
/// <param name="Greedy">Whether their actions are the most likely ones, in the place of drawn ones.</param>
/// <param name="Figure">What is looked at, of an agent's episodes.</param>
/// <param name="Threshold">What the figure of every agent must reach.</param>
/// <param name="MostSteps">Env-steps of all agents after which a seed is given up.</param>
internal sealed record LearningWorkload(
    string Name, Func<int, string> Json, int RoundsBetween, int Episodes, bool Greedy, Func<EpisodeStatistics, double> Figure,
    double Threshold, long MostSteps)
{
    private const int MostRounds = 1_000_000;

    /// <summary>
    /// W5: eight CartPoles of 500 steps that differ in gravity (8 to 12) and half length (0.8 to 0.3), FedAvg of local PPO, until each
    /// agent's mean return of 100 greedy episodes is 475, looked at every 4,096 env-steps. W6: MiniGrid's DoorKey-6x6, the image alone
    /// observed, PPO, until 95 % of 200 episodes with sampled actions succeed, looked at every 8,192 env-steps.
    /// </summary>
    public static IReadOnlyDictionary<string, LearningWorkload> All { get; } = new Dictionary<string, LearningWorkload>
    {
        ["W5"] = new("W5", Poles, 2, 100, true, played => played.Return, 475, 250_000),
        ["W6"] = new("W6", DoorKey, 4, 200, false, played => played.SuccessRate!.Value, 0.95, 500_000),
    };

    /// <summary>The experiment of a seed.</summary>
    public Experiment Experiment(int seed) => BenchWorkload.Read(Name, Json(seed));

    private static string Poles(int seed) => $$"""
        {
          "name": "W5", "seed": {{seed}}, "objective": "reward",
          "environment": { "id": "CartPole-v1", "agents": 8, "options": { "discount": 0.99, "gravity": {{BenchWorkload.Even(8, 8, 12)}},
            "length": {{BenchWorkload.Even(8, 0.8, 0.3)}} } },
          "policy": { "kind": "neural-softmax", "hidden": [64, 64] },
          "gradient": { "estimator": "ppo", "horizon": 128, "trajectories": 2, "epochs": 4, "minibatch": 128, "lambda": 0.95,
            "entropy": 0.01 },
          "federation": { "algorithm": "fedavg", "rounds": {{MostRounds}}, "localStepSize": 0.001 },
          "evaluateEvery": {{MostRounds}}, "evaluationEpisodes": 2, "checkpointEvery": 0
        }
        """;

    private static string DoorKey(int seed) => $$"""
        {
          "name": "W6", "seed": {{seed}}, "objective": "reward",
          "environment": { "id": "MiniGrid-DoorKey-6x6-v0", "agents": 1, "options": { "discount": 0.99, "observation": "image" } },
          "policy": { "kind": "neural-softmax", "network": "convolution", "hidden": [64], "critic": "shared" },
          "gradient": { "estimator": "ppo", "horizon": 128, "trajectories": 16, "epochs": 4, "minibatch": 256, "lambda": 0.95,
            "entropy": 0.01 },
          "federation": { "algorithm": "fedavg", "rounds": {{MostRounds}}, "localStepSize": 0.001 },
          "evaluateEvery": {{MostRounds}}, "evaluationEpisodes": 2, "checkpointEvery": 0
        }
        """;
}
