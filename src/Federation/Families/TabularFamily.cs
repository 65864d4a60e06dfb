using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Evaluation.Tabular;
using FedPG.Federation.Setup;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Families;

/// <summary>Finite MDPs, whose states are listed: everything is known exactly.</summary>
internal sealed class TabularFamily : ProblemFamily
{
    /// <summary>The length of episodes where the experiment has no horizon.</summary>
    private const int DefaultLength = 1000;

    /// <inheritdoc/>
    public override string Name => "tabular";

    /// <inheritdoc/>
    public override Type EnvironmentType => typeof(FiniteMdp);

    /// <inheritdoc/>
    public override Type PolicyType => typeof(TabularPolicy);

    /// <inheritdoc/>
    internal override MdpOptima? OptimaOf(FederatedEnvironment environment, Objective objective) =>
        MdpOptima.Of((FiniteMdp)environment, objective);

    /// <summary>The finite MDP that an environment is.</summary>
    /// <param name="environment">The environment.</param>
    /// <exception cref="InvalidOperationException">It is not one.</exception>
    public static FiniteMdp MdpOf(FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return FiniteMdp.Find(environment) ?? throw new InvalidOperationException($"the states of {environment.Name} cannot be listed");
    }

    /// <summary>pi(a|s), [S, A] row by row in double precision, rows that add up to 1.</summary>
    /// <param name="setup">The experiment, of this family.</param>
    /// <param name="theta">The parameters, [d].</param>
    /// <param name="agent">Whose policy, in [0, N); policies that are told of no agent are the same for all.</param>
    /// <exception cref="InvalidCastException">The experiment is of another family.</exception>
    public static double[] ProbabilitiesOf(TrainingSetup setup, Tensor theta, int agent)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(theta);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var policy = (TabularPolicy)setup.CreatePolicy(new TensorFormat(setup.Dtype, CPU));
        Tensor logs = policy.forward(theta.unsqueeze(0), [agent]);
        double[] probabilities = logs.to(ScalarType.Float64).exp().contiguous().data<double>().ToArray();
        // Logarithms in single precision add up to 1 but for 1e-7.
        for (int first = 0; first < probabilities.Length; first += policy.Actions)
        {
            Span<double> row = probabilities.AsSpan(first, policy.Actions);
            double sum = 0;
            foreach (double p in row) sum += p;
            foreach (ref double p in row) p /= sum;
        }
        return probabilities;
    }

    /// <inheritdoc/>
    public override Evaluator CreateEvaluator(TrainingSetup setup, Policy policy, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(setup);
        FiniteMdp mdp = MdpOf(setup.Environment);
        return policy is StateValues values
            ? new ValueErrorEvaluator(mdp, setup.Objective, values, setup.OwnPolicies)
            : new ExactEvaluator(mdp, setup.Objective, (TabularPolicy)policy, setup.OwnPolicies);
    }

    /// <inheritdoc/>
    public override KnownProblem? CreateProblem(TrainingSetup setup, double temperature)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Policy policy = setup.CreatePolicy(TensorFormat.Float64);
        if (policy is TabularPolicy { TakesGradients: true, Layout.PersonalLength: 0 } trained)
            return new TabularProblem(MdpOf(setup.Environment), setup.Objective, trained, temperature);
        policy.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public override string ObjectiveKindOf(TrainingSetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return setup.PolicyKind == StateValues.Kind ? ObjectiveKind.SquaredValueError : base.ObjectiveKindOf(setup);
    }

    /// <inheritdoc/>
    public override string? RefusalOf(AlgorithmNeeds needs, FederatedEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return needs.SharedKernel && !MdpOf(environment).SharesKernel
            ? $"needs one transition kernel for all agents; those of {environment.Name} have their own"
            : null;
    }

    /// <inheritdoc/>
    public override int MaxEpisodeLength(TrainingSetup setup) => EpisodeSampler.LongestEpisode;

    /// <inheritdoc/>
    public override PlayedEpisodes Play(EpisodeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainingSetup setup = request.Setup;
        int horizon = setup.Gradient.Options is SampledGradientOptions sampled ? sampled.Horizon : DefaultLength;
        int steps = request.Length ?? Math.Min(horizon, EpisodeSampler.LongestEpisode);
        FiniteMdp mdp = MdpOf(setup.Environment);
        bool oneForAll = request.OwnRows is null && !IsToldOfAgents(setup);
        double[][] probabilities = [.. Enumerable.Range(0, oneForAll ? 1 : mdp.Agents.Count)
            .Select(agent => ProbabilitiesOf(setup, request.OwnRows is { } rows ? rows[agent] : request.Theta, agent))];
        if (request.Greedy)
        {
            foreach (double[] table in probabilities) MakeGreedy(table, mdp.Actions);
        }
        var sampler = new EpisodeSampler(mdp, setup.Objective);
        var played = new EpisodeStatistics[mdp.Agents.Count];
        request.Pool.Run(played.Length, agent =>
            played[agent] = sampler.Play(agent, probabilities[oneForAll ? 0 : agent], request.Episodes, steps, setup.Seed));
        return new PlayedEpisodes(played, steps);
    }

    /// <summary>All probability to the first of the most likely actions of each state.</summary>
    private static void MakeGreedy(double[] probabilities, int actions)
    {
        for (int first = 0; first < probabilities.Length; first += actions)
        {
            Span<double> row = probabilities.AsSpan(first, actions);
            int best = 0;
            for (int a = 1; a < actions; a++) best = row[a] > row[best] ? a : best;
            row.Clear();
            row[best] = 1;
        }
    }

    private static bool IsToldOfAgents(TrainingSetup setup)
    {
        using Policy policy = setup.CreatePolicy(new TensorFormat(setup.Dtype, CPU));
        return policy.Contexts is not null;
    }
}
