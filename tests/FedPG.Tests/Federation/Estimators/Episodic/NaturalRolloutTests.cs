using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Episodic;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Tests.Envs;
using FedPG.Tests.Federation.Estimators.Tabular;
using FedPG.Tests.Policies.Episodic;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>The natural direction where environments are stepped.</summary>
public sealed class NaturalRolloutTests
{
    public NaturalRolloutTests() => set_num_threads(1);

    /// <summary>
    /// Against a Fisher matrix that is written down: the scores of all pairs met, one by one as central differences of log pi, and a dense
    /// solve; g is the plain estimate of the same trajectories.
    /// </summary>
    [Theory]
    [InlineData("CartPole-v1", 0)]
    [InlineData("CartPole-v1", 0.2)]
    [InlineData("target", 0)]
    [InlineData("target", 0.2)]
    public void It_is_the_dense_solution_over_the_pairs_met(string id, double tau)
    {
        const double damping = 0.02, discount = 0.9;
        var settings = new SamplerSettings(Horizon: 9, Trajectories: 7, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Reward);
        var recorder = new Recorder();
        EpisodicEnvironment environment = recorder.Watch(Create(id, discount));
        using EpisodicPolicy policy = Policy(environment);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = NumericsTesting.RandomRows(policy, 1, seed: 8, scale: 0.4);
        var setup = new EstimatorSetup(environment, policy, 0, 1, Objective.Reward, NumericsTesting.Entropy(tau), Seed: 4);
        using var natural = new NaturalRolloutEstimator(setup, settings, new FisherOptions(damping, Iterations: 500));
        using var plain = new RolloutEstimator(setup, settings);
        double[] gradient = NumericsTesting.Directions(plain, rows, default).Numbers();
        recorder.Steps.Clear();
        double[] actual = NumericsTesting.Directions(natural, rows, default).Numbers();

        Matrix<double> fisher = damping * Matrix<double>.Build.DenseIdentity(gradient.Length);
        foreach (Taken step in recorder.Steps)
        {
            Vector<double> score = Vector<double>.Build.Dense(Score(policy, rows, step));
            fisher += (1 - discount) * Math.Pow(discount, step.Step) / settings.Trajectories * score.OuterProduct(score);
        }
        double[] expected = [.. fisher.Solve(Vector<double>.Build.Dense(gradient))];
        Assert.True(NumericsTesting.Distance(expected, gradient.Select(g => g / damping)) > 0.1 * NumericsTesting.Norm(expected),
            "the Fisher matrix would not be noticed");
        Assert.InRange(NumericsTesting.Distance(expected, actual), 0, 1e-6 * NumericsTesting.Norm(expected));
    }

    /// <summary>
    /// A table that is stepped, with a logit for each of its pairs: by many trajectories log pi moves as it does along the exact direction
    /// of the table, (Q - V) / (1 - gamma). 12,000 trajectories of 60 steps leave 1 to 4 % (30,000: 0.7 to 2.3 %
    /// over seeds 1 to 10); the seed is fixed.
    /// </summary>
    [Fact]
    public void A_stepped_table_has_the_direction_of_the_table()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-3-actions", 1);
        var truth = new PlainMdp(mdp, 0, Objective.Regret);
        double[] logits = NumericsTesting.Uniform(5, mdp.States * mdp.Actions, 1);
        EpisodicEnvironment environment = TableEnvironment.Of(mdp, 1, agent => agent);
        using ObservationSoftmax policy = RolloutTesting.TablePolicy(environment, TensorFormat.Float64);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor((double[])[.. logits, .. new double[mdp.Actions]], [1, policy.Layout.Length]);
        using var estimator = new NaturalRolloutEstimator(
            new EstimatorSetup(environment, policy, 0, 1, Objective.Regret, NumericsTesting.Entropy(0), Seed: 4),
            new SamplerSettings(60, 12_000, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Regret),
            new FisherOptions(1e-6, Iterations: 200));
        double[] x = NumericsTesting.Directions(estimator, rows, default).Numbers();
        double[] expected = Centred(truth.Natural(logits)),
            actual = Centred([.. Enumerable.Range(0, logits.Length).Select(k => x[k] + x[logits.Length + (k % mdp.Actions)])]);
        Assert.InRange(NumericsTesting.Distance(expected, actual) / NumericsTesting.Norm(expected), 1e-9, 0.05);

        // What a state adds to all of its logits the policy does not see.
        double[] Centred(double[] table) => [.. table.Chunk(mdp.Actions).SelectMany(row => row.Select(value => value - row.Average()))];
    }

    /// <summary>A module of one's own gives no tangents, and is refused with the reason.</summary>
    [Fact]
    public void A_policy_without_tangents_is_refused()
    {
        using EpisodicPolicy module = UserModules.Policy("module", new Discrete(3), new Discrete(2), TensorFormat.Float64);
        Assert.False(module.HasTangents);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = zeros(1, module.Layout.Length, dtype: ScalarType.Float64);
        Assert.Throws<NotSupportedException>(() => module.Tangents(rows, rows, zeros(1, 1, 3, dtype: ScalarType.Float64)));
    }

    private static EpisodicEnvironment Create(string id, double discount) => id == "target"
        ? new EpisodicEnvironment("target", discount, ["agent-0"], _ => new TargetEnvironment(0.3, Box.Of(2, -100, 100)), NumberRange.Any,
            stepLimit: null)
        : (EpisodicEnvironment)EnvTesting.Configure(id, 1, FormattableString.Invariant($$"""{ "discount": {{discount}} }""")).Build();

    private static EpisodicPolicy Policy(EpisodicEnvironment environment)
    {
        var encoding = new ObservationEncoding(environment.ObservationSpace);
        return environment.ActionSpace is Box box
            ? new GaussianPolicy(encoding, box, [3], Activation.Tanh, 0.8, learnDeviation: true, TensorFormat.Float64)
            : new ObservationSoftmax("neural-softmax", encoding, (Discrete)environment.ActionSpace, [3], Activation.Relu,
                TensorFormat.Float64);
    }

    private static double[] Score(EpisodicPolicy policy, Tensor rows, Taken step)
    {
        const double h = 1e-6;
        double[] score = new double[policy.Layout.Length], theta = rows.Numbers();
        for (int k = 0; k < score.Length; k++) score[k] = (Log(k, h) - Log(k, -h)) / (2 * h);
        return score;

        double Log(int parameter, double shift)
        {
            using DisposeScope scope = NewDisposeScope();
            double[] moved = [.. theta];
            moved[parameter] += shift;
            return policy.Evaluate(tensor(moved, rows.shape), tensor(step.Seen, [1, 1, step.Seen.Length]),
                tensor(step.Action, [1, 1, step.Action.Length])).Output.Numbers()[0];
        }
    }
}
