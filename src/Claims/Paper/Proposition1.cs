using FedPG.Claims.Laws;
using FedPG.Claims.Measuring;
using FedPG.Core.Statistics;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Tabular.Exact;
using FedPG.Reporting.Figures;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Claims.Paper;

/// <summary>Proposition 1: the gradient of the average MDP is the mean of the agents' gradients.</summary>
internal sealed class Proposition1 : Claim
{
    private static readonly string[] Policies =
    [
        """{ "kind": "tabular-softmax" }""",
        """{ "kind": "log-linear" }""",
        """{ "kind": "neural-softmax", "hidden": [16, 8], "activation": "tanh" }""",
        """{ "kind": "neural-softmax", "hidden": [12], "activation": "relu" }""",
    ];

    private static readonly string[] Labels = ["tabular softmax", "log-linear", "neural, tanh", "neural, ReLU"];

    /// <inheritdoc/>
    public override string Name => "proposition-1";

    /// <inheritdoc/>
    public override string Statement =>
        "With a shared kernel and start distribution, the policy gradient of the MDP with the mean of the agents' rewards is the mean of "
            + "their policy gradients (Proposition 1).";

    /// <inheritdoc/>
    public override string Equation => """
        $\nabla \bar J(\theta) = \frac1N \sum_i \nabla J_i(\theta)$ for every $\theta$, where $\bar J$ belongs to the MDP with the rewards
        $\bar R = \frac1N \sum_i R_i$ (Proposition 1).
        """;

    /// <inheritdoc/>
    public override string Procedure => """
        MDPs of four sizes and parameters are drawn at random for four policies: tabular, log-linear, and networks with tanh and ReLU. The
        agents' gradients come from the estimator that training uses, all rows at once; that of the average MDP from the exact layer, by
        itself. The proposition does not depend on the algorithm, so no broken variant can fail it.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<Check> Run(Lab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        (int S, int A, double Discount)[] sizes = [(5, 4, 0.9), (12, 3, 0.95), (30, 2, 0.99), (3, 6, 0.5)];
        int draws = lab.Choose(6, 2);
        (int Size, string Policy, int Draw)[] cases =
            [.. from size in Enumerable.Range(0, sizes.Length) from policy in Policies from draw in Enumerable.Range(0, draws)
                select (size, policy, draw)];
        (double Error, int Dimension)[] results = lab.Map(cases.Length, k =>
        {
            ((int s, int a, double discount), string policy) = (sizes[cases[k].Size], cases[k].Policy);
            string options = FormattableString.Invariant(
                $$"""{ "states": {{s}}, "actions": {{a}}, "discount": {{discount}}, "instance": {{lab.Seed(k)}} }""");
            Experiment experiment = lab.Read("shared-kernel", $"environment.options={options}", $"policy={policy}");
            return Error(experiment, lab.Seed(k));
        });
        double[] errors = [.. results.Select(r => r.Error)];
        var table = new Table("errors", "states", "actions", "discount", "policy", "instance", "relative_error");
        for (int k = 0; k < cases.Length; k++)
        {
            (int s, int a, double discount) = sizes[cases[k].Size];
            table.Add(s, a, discount, $"\"{cases[k].Policy.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", lab.Seed(k), errors[k]);
        }
        lab.Save(table);
        lab.Save("plot", Figure.Of(new Panel
        {
            XLabel = "parameters d",
            YLabel = "relative difference of the gradients",
            XScale = AxisScale.Log,
            YScale = AxisScale.Log,
            YRange = (1e-17, 1e-11),
            References = [new ReferenceLine(ReferenceDirection.Horizontal, 1e-12, "bound")],
            Series =
                [
                    .. Policies.Select((policy, p) =>
                        Plots.Points(Labels[p], [.. Cases(policy).Select(k => (double)results[k].Dimension)],
                            [.. Cases(policy).Select(k => results[k].Error)], p))],
        }));
        return
        [
            new Check("error",
                $"largest ||grad of the average MDP - mean of gradients|| / ||grad|| of {cases.Length} cases: {sizes.Length} sizes, "
                    + $"{Policies.Length} policies, MDPs and parameters drawn at random, float64",
                Intervals.Bootstrap(errors, values => values.Max(), lab.Seed(0)), Bound.AtMost(1e-12), "equality (Proposition 1)",
                InstanceChance.OfWorstGroup([.. errors.Chunk(Policies.Length * draws)], Bound.AtMost(1e-12), 1e-17)),
        ];

        IEnumerable<int> Cases(string policy) => Enumerable.Range(0, cases.Length).Where(k => cases[k].Policy == policy);
    }

    private static (double Error, int Dimension) Error(Experiment experiment, long seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        FiniteMdp mdp = experiment.Mdp;
        Policy policy = experiment.CreatePolicy(TensorFormat.Float64);
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Initialisation, 1, 0, 0));
        double[] theta = [.. Enumerable.Range(0, policy.Layout.Length).Select(_ => (2 * random.NextDouble()) - 1)];
        // The agents' gradients as training has them: all rows at once, by the estimator.
        int n = mdp.Agents.Count, d = theta.Length;
        using IGradientEstimator estimator = experiment.Gradient.Prepare(mdp).Create(
            new EstimatorSetup(mdp, policy, 0, n, experiment.Objective, experiment.Entropy, experiment.Seed));
        Tensor rows = tensor(theta, dtype: ScalarType.Float64).unsqueeze(0).expand(n, -1).contiguous(),
            directions = zeros(n, d, dtype: ScalarType.Float64);
        estimator.Directions(rows, sameRows: true, new BatchKey(0, 0), directions);
        double[] all = directions.data<double>().ToArray(), average = new double[d];
        using var objective = PolicyObjective.OfAverage(mdp, experiment.Objective, Objectives.Policy(experiment));
        objective.Gradient(theta, average);
        double difference = 0, norm = 0;
        for (int k = 0; k < d; k++)
        {
            double mean = 0;
            for (int i = 0; i < n; i++) mean += all[(i * d) + k] / n;
            difference += (average[k] - mean) * (average[k] - mean);
            norm += average[k] * average[k];
        }
        policy.Dispose();
        return (Math.Sqrt(difference / norm), d);
    }
}
