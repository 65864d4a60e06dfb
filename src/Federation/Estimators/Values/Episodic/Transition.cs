using FedPG.Federation.Rollouts;

namespace FedPG.Federation.Estimators.Values.Episodic;

/// <summary>What a step was.</summary>
/// <param name="Episode">Where it was taken: the features before it and after it.</param>
/// <param name="Action">The number of the action.</param>
/// <param name="Cost">c.</param>
/// <param name="Terminated">Whether nothing more happens.</param>
internal readonly record struct Transition(FeatureEpisode Episode, int Action, double Cost, bool Terminated);
