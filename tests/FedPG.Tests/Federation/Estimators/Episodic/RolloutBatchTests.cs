using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation.Algorithms;
using FedPG.Tests.Federation.Estimators.Tabular;
using FedPG.Tests.Policies.Episodic;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>Batches of what was met in environments that are stepped, and FedKL on them.</summary>
public sealed class RolloutBatchTests
{
    public RolloutBatchTests() => set_num_threads(1);

    /// <summary>
    /// A finite MDP that is stepped gives the batches of its tables in law: over 400 pairs of independent batches the mean difference of
    /// the gradients, with a cap that bites, with either penalty, is within 6 standard errors of 0 in each of at most 36 coordinates
    /// (chance below 1e-6 in all; seeds are fixed). With another cap or weight it is not.
    /// </summary>
    [Theory]
    [InlineData("random-own-kernels", Baseline.LeaveOneOut, 0)]
    [InlineData("random-own-kernels", Baseline.None, 0.3)]
    [InlineData("grid-ending", Baseline.LeaveOneOut, 0.3)]
    public void Stepping_gives_the_batches_of_the_table_in_law(string name, Baseline baseline, double tau)
    {
        const int agent = 1;
        (double Beta, double Sigma, double Cap)[] right = [(0, 0, 1.1), (20, 0, 1.1), (0, 20, 1.1)],
            wrong = [(0, 0, 10), (30, 0, 1.1), (0, 30, 1.1)];
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp(name, 2);
        var settings = new SamplerSettings(Horizon: 12, Trajectories: 24, ReturnKind.ToGo, baseline, 0, Objective.Regret);
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, 2, i => i);
        using ObservationSoftmax seen = RolloutTesting.TablePolicy(environment, TensorFormat.Float64);
        using var table = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        using var stepped =
            new RolloutEstimator(new EstimatorSetup(environment, seen, agent, 1, Objective.Regret, NumericsTesting.Entropy(tau),
                2024), settings);
        using var listed = new SampledEstimator(
            new EstimatorSetup(mdp, table, agent, 1, Objective.Regret, NumericsTesting.Entropy(tau), 4048),
            new TrajectorySampler(mdp, settings));
        int cells = mdp.States * mdp.Actions;
        (double[] old, double[] server, double[] rows) = (Logits(31, 0.5), Logits(32, 0.5), Logits(33, 1));
        VectorMoments[] same = [.. right.Select(_ => new VectorMoments(cells))], other = [.. right.Select(_ => new VectorMoments(cells))];
        for (int t = 0; t < 400; t++)
        {
            double[][] met = Gradients(stepped, seen, t, right), known = Gradients(listed, table, t, [.. right, .. wrong]);
            for (int k = 0; k < right.Length; k++)
            {
                same[k].Add([.. met[k].Zip(known[k], (x, y) => x - y)]);
                other[k].Add([.. met[k].Zip(known[k + right.Length], (x, y) => x - y)]);
            }
        }
        double[] nothing = new double[cells];
        for (int k = 0; k < right.Length; k++)
        {
            (double z, double off) = (same[k].LargestZ(nothing), other[k].LargestZ(nothing));
            Assert.True(z < 6 && off > 12, $"{right[k]}: {z} standard errors, {off} from {wrong[k]}");
        }

        double[] Logits(int seed, double scale) => NumericsTesting.Uniform(seed, cells, scale);

        double[][] Gradients(IBatchEstimator estimator, Policy policy, int round, (double Beta, double Sigma, double Cap)[] penalties)
        {
            using DisposeScope inner = NewDisposeScope();
            using SurrogateBatch batch = estimator.Collect(At(old), At(server), sameRows: false, new BatchKey(round, 0));
            return [.. penalties.Select(weights =>
            {
                Tensor gradient = zeros(1, policy.Layout.Length, dtype: ScalarType.Float64);
                batch.Gradients(At(rows), new SurrogatePenalties(tensor([weights.Beta]), tensor([weights.Sigma]), weights.Cap), gradient);
                return gradient.Numbers()[..cells];
            })];

            // The biases of logits that are linear in one-hot observations are 0.
            Tensor At(double[] logits) => tensor([.. logits, .. new double[policy.Layout.Length - cells]], [1, policy.Layout.Length]);
        }
    }

    /// <summary>
    /// What the penalties add to a gradient is the derivative of the measured divergences, by central differences, to 1e-6 of its length.
    /// </summary>
    [Theory]
    [InlineData("CartPole-v1", "network")]
    [InlineData("Pendulum-v1", "network")]
    [InlineData("CartPole-v1", "module")]
    [InlineData("Pendulum-v1", "module")]
    [InlineData("Pendulum-v1", "module-fixed")]
    public void Penalties_have_the_derivatives_of_the_divergences(string id, string kind)
    {
        const int agents = 2;
        const double step = 1e-5;
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        var environment = (EpisodicEnvironment)EnvTesting.Configure(id, agents, """{ "heterogeneity": 1 }""").Build();
        using EpisodicPolicy policy = Policy(environment, kind);
        using var estimator = new RolloutEstimator(
            new EstimatorSetup(environment, policy, 0, agents, Objective.Reward, NumericsTesting.Entropy(0), 3),
            new SamplerSettings(40, 24, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward));
        Tensor old = NumericsTesting.RandomRows(policy, agents, 1, 0.3),
            rows = old.Plus(NumericsTesting.RandomRows(policy, agents, 2, 0.1));
        using SurrogateBatch batch = estimator.Collect(old, old.Plus(NumericsTesting.RandomRows(policy, agents, 3, 0.1)), sameRows: false,
            new BatchKey(1, 0));
        Tensor plain = Gradient(0, 0), byBeta = Gradient(1, 0) - plain, bySigma = Gradient(0, 1) - plain;
        int d = policy.Layout.Length;
        Tensor divergences = zeros_like(rows), roots = zeros_like(rows);
        for (int k = 0; k < d; k++)
        {
            using DisposeScope inner = NewDisposeScope();
            double[] moved = new double[agents * d];
            for (int i = 0; i < agents; i++) moved[(i * d) + k] = step;
            Tensor aside = tensor(moved, [agents, d]);
            ((Tensor Divergences, Tensor Roots) up, (Tensor Divergences, Tensor Roots) down) =
                (batch.Measure(rows.Plus(aside)), batch.Measure(rows - aside));
            divergences.select(1, k).copy_((up.Divergences - down.Divergences).Times(1 / (2 * step)));
            roots.select(1, k).copy_((up.Roots - down.Roots).Times(1 / (2 * step)));
        }
        Check(divergences, byBeta);
        Check(roots, bySigma);

        // At the parameters that sampled it, a batch whose policy is the server's has no
        // divergence, and its gradient is the oracle's direction.
        using SurrogateBatch fresh = estimator.Collect(old, old, sameRows: true, new BatchKey(1, 0));
        (Tensor none, Tensor least) = fresh.Measure(old);
        Assert.All(none.Numbers(), divergence => Assert.Equal(0, divergence));
        Assert.All(least.Numbers(), root => Assert.Equal(1e-4, root, 15));
        Tensor first = zeros_like(old);
        fresh.Gradients(old,
            new SurrogatePenalties(ones(agents, dtype: ScalarType.Float64), ones(agents, dtype: ScalarType.Float64), 10), first);
        Tensor direction = NumericsTesting.Directions(estimator, old, new BatchKey(1, 0));
        Assert.True(NumericsTesting.Distance(direction.Numbers(), first.Numbers()) <= 1e-12 * NumericsTesting.Norm(direction.Numbers()));

        Tensor Gradient(double beta, double sigma)
        {
            Tensor gradient = zeros_like(rows);
            batch.Gradients(rows, new SurrogatePenalties(tensor([beta, beta]), tensor([sigma, sigma]), 1.2), gradient);
            return gradient;
        }

        static void Check(Tensor expected, Tensor actual)
        {
            double length = NumericsTesting.Norm(expected.Numbers());
            Assert.True(length > 1e-3);
            Assert.InRange(NumericsTesting.Distance(expected.Numbers(), actual.Numbers()), 0, 1e-6 * length);
        }
    }

    /// <summary>Against the sum over actions, and for a Gaussian against the integral, in plain arithmetic.</summary>
    [Fact]
    public void Divergences_are_those_of_the_distributions()
    {
        using DisposeScope scope = NewDisposeScope();
        using EpisodicPolicy softmax = Policy((EpisodicEnvironment)EnvTesting.Configure("Acrobot-v1", 1, "{}").Build(), "network");
        double[] p = [0.3, -1, 2], q = [0.1, 0.4, -0.5];
        double[] from = TruncatedProblem.Softmax(p, 3), other = TruncatedProblem.Softmax(q, 3);
        double sum = from.Zip(other, (a, b) => a * Math.Log(a / b)).Sum();
        Assert.Equal(sum, Assert.Single(softmax.Divergences(tensor(p, [1, 1, 3]), tensor(q, [1, 1, 3])).Numbers()), 12);

        using EpisodicPolicy gaussian = Policy((EpisodicEnvironment)EnvTesting.Configure("Pendulum-v1", 1, "{}").Build(), "network");
        (double mean, double deviation, double otherMean, double otherDeviation) = (0.4, 0.7, -0.3, 1.3);
        double integral = 0;
        const double width = 1e-3;
        for (double a = mean - (12 * deviation); a < mean + (12 * deviation); a += width)
        {
            double log = Log(a, mean, deviation);
            integral += width * Math.Exp(log) * (log - Log(a, otherMean, otherDeviation));
        }
        Tensor Head(double m, double s) => tensor([m, Math.Log(s)], [1, 1, 2]);
        Assert.Equal(integral, Assert.Single(gaussian.Divergences(Head(mean, deviation), Head(otherMean, otherDeviation)).Numbers()), 9);

        static double Log(double a, double m, double s) =>
            -Math.Log(s) - (0.5 * Math.Log(2 * Math.PI)) - (0.5 * (a - m) * (a - m) / (s * s));
    }

    [Theory]
    [InlineData("objective=regret")]
    [InlineData("objective=reward", """environment={"id":"Pendulum-v1","agents":3,"options":{"heterogeneity":1}}""",
        """policy={"kind":"gaussian","hidden":[6]}""", "gradient.horizon=20")]
    public void The_first_step_is_that_of_fedavg(params string[] assignments)
    {
        string[] settings = [.. assignments, "dtype=float64", "federation.localSteps=1", "federation.klPenalty=3",
            "federation.rootKlPenalty=2"];
        AlgorithmTesting.AssertClose(
            AlgorithmTesting.Path(RolloutTesting.Experiment([.. settings, "federation.algorithm=fedavg"])),
            AlgorithmTesting.Path(RolloutTesting.Experiment([.. settings, "federation.algorithm=fedkl"])), 1e-12);
    }

    /// <summary>
    /// But for the last place of single precision: fedavg takes the derivative of the softmax in
    /// memory, fedkl has its terms differentiated by autograd.
    /// </summary>
    [Fact]
    public void Without_penalties_and_with_a_batch_a_step_it_is_fedavg()
    {
        string[] settings = ["federation.localSteps=3", "federation.batchSteps=1", "federation.klPenalty=0", "federation.rootKlPenalty=0"];
        double[][] fedavg = AlgorithmTesting.Path(RolloutTesting.Experiment([.. settings, "federation.algorithm=fedavg"]));
        double[][] fedkl = AlgorithmTesting.Path(RolloutTesting.Experiment([.. settings, "federation.algorithm=fedkl"]));
        Assert.Equal(fedavg.Length, fedkl.Length);
        Assert.All(fedavg.Zip(fedkl),
            round => Assert.All(round.First.Zip(round.Second), pair => Assert.Equal(pair.First, pair.Second, 2e-7)));
        Assert.True(fedavg[0].Zip(fedavg[^1], (from, to) => Math.Abs(from - to)).Max() > 1e-4);
    }

    [Fact]
    public void A_policy_without_divergences_is_refused()
    {
        var catalog = new ExperimentCatalog();
        catalog.Add(PolicyDefinition.For<EpisodicEnvironment, OpaqueOptions>(
            "a policy that gives no divergences", (_, environment, format) =>
                new Opaque(new ObservationEncoding(environment.ObservationSpace), format)));
        var reader = new ExperimentReader(catalog);
        Experiment Read(string algorithm) =>
            reader.Read(EnvTesting.Json(RolloutTesting.Tiny), "tiny.json", Environment.CurrentDirectory,
                ["""policy={"kind":"opaque"}""", $"federation.algorithm={algorithm}"]);
        Assert.Equal("opaque", Read("fedavg").PolicyKind);
        string fault = Assert.Single(Assert.Throws<InvalidInputException>(() => Read("fedkl")).Errors).ToString();
        Assert.Contains("policy.kind", fault, StringComparison.Ordinal);
        Assert.Contains("no divergences", fault, StringComparison.Ordinal);
    }

    private static EpisodicPolicy Policy(EpisodicEnvironment environment, string kind)
    {
        if (kind != "network") return UserModules.Policy(kind, environment.ObservationSpace, environment.ActionSpace, TensorFormat.Float64);
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        return environment.ActionSpace is Box box
            ? new GaussianPolicy(encoding, box, [5], Activation.Tanh, 0.8, learnDeviation: true, TensorFormat.Float64)
            : new ObservationSoftmax("neural-softmax", encoding, (Discrete)environment.ActionSpace, [5], Activation.Tanh,
                TensorFormat.Float64);
    }

    private sealed record OpaqueOptions : PolicyOptions
    {
        public override string Kind => "opaque";
    }

    /// <summary>The least that an EpisodicPolicy of a plug-in's has to be: a coin whose side is the sign of nothing observed.</summary>
    private sealed class Opaque(ObservationEncoding encoding, TensorFormat format)
        : EpisodicPolicy("opaque", encoding, actionSize: 1, headSize: 1, format, new ParameterLayout([("bias", [1])]))
    {
        public override int MaxSteps => 1000;

        public override double Draw<T>(ReadOnlySpan<T> head, in ActionKey key, Span<double> action)
        {
            action[0] = 0;
            return 0;
        }

        public override double MeanLog<T>(ReadOnlySpan<T> head) => 0;

        public override Tensor LogProbabilities(Tensor heads, Tensor actions) => heads.squeeze(-1);

        protected override Tensor Heads(IReadOnlyList<Tensor> parameters, Tensor observations) =>
            parameters[0].unsqueeze(1).expand(-1, observations.shape[1], 1);
    }
}
