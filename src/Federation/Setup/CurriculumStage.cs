using FedPG.Envs;

namespace FedPG.Federation.Setup;

/// <summary>A stage of a curriculum: what agents train in before they train in the environment of the experiment.</summary>
/// <param name="UntilRound">The first round that is not the stage's, 1 or more.</param>
/// <param name="Environment">Its environment, of the same agents, observations and actions.</param>
internal sealed record CurriculumStage(int UntilRound, FederatedEnvironment Environment);
