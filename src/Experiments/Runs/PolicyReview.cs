using System.Globalization;
using System.Text.Json.Serialization;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;
using FedPG.Federation.Threads;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Experiments.Runs;

/// <summary>One agent of a review.</summary>
/// <param name="Name">The agent.</param>
/// <param name="Objective">J_i.</param>
/// <param name="Optimum">The agent's own optimum; null where unknown.</param>
/// <param name="Played">What its episodes showed; null where none were asked for and none are needed.</param>
internal sealed record AgentReview(string Name, double Objective, double? Optimum, EpisodeStatistics? Played)
{
    /// <summary>The standard error of <see cref="Objective"/>; null where it is exact.</summary>
    public double? ObjectiveError { get; init; }

    /// <summary>
    /// What is left of the agent's way from the uniform policy to its own optimum, a share; null where that is unknown, and where the
    /// uniform policy is the agent's optimum.
    /// </summary>
    public double? OwnShare { get; init; }
}

/// <summary>A trained policy, evaluated again.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Name">The experiment's name.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Minimised">What the objective is, <see cref="ProblemFamily.ObjectiveKindOf"/>.</param>
/// <param name="Rounds">The rounds the policy was trained for.</param>
/// <param name="Objective">J, the mean over agents: exact, or an estimate with <see cref="ObjectiveError"/>.</param>
/// <param name="Optimum">The optimum of the mean objective; null where unknown.</param>
/// <param name="Gap">Objective - optimum.</param>
/// <param name="UniformGap">The same of the uniform policy; null where there is none.</param>
/// <param name="GradientNormSquared">||grad J||^2; null where it is not known exactly.</param>
/// <param name="Episodes">Episodes an agent: those asked for, or else those an estimated objective comes from; 0 for none.</param>
/// <param name="Length">Steps after which they are truncated; 0 without episodes.</param>
/// <param name="Agents">Each agent.</param>
internal sealed record PolicyReview(
    string Folder, string Name, string Algorithm, long Seed, string Minimised, int Rounds, double Objective, double? Optimum, double? Gap,
    double? UniformGap,
    double? GradientNormSquared, int Episodes, int Length, IReadOnlyList<AgentReview> Agents)
{
    /// <summary>The standard error of <see cref="Objective"/>; null where it is exact.</summary>
    public double? ObjectiveError { get; init; }

    /// <summary>The mean over agents of objective - own optimum; null where own optima are unknown.</summary>
    public double? OwnGap { get; init; }

    /// <summary>The largest share of its own uniform gap that an agent keeps; null where unknown.</summary>
    public double? WorstOwnGap { get; init; }

    /// <summary>The own gap of the uniform policy, the mean over agents; null where unknown.</summary>
    public double? UniformOwnGap { get; init; }

    /// <summary>The mean of the agents' mean returns; null without episodes.</summary>
    public double? Return => Episodes == 0 ? null : Agents.Average(a => a.Played!.Return);

    /// <summary>Its standard error, agents being independent; null without episodes and for a single one.</summary>
    public double? ReturnError => ErrorOfMean(played => played.ReturnError);

    /// <summary>
    /// The mean over agents of the share of episodes that succeeded; null, and left out, without episodes and where the environment says
    /// nothing of success.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SuccessRate =>
        Episodes == 0 || Agents.Any(a => a.Played!.SuccessRate is null) ? null : Agents.Average(a => a.Played!.SuccessRate);

    /// <summary>The mean of the agents' mean lengths of episodes, in steps; null without episodes.</summary>
    public double? MeanLength => Episodes == 0 ? null : Agents.Average(a => a.Played!.Length);

    /// <summary>Its standard error, agents being independent; null without episodes and for a single one.</summary>
    public double? MeanLengthError => ErrorOfMean(played => played.LengthError);

    /// <summary>
    /// Evaluates a stored policy as its run did, exactly or by the same episodes, and, where episodes are asked for, by playing others.
    /// </summary>
    /// <param name="stored">The policy.</param>
    /// <param name="episodes">Episodes an agent, of <see cref="StreamPurpose.Episodes"/>; 0 for none.</param>
    /// <param name="length">
    /// Steps after which they are truncated; null for the experiment's <c>gradient.horizon</c> where states are listed, and elsewhere for
    /// where evaluations cut them (<see cref="Federation.Rollouts.EpisodeLengths.Of"/>).
    /// </param>
    /// <param name="threads">Threads to use; they change no bit.</param>
    /// <param name="greedy">Whether the most likely action is taken in those episodes, in the place of one that is drawn.</param>
    /// <exception cref="InvalidInputException">Episodes of an environment in which none are played, or longer ones than the policy has
    /// random numbers for.</exception>
    public static PolicyReview Of(StoredPolicy stored, int episodes, int? length = null, int threads = 1, bool greedy = false)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Experiment experiment = stored.Experiment;
        using var noGrad = no_grad();
        using var pool = new WorkerPool(threads);
        using Tensor theta = stored.ToTensor();
        using Tensor? rows = stored.OwnTensor();
        ProblemFamily family = ProblemFamily.Of(experiment.Environment);
        if (episodes > 0) CheckEpisodes(family, experiment, episodes, length);
        PlayedEpisodes? asked = episodes > 0
            ? family.Play(new EpisodeRequest(experiment, theta, episodes, pool) { Length = length, Greedy = greedy, OwnRows = rows })
            : null;
        (IReadOnlyList<EpisodeStatistics>? played, int steps) = (asked?.Agents, asked?.Length ?? 0);
        using Evaluator evaluator = family.CreateEvaluator(experiment,
            experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU)), pool);
        EvaluationResult evaluation = evaluator.Evaluate(theta, null, rows);
        if (played is null && evaluation.AgentEpisodes is { } own)
            (played, episodes, steps) = (own, own[0].Episodes, evaluator.EpisodeLength);
        return new PolicyReview(
            stored.Folder, experiment.Name, experiment.AlgorithmName, experiment.Seed, family.ObjectiveKindOf(experiment), stored.Rounds,
            evaluation.Objective, evaluator.Optimal, evaluation.Gap, evaluator.Uniform - evaluator.Optimal, evaluation.GradientNormSquared,
            episodes, steps,
            [.. experiment.Environment.AgentNames.Select((name, i) =>
                new AgentReview(name, evaluation.AgentObjectives[i], evaluator.AgentOptima?[i], played?[i])
            {
                ObjectiveError = evaluation.AgentErrors?[i] ?? evaluation.AgentEpisodes?[i].CostError,
                OwnShare = evaluation.OwnShares?[i],
            })])
        {
            ObjectiveError = evaluation.ObjectiveError,
            OwnGap = evaluation.OwnGap,
            WorstOwnGap = evaluation.WorstOwnGap,
            UniformOwnGap = evaluator.UniformOwnGap,
        };
    }

    private static void CheckEpisodes(ProblemFamily family, Experiment experiment, int episodes, int? length)
    {
        if (!family.PlaysEpisodes)
        {
            throw Refused(
                "--episodes", episodes, $"are not played in {experiment.Environment.Name}, whose objective is known exactly without");
        }
        int most = family.MaxEpisodeLength(experiment);
        if (length is { } steps && steps > most)
        {
            throw Refused(
                "--length", steps,
                string.Create(CultureInfo.InvariantCulture, $"must be at most {most}, for which the policy has random numbers"));
        }
    }

    private static InvalidInputException Refused(string option, int value, string reason) =>
        new(new ValidationError(option, "", value.ToString(CultureInfo.InvariantCulture), reason));

    private double? ErrorOfMean(Func<EpisodeStatistics, double?> error) =>
        Episodes < 2 ? null : Math.Sqrt(Agents.Sum(a => Math.Pow(error(a.Played!)!.Value, 2))) / Agents.Count;
}
