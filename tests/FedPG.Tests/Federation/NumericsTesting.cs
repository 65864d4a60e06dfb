using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Federation.Schedules;
using FedPG.Policies;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;
using FedPG.Tests.Envs;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation;

/// <summary>What the tests of numbers have in common.</summary>
internal static class NumericsTesting
{
    /// <summary>MDPs by name, so that they can stand in test data.</summary>
    public static FiniteMdp Mdp(string name, int agents) => name switch
    {
        "random-0" or "random-1" or "random-2" => EnvTesting.Make("RandomMdp-v0", agents, $$"""{ "instance": {{name[^1]}} }"""),
        "random-3-actions" => EnvTesting.Make("RandomMdp-v0", agents, """{ "states": 4, "actions": 3, "discount": 0.8, "instance": 9 }"""),
        "random-own-kernels" => EnvTesting.Make("RandomMdp-v0", agents, """{ "kernels": "own", "branching": 3 }"""),
        "grid" => EnvTesting.Make("GridWorld-v0", agents, """{ "width": 4, "height": 4, "discount": 0.95 }"""),
        "grid-walls" => EnvTesting.Make("GridWorld-v0", agents, """{ "map": ["S.#", "..L", ".#.", "G.G"], "discount": 0.9 }"""),
        "grid-ending" => EnvTesting.Make("GridWorld-v0", agents, """{ "width": 3, "height": 3, "continuing": false, "discount": 0.9 }"""),
        "grid-own-endings" => EnvTesting.Make(
            "GridWorld-v0", agents, """{ "width": 3, "height": 3, "continuing": false, "terminateOwnGoalOnly": true, "discount": 0.9 }"""),
        "frozen-lake" => EnvTesting.Make("FrozenLake-v1", agents, """{ "heterogeneity": 0.5, "discount": 0.95 }"""),
        "frozen-lake-shared" => EnvTesting.Make("FrozenLake-v1", agents, """{ "discount": 0.95 }"""),
        "grid-3" => Square(3, agents),
        "grid-5" => Square(5, agents),
        "grid-10" => Square(10, agents),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    /// <summary>Numbers uniform on (-scale, scale).</summary>
    public static double[] Uniform(int seed, int count, double scale)
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, 77, 0, 0));
        return [.. Enumerable.Range(0, count).Select(_ => scale * ((2 * random.NextDouble()) - 1))];
    }

    /// <summary>Random parameters, [n, d].</summary>
    public static Tensor RandomRows(Policy policy, int count, int seed, double scale = 1) =>
        tensor(Uniform(seed, count * policy.Layout.Length, scale), [count, policy.Layout.Length], dtype: policy.Format.Dtype);

    /// <summary>The elements in double precision, row by row.</summary>
    public static double[] Numbers(this Tensor t) => t.to(ScalarType.Float64).contiguous().data<double>().ToArray();

    /// <summary>The memory of a tensor, to compare bits.</summary>
    public static byte[] Bits(this Tensor t) => t.contiguous().bytes.ToArray();

    public static double Norm(IEnumerable<double> vector) => Math.Sqrt(vector.Sum(x => x * x));

    public static double Distance(IEnumerable<double> a, IEnumerable<double> b) => Norm(a.Zip(b, (x, y) => x - y));

    public static EntropySchedule Entropy(double tau) => new(tau, tau, 0);

    /// <summary>The exact gradients of the agents [first, first + n) at their rows, [n, d].</summary>
    public static Tensor ExactDirections(
        FiniteMdp mdp, Policy policy, Tensor rows, int first = 0, Objective objective = Objective.Regret, double tau = 0,
        bool sameRows = false)
    {
        using var estimator =
            new ExactEstimator(new EstimatorSetup(mdp, policy, first, (int)rows.shape[0], objective, Entropy(tau), Seed: 1));
        return Directions(estimator, rows, default, sameRows);
    }

    public static Tensor Directions(IGradientEstimator estimator, Tensor rows, BatchKey batch, bool sameRows = false)
    {
        double[] unset = new double[rows.numel()];
        Array.Fill(unset, double.NaN);
        Tensor directions = tensor(unset, rows.shape, dtype: rows.dtype);
        using (NewDisposeScope()) estimator.Directions(rows, sameRows, batch, directions);
        return directions;
    }

    /// <summary>J with its entropy term, E sum gamma^t (c_t + tau log pi(a_t|s_t)), at each row.</summary>
    public static double[] RegularisedObjectives(FiniteMdp mdp, int agent, Objective objective, double tau,
        TabularPolicy policy, Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] logs = policy.Evaluate(rows).Output.Numbers();
        double[] costs = objective.Costs(mdp.Agents[agent]), regularised = new double[costs.Length], values = new double[mdp.States];
        var evaluation = new ExactEvaluation(mdp.Agents[agent].Kernel, mdp.Discount);
        return [.. logs.Chunk(costs.Length).Select(logPolicy =>
        {
            for (int k = 0; k < costs.Length; k++) regularised[k] = costs[k] + (tau * logPolicy[k]);
            evaluation.SetPolicy([.. logPolicy.Select(Math.Exp)]);
            evaluation.StateValues(regularised, values);
            return mdp.Initial.Zip(values, (p, v) => p * v).Sum();
        })];
    }

    private static FiniteMdp Square(int side, int agents) =>
        EnvTesting.Make("GridWorld-v0", agents, $$"""{ "width": {{side}}, "height": {{side}}, "discount": 0.9 }""");
}

/// <summary>Policies by name, so that they can stand in test data.</summary>
internal static class PolicyCases
{
    public static readonly string[] OfAnyMdp =
    [
        "tabular", "log-linear one-hot", "log-linear given",
        "neural tanh one-hot []", "neural tanh one-hot [5]", "neural relu one-hot [6]", "neural tanh one-hot [5,4]",
        "neural relu one-hot [7,6]",
    ];

    public static readonly string[] OfGrids =
    [
        .. OfAnyMdp, "log-linear coordinates", "log-linear radial",
        "neural tanh coordinates []", "neural relu coordinates [6]", "neural tanh coordinates [5,4]", "neural relu coordinates [7,6]",
    ];

    public static TabularPolicy Create(string name, FiniteMdp mdp, TensorFormat format)
    {
        (int states, int actions) = (mdp.States, mdp.Actions);
        string[] words = name.Split(' ');
        return words[0] switch
        {
            "tabular" => new TabularSoftmax(states, actions, format),
            "log-linear" => words[1] switch
            {
                "one-hot" => LogLinear.OneHot(states, actions, format),
                "coordinates" => LogLinear.OfStateFeatures(StateFeatures.Affine(mdp.Grid!), actions, format),
                "radial" => LogLinear.OfStateFeatures(StateFeatures.Radial(mdp.Grid!, 3, 2, 0.6), actions, format),
                _ => LogLinear.OfGivenFeatures(Matrix(states * actions, 7, seed: 5), actions, format),
            },
            _ => new NeuralSoftmax(
                states, actions, [.. words[3].Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)],
                words[1] == "tanh" ? Activation.Tanh : Activation.Relu,
                words[2] == "one-hot" ? null : StateFeatures.Coordinates(mdp.Grid!), format),
        };
    }

    public static double[,] Matrix(int rows, int columns, int seed)
    {
        double[] numbers = NumericsTesting.Uniform(seed, rows * columns, 1);
        double[,] matrix = new double[rows, columns];
        for (int k = 0; k < numbers.Length; k++) matrix[k / columns, k % columns] = numbers[k];
        return matrix;
    }

    public static double[,] Identity(int size)
    {
        double[,] matrix = new double[size, size];
        for (int k = 0; k < size; k++) matrix[k, k] = 1;
        return matrix;
    }
}
