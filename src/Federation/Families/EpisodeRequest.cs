using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using static TorchSharp.torch;

namespace FedPG.Federation.Families;

/// <summary>Episodes to play under a policy.</summary>
/// <param name="Setup">The experiment.</param>
/// <param name="Theta">thetabar, [d].</param>
/// <param name="Episodes">Episodes an agent, at least 1.</param>
/// <param name="Pool">Threads to use; they change no bit.</param>
internal sealed record EpisodeRequest(TrainingSetup Setup, Tensor Theta, int Episodes, WorkerPool Pool)
{
    /// <summary>
    /// Steps after which an episode is cut, 1 to <see cref="ProblemFamily.MaxEpisodeLength"/>; null (the default) for the horizon of a
    /// tabular experiment's gradients, and elsewhere for where evaluations cut them (<see cref="Rollouts.EpisodeLengths.Of"/>).
    /// </summary>
    public int? Length { get; init; }

    /// <summary>Whether the most likely action is taken at every step, in the place of one that is drawn; false by default.</summary>
    public bool Greedy { get; init; }

    /// <summary>
    /// The parameters that serve each agent, [N, d], where agents have their own; null (the default) where thetabar serves all.
    /// </summary>
    public Tensor? OwnRows { get; init; }
}

/// <summary>Episodes that were played.</summary>
/// <param name="Agents">What each agent's episodes showed, [N].</param>
/// <param name="Length">The steps after which they were cut.</param>
internal sealed record PlayedEpisodes(IReadOnlyList<EpisodeStatistics> Agents, int Length);
