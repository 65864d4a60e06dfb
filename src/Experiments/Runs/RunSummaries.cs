using FedPG.Experiments.Diagnosis;
using FedPG.Federation;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;

namespace FedPG.Experiments.Runs;

/// <summary>Puts the figures of a run together. Stateless.</summary>
internal static class RunSummaries
{
    /// <summary>The summary, but for its folder.</summary>
    /// <param name="experiment">What was run.</param>
    /// <param name="federation">The federation.</param>
    /// <param name="status">How the run ended.</param>
    /// <param name="final">What the policies that serve agents are worth.</param>
    /// <param name="stage">Told of what takes time.</param>
    public static RunSummary Of(
        Experiment experiment, TrainingLoop federation, RunStatus status, EvaluationResult final, Action<string> stage)
    {
        Evaluator evaluator = federation.Served.Evaluator;
        return new RunSummary
        {
            Status = status == RunStatus.Finished ? RunSummary.Finished : RunSummary.Cancelled,
            Name = experiment.Name,
            Algorithm = experiment.AlgorithmName,
            Seed = experiment.Seed,
            Minimised = ProblemFamily.Of(experiment.Environment).ObjectiveKindOf(experiment),
            Rounds = federation.RoundsDone,
            Objective = final.Objective,
            ObjectiveError = final.ObjectiveError,
            Optimum = evaluator.Optimal,
            Gap = final.Gap,
            UniformGap = evaluator.Uniform - evaluator.Optimal,
            OwnGap = final.OwnGap,
            WorstOwnGap = final.WorstOwnGap,
            UniformOwnGap = evaluator.UniformOwnGap,
            SuccessRate = final.SuccessRate,
            Seconds = federation.Seconds,
            EnvSteps = federation.EnvSteps,
            Trajectories = federation.Trajectories,
            Bytes = federation.Agents.Ledger.BytesUp + federation.Agents.Ledger.BytesDown,
            BytesUp = federation.Agents.Ledger.BytesUp,
            BytesDown = federation.Agents.Ledger.BytesDown,
            Agents =
            [
                .. experiment.Environment.AgentNames.Select((name, i) =>
                    new AgentSummary(name, final.AgentObjectives[i], evaluator.AgentOptima?[i])
                    {
                        Return = final.AgentEpisodes?[i].Return,
                        SuccessRate = final.AgentEpisodes?[i].SuccessRate,
                        OwnShare = final.OwnShares?[i],
                    }),
            ],
            Certificate = status == RunStatus.Finished && !experiment.OwnPolicies && !federation.Served.IsPersonalised
                ? Certifier.Of(experiment, federation.Parameters(), federation.RoundsDone, stage)
                : null,
            Start = experiment.Start,
            StoppedAt = federation.IsStopped ? experiment.StopAt : null,
            BestRound = federation.Best?.Round,
            BestObjective = federation.Best?.Objective,
        };
    }
}
