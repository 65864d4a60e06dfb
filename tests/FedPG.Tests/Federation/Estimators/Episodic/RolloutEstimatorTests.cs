using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation.Estimators.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>
/// Estimates from stepping finite MDPs against their exact truncated gradients, as <see cref="EstimatorTests"/> does for the sampler of
/// tables. A case fails when one of at most 64 coordinates is off by more than 6 standard errors: below
/// 50 cases, a false alarm has probability below 1e-5.
/// </summary>
public sealed class RolloutEstimatorTests
{
    private const double Limit = 6;

    /// <summary>Even agents are the MDP's first, odd ones its second, whose estimates are looked at: a mix-up of agents shows.</summary>
    private const int Rows = 16, Agent = 1;

    public RolloutEstimatorTests() => set_num_threads(1);

    public static TheoryData<string, ReturnKind, Baseline, int, int, double> Estimators()
    {
        var data = new TheoryData<string, ReturnKind, Baseline, int, int, double>();
        (int Batch, int Horizon)[] shapes = [(5, 12), (16, 9), (37, 8), (2, 15)];
        int k = 0;
        foreach (string mdp in (string[])["random-own-kernels", "frozen-lake", "grid-ending"])
        {
            foreach (ReturnKind kind in Enum.GetValues<ReturnKind>())
            {
                foreach (Baseline baseline in Enum.GetValues<Baseline>())
                {
                    foreach (double tau in (double[])[0, 0.3])
                    {
                        (int batch, int horizon) = shapes[k++ % shapes.Length];
                        data.Add(mdp, kind, baseline, batch, horizon, tau);
                    }
                }
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void The_mean_of_the_estimates_is_the_truncated_gradient(string mdpName, ReturnKind kind, Baseline baseline, int batch,
        int horizon, double tau)
    {
        Objective objective = horizon % 2 == 0 ? Objective.Regret : Objective.Reward;
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, 2);
        var settings = new SamplerSettings(horizon, batch, kind, baseline, BaselineValue: 0.8, objective);
        double[] logits = Logits(mdp);
        double[] expected = new TruncatedProblem(mdp, Agent, objective, horizon, tau).Gradient(
            TruncatedProblem.Softmax(logits, mdp.Actions));
        double z = Estimates(mdp, settings, logits, tau, transitions: 120_000).LargestZ(expected);
        Assert.True(z < Limit, $"{z} standard errors");
    }

    [Theory]
    [MemberData(nameof(EstimatorTests.Mistakes), MemberType = typeof(EstimatorTests))]
    public void A_wrong_gradient_would_be_noticed(string mdpName, Mistake mistake) =>
        EstimatorTests.AssertNoticed(
            mdpName, mistake, Agent, Limit, mdp => TruncatedProblem.Softmax(Logits(mdp), mdp.Actions),
            (mdp, settings, tau) => Estimates(mdp, settings, Logits(mdp), tau, transitions: 600_000));

    /// <summary>
    /// J = E sum (a_k - c)^2 = sum (mu_k - c)^2 + sigma_k^2 has the gradient 2 (mu_k - c) in the biases and 2 sigma_k^2 in the logarithms
    /// of sigma; in the weights of an observation uniform on (-1, 1), 2 w / 3. Leave-one-out: the limit is that of the class.
    /// </summary>
    [Fact]
    public void A_Gaussian_policy_is_differentiated_in_mean_and_deviation()
    {
        const double target = 0.7;
        EpisodicEnvironment environment = TargetEnvironment.Of(target, Box.Of(2));
        using var policy = new GaussianPolicy(new ObservationEncoding(environment.ObservationSpace), Box.Of(2), [], Activation.Tanh, 0.5,
            learnDeviation: true, TensorFormat.Float64);
        double[] theta = [0.4, -0.2, 0.1, 0.3, Math.Log(0.5), Math.Log(0.8)];
        double[] expected = [2 * 0.4 / 3, 2 * -0.2 / 3, 2 * (0.1 - target), 2 * (0.3 - target), 2 * 0.25, 2 * 0.64];
        var moments = new VectorMoments(theta.Length);
        Sample(environment, policy, new SamplerSettings(1, 16, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward), theta, 0,
            batches: 3000, rows: 1, estimate => moments.Add(estimate));
        double z = moments.LargestZ(expected);
        Assert.True(z < Limit, $"{z} standard errors");
        Assert.True(moments.LargestZ([.. expected[..4], 0.5 * expected[4], 0.5 * expected[5]]) > 2 * Limit);
    }

    /// <summary>
    /// With entropy J has tau E log pi besides, whose derivative in log sigma is -tau, and the
    /// environment never sees an action outside its box.
    /// </summary>
    [Fact]
    public void A_Gaussian_action_is_clipped_for_the_environment_alone()
    {
        const double tau = 1, bound = 10;
        EpisodicEnvironment environment = TargetEnvironment.Of(0, Box.Of(1, -bound, bound));
        using var policy = new GaussianPolicy(new ObservationEncoding(environment.ObservationSpace), Box.Of(1, -bound, bound), [],
            Activation.Tanh, 1, learnDeviation: true, TensorFormat.Float64);
        var moments = new VectorMoments(3);
        Sample(environment, policy, new SamplerSettings(1, 16, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward), [0, 0, 0], tau,
            batches: 3000, rows: 1, estimate => moments.Add(estimate));
        Assert.True(moments.LargestZ([0, 0, 2 - tau]) < Limit);
        Assert.True(moments.LargestZ([0, 0, 2]) > 2 * Limit);

        // Most actions are far outside this box: an environment that saw one would throw.
        EpisodicEnvironment narrow = TargetEnvironment.Of(0, Box.Of(1, -0.1, 0.1));
        using var wide = new GaussianPolicy(new ObservationEncoding(narrow.ObservationSpace), Box.Of(1, -0.1, 0.1), [], Activation.Tanh, 5,
            learnDeviation: false, TensorFormat.Float32);
        Sample(narrow, wide, new SamplerSettings(1, 16, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward), [0, 0], 0, batches: 3,
            rows: 1, estimate => Assert.All(estimate, g => Assert.True(double.IsFinite(g))));
    }

    [Fact]
    public void An_environments_own_limit_of_steps_cuts_trajectories_and_nothing_is_paid_after_it()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-own-kernels", 2);
        double[] logits = Logits(mdp);
        double[] expected = new TruncatedProblem(mdp, Agent, Objective.Regret, horizon: 6, 0).Gradient(
            TruncatedProblem.Softmax(logits, mdp.Actions));
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, Rows, _ => Agent, stepLimit: 6);
        using ObservationSoftmax policy = RolloutTesting.TablePolicy(environment, TensorFormat.Float64);
        EstimatorDefinition definition = ExperimentCatalog.Default.Estimators.Get("gpomdp", environment);
        var options = new OptionReader(EnvTesting.Json("""{ "horizon": 1000, "trajectories": 8 }"""), "gradient",
            new ValidationErrors("test"));
        GradientOptions read = definition.Read(options, new EstimatorContext(Objective.Regret, environment, policy));
        options.Errors.ThrowIfAny();
        using IGradientEstimator estimator = definition.Prepare(read, Objective.Regret, environment)
            .Create(new EstimatorSetup(environment, policy, 0, Rows, Objective.Regret, NumericsTesting.Entropy(0), 1));
        Assert.Equal(6, estimator.Batch!.Horizon);
        var moments = new VectorMoments(mdp.States * mdp.Actions);
        Collect(estimator, policy, Theta(mdp, logits), 200, Rows, row => moments.Add(row.AsSpan(0, expected.Length)));
        Assert.True(moments.LargestZ(expected) < Limit);
        Assert.Equal(200L * Rows * 8 * 6, estimator.EnvSteps);
    }

    private static double[] Logits(FiniteMdp mdp) => NumericsTesting.Uniform(31, mdp.States * mdp.Actions, 0.8);

    /// <summary>The logits as weights of one-hot observations, the biases 0.</summary>
    private static double[] Theta(FiniteMdp mdp, double[] logits) => [.. logits, .. new double[mdp.Actions]];

    private static VectorMoments Estimates(FiniteMdp mdp, SamplerSettings settings, double[] logits, double tau, int transitions)
    {
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, Rows, i => i % 2);
        using ObservationSoftmax policy = RolloutTesting.TablePolicy(environment, TensorFormat.Float64);
        var moments = new VectorMoments(logits.Length);
        int row = 0;
        Sample(environment, policy, settings, Theta(mdp, logits), tau, transitions / (settings.Horizon * settings.Trajectories * Rows / 2),
            Rows, estimate =>
        {
            if (row++ % 2 == Agent) moments.Add(estimate.AsSpan(0, logits.Length));
        });
        return moments;
    }

    private static void Sample(
        EpisodicEnvironment environment, EpisodicPolicy policy, SamplerSettings settings, double[] theta, double tau, int batches, int rows,
        Action<double[]> estimate)
    {
        using var estimator = new RolloutEstimator(
            new EstimatorSetup(environment, policy, 0, rows, settings.Objective, NumericsTesting.Entropy(tau), 2024), settings);
        Collect(estimator, policy, theta, batches, rows, estimate);
    }

    private static void Collect(IGradientEstimator estimator, Policy policy, double[] theta, int batches, int count,
        Action<double[]> estimate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor([.. Enumerable.Repeat(theta, count).SelectMany(x => x)], [count, theta.Length], dtype: policy.Format.Dtype);
        for (int batch = 0; batch < Math.Max(batches, 40); batch++)
        {
            using DisposeScope inner = NewDisposeScope();
            foreach (double[] row in NumericsTesting.Directions(estimator, rows, new BatchKey(batch, 0), sameRows: true).Numbers()
                .Chunk(theta.Length)) estimate(row);
        }
    }
}
