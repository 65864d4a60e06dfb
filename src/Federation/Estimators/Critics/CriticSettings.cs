using FedPG.Envs.Episodic;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>What a learner is made for.</summary>
/// <param name="Options">The options.</param>
/// <param name="Environment">The environment as it is stepped.</param>
/// <param name="EpisodeSteps">The steps after which an episode is cut.</param>
internal sealed record CriticSettings(CriticOptions Options, EpisodicEnvironment Environment, int EpisodeSteps)
{
    /// <summary>T B, the steps of a rollout.</summary>
    public int Pairs => Options.Horizon * Options.Trajectories;

    /// <summary>How a rollout is cut for a policy.</summary>
    /// <param name="remembers">Whether it remembers.</param>
    public RolloutSequences SequencesOf(bool remembers) =>
        remembers ? new RolloutSequences(Options.Trajectories, Options.Sequence ?? Options.Horizon) : default;
}
