using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Envs.Sampling;
using FedPG.Federation.Agents;
using FedPG.Federation.Runs;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>One agent of a review.</summary>
/// <param name="Name">The agent.</param>
/// <param name="Objective">J_i.</param>
/// <param name="Optimum">The agent's own optimum; null where unknown.</param>
/// <param name="Played">What its episodes showed; null where none were asked for.</param>
public sealed record AgentReview(string Name, double Objective, double? Optimum, EpisodeStatistics? Played);

/// <summary>A trained policy, evaluated again.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Name">The experiment's name.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Minimised">What the objective is, <see cref="Evaluator.MinimisedBy"/>.</param>
/// <param name="Rounds">The rounds the policy was trained for.</param>
/// <param name="Objective">J, the mean over agents.</param>
/// <param name="Optimum">The optimum of the mean objective; null where unknown.</param>
/// <param name="Gap">Objective - optimum.</param>
/// <param name="UniformGap">The same of the uniform policy; null where there is none.</param>
/// <param name="GradientNormSquared">||grad J||^2; null where it is not known exactly.</param>
/// <param name="Episodes">Episodes an agent; 0 for none.</param>
/// <param name="Length">Steps after which they are truncated; 0 without episodes.</param>
/// <param name="Agents">Each agent.</param>
public sealed record PolicyReview(
    string Folder, string Name, string Algorithm, long Seed, string Minimised, int Rounds, double Objective, double? Optimum, double? Gap, double? UniformGap,
    double? GradientNormSquared, int Episodes, int Length, IReadOnlyList<AgentReview> Agents)
{
    /// <summary>The length of episodes where the experiment names no horizon.</summary>
    private const int DefaultLength = 1000;

    /// <summary>The mean of the agents' mean returns; null without episodes.</summary>
    public double? Return => Episodes == 0 ? null : Agents.Average(a => a.Played!.Return);

    /// <summary>Its standard error, agents being independent; null without episodes and for a single one.</summary>
    public double? ReturnError => Episodes < 2 ? null : Math.Sqrt(Agents.Sum(a => a.Played!.ReturnError!.Value * a.Played.ReturnError.Value)) / Agents.Count;

    /// <summary>Evaluates a stored policy exactly and, where episodes are asked for, by playing it.</summary>
    /// <param name="stored">The policy.</param>
    /// <param name="episodes">Episodes an agent; 0 for none.</param>
    /// <param name="length">Steps after which they are truncated; null for the experiment's <c>gradient.horizon</c>.</param>
    /// <exception cref="InvalidInputException">Episodes of an environment whose states are not listed.</exception>
    public static PolicyReview Of(StoredPolicy stored, int episodes, int? length = null)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Experiment.Experiment experiment = stored.Experiment;
        int steps = episodes == 0 ? 0 : length ?? (int)Math.Min((long?)experiment.Resolved["gradient"]?["horizon"] ?? DefaultLength, EpisodeSampler.LongestEpisode);
        EpisodeStatistics[]? played = episodes == 0 ? null : Play(stored, episodes, steps);
        using var noGrad = no_grad();
        using var pool = new WorkerPool(1);
        using Evaluator evaluator = Evaluator.Create(experiment, experiment.CreatePolicy(new TensorFormat(experiment.Dtype, CPU)), pool);
        using Tensor theta = stored.ToTensor();
        Evaluation evaluation = evaluator.Evaluate(theta, null);
        return new PolicyReview(
            stored.Folder, experiment.Name, experiment.AlgorithmName, experiment.Seed, Evaluator.MinimisedBy(experiment), stored.Rounds,
            evaluation.Objective, evaluator.Optimal, evaluation.Gap, evaluator.Uniform - evaluator.Optimal, evaluation.GradientNormSquared, episodes, steps,
            [.. experiment.Environment.AgentNames.Select((name, i) => new AgentReview(name, evaluation.AgentObjectives[i], evaluator.AgentOptima?[i], played?[i]))]);
    }

    private static EpisodeStatistics[] Play(StoredPolicy stored, int episodes, int length)
    {
        Experiment.Experiment experiment = stored.Experiment;
        if (experiment.Environment is not FiniteMdp mdp)
            throw new InvalidInputException(new Fault("--episodes", "", episodes.ToString(System.Globalization.CultureInfo.InvariantCulture), $"are played where states can be listed; those of {experiment.Environment.Name} cannot"));
        double[] probabilities = Probabilities(stored);
        var sampler = new EpisodeSampler(mdp, experiment.Objective);
        return [.. Enumerable.Range(0, mdp.Agents.Count).Select(agent => sampler.Play(agent, probabilities, episodes, length, experiment.Seed))];
    }

    /// <summary>pi(a|s), [S, A], in double precision.</summary>
    private static double[] Probabilities(StoredPolicy stored)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using Policy policy = stored.Experiment.CreatePolicy(new TensorFormat(stored.Experiment.Dtype, CPU));
        using Tensor theta = stored.ToTensor();
        Tensor logs = ((FinitePolicy)policy).forward(theta.unsqueeze(0));
        return logs.to(ScalarType.Float64).exp().contiguous().data<double>().ToArray();
    }
}
