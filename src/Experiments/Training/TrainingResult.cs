using FedPG.Experiments.Runs;

namespace FedPG.Experiments.Training;

/// <summary>What a training run ended with.</summary>
/// <param name="Summary">All figures, as a run folder's summary.json has them.</param>
/// <param name="Policy">The policy.</param>
public sealed record TrainingResult(RunSummary Summary, TrainedPolicy Policy)
{
    /// <summary>Whether all rounds were run; false where training was cancelled, or not all steps were taken.</summary>
    public bool IsFinished => Summary.Status == RunSummary.Finished;

    /// <summary>The rounds that are done.</summary>
    public int Rounds => Summary.Rounds;

    /// <summary>J, the mean over agents: a cost, so smaller is better.</summary>
    public double Objective => Summary.Objective;

    /// <summary>The standard error of <see cref="Objective"/>; null where it is exact.</summary>
    public double? ObjectiveError => Summary.ObjectiveError;

    /// <summary>Objective - optimum; null where the optimum is not known.</summary>
    public double? Gap => Summary.Gap;

    /// <summary>The figures of each agent, [N].</summary>
    public IReadOnlyList<AgentSummary> Agents => Summary.Agents;

    /// <summary>The run folder; null for a run without one.</summary>
    public string? Folder => Summary.Folder;
}
