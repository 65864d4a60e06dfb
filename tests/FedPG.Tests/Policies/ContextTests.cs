using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;
using FedPG.Tests.Envs;
using FedPG.Tests.Experiments.Runs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies;

/// <summary>Policies that are told of the agent: pi(a | o, z_i).</summary>
public sealed class ContextTests
{
    private const int States = 5, Actions = 3, Agents = 3;

    /// <summary>Two agents share a task; tasks are places.</summary>
    private static AgentTasks Tasks { get; } = new(
        ["row", "column"], [[0.5, -1.0], [-0.25, 0.75], [0.5, -1.0]],
        [[-1.0, -1.0], [-1.0, 1.0], [0.0, 0.0], [1.0, -1.0], [1.0, 1.0]]);

    public static TheoryData<string> Kinds =>
        ["table of agents", "table of tasks", "log-linear", "given features", "network of agents", "network of tasks", "shallow"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_are_those_of_finite_differences(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made(kind);
        (double[] theta, double[] weights) = (Numbers(Agents * policy.Layout.Length, 1), Numbers(Agents * States * Actions, 2));
        Tensor rows = tensor(theta, [Agents, policy.Layout.Length]), gradients = zeros_like(rows);
        policy.Evaluate(rows).Backward(tensor(weights, [Agents, States, Actions]), gradients);
        double[] exact = gradients.data<double>().ToArray();
        const double step = 1e-6;
        for (int k = 0; k < theta.Length; k += 1 + (theta.Length / 60))
        {
            double before = theta[k];
            theta[k] = before + step;
            double up = Sum();
            theta[k] = before - step;
            double down = Sum();
            theta[k] = before;
            Assert.Equal((up - down) / (2 * step), exact[k], 1e-7);
        }

        double Sum() =>
            (policy.forward(tensor(theta, [Agents, policy.Layout.Length])) * tensor(weights, [Agents, States, Actions])).sum()
                .item<double>();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Permuted_agents_have_permuted_results_and_an_agent_alone_its_own(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made(kind);
        Tensor rows = tensor(Numbers(Agents * policy.Layout.Length, 3), [Agents, policy.Layout.Length]);
        double[][] all = Results([0, 1, 2]), turned = Results([2, 0, 1]);
        Assert.Equal([all[2], all[0], all[1]], turned);
        for (int i = 0; i < Agents; i++) Assert.Equal(all[i], Assert.Single(Results([i])));
        policy.Serve(1, 2);
        Assert.Equal([1, 2], policy.Served);

        double[][] Results(int[] agents)
        {
            policy.Serve(agents);
            Tensor own = stack(agents.Select(i => rows[i])), gradients = zeros_like(own);
            PolicyEvaluation evaluation = policy.Evaluate(own);
            evaluation.Backward(stack(agents.Select(i => tensor(Numbers(States * Actions, i), [States, Actions]))), gradients);
            Tensor results = cat([evaluation.Output.view(agents.Length, -1), policy.forward(own).view(agents.Length, -1), gradients], 1);
            return [.. Enumerable.Range(0, agents.Length).Select(r => results[r].data<double>().ToArray())];
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_that_are_not_served_are_refused(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made(kind);
        Assert.Throws<ArgumentException>(() => policy.Evaluate(zeros(2, policy.Layout.Length, dtype: ScalarType.Float64)));
        Assert.Throws<ArgumentException>(() => policy.forward(zeros(1, policy.Layout.Length, dtype: ScalarType.Float64)));
        Assert.Throws<ArgumentException>(() => policy.Serve([3]));
        Assert.Equal(Agents, policy.Evaluate(zeros(Agents, policy.Layout.Length, dtype: ScalarType.Float64)).Output.shape[0]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_first_policy_is_uniform(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made(kind);
        double[] start = policy.InitialParameters(new StreamKey(1, StreamPurpose.Initialisation, 0, 0, 0));
        Tensor logs = policy.forward(tensor(start).unsqueeze(0).expand(Agents, -1));
        Assert.All(logs.contiguous().data<double>().ToArray(), log => Assert.Equal(-Math.Log(Actions), log, 1e-12));
    }

    [Fact]
    public void A_table_of_agents_is_as_many_tables_and_a_gradient_touches_the_own_one_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made("table of agents");
        using var alone = new TabularSoftmax(States, Actions, TensorFormat.Float64);
        int size = States * Actions;
        Tensor rows = tensor(Numbers(Agents * Agents * size, 4), [Agents, Agents * size]), gradients = zeros_like(rows);
        Tensor weights = tensor(Numbers(Agents * size, 5), [Agents, States, Actions]);
        PolicyEvaluation evaluation = policy.Evaluate(rows);
        evaluation.Backward(weights, gradients);
        Tensor own = stack(Enumerable.Range(0, Agents).Select(i => rows[i].narrow(0, i * size, size))), ownGradients = zeros_like(own);
        PolicyEvaluation expected = alone.Evaluate(own);
        expected.Backward(weights, ownGradients);
        Assert.Equal(expected.Output.data<double>().ToArray(), evaluation.Output.data<double>().ToArray());
        for (int i = 0; i < Agents; i++)
        {
            double[] row = gradients[i].data<double>().ToArray();
            Assert.Equal(ownGradients[i].data<double>().ToArray(), row[(i * size)..((i + 1) * size)]);
            Assert.All(row[..(i * size)].Concat(row[((i + 1) * size)..]), number => Assert.Equal(0, number));
        }
    }

    [Fact]
    public void Agents_of_one_task_share_a_table()
    {
        using TabularPolicy policy = Made("table of tasks");
        Assert.Equal(2 * States * Actions, policy.Layout.Length);
        Assert.Equal([[0, 2], [1]], policy.AgentGroups(0, Agents));
        Assert.Equal([[1], [2]], policy.AgentGroups(1, 2));
        using var told = new TabularSoftmax(States, Actions, TensorFormat.Float64);
        Assert.Equal([[0, 1, 2]], told.AgentGroups(0, Agents));
        Assert.Null(told.Served);
    }

    /// <summary>
    /// The same as a network without contexts that sees state, place and context in one vector, for each agent on its own.
    /// </summary>
    [Fact]
    public void A_network_sees_state_place_and_context()
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Made("network of tasks");
        Assert.Equal(["layer0.weight", "layer0.bias", "layer1.weight", "layer1.bias", "place.weight", "context.weight"],
            policy.Layout.Slices.Select(s => s.Name));
        double[] theta = Numbers(policy.Layout.Length, 6);
        // Together the first weights are those of the state, of the place and of the context, one after another.
        double[] joined = [.. Of(0), .. Of(4), .. Of(5), .. Of(1), .. Of(2), .. Of(3)];
        for (int i = 0; i < Agents; i++)
        {
            double[,] seen = new double[States, States + 4];
            for (int s = 0; s < States; s++)
            {
                seen[s, s] = 1;
                for (int k = 0; k < 2; k++) (seen[s, States + k], seen[s, States + 2 + k]) = (Tasks.Places![s][k], Tasks.Values[i][k]);
            }
            using var plain = new NeuralSoftmax(States, Actions, [4], Activation.Tanh, seen, TensorFormat.Float64);
            double[] expected = plain.forward(tensor(joined).unsqueeze(0)).data<double>().ToArray();
            double[] actual = policy.forward(tensor(theta).unsqueeze(0), [i]).data<double>().ToArray();
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }

        double[] Of(int slice) =>
            theta[policy.Layout.Slices[slice].Offset..(policy.Layout.Slices[slice].Offset + policy.Layout.Slices[slice].Length)];
    }

    [Fact]
    public void Exact_objectives_of_a_table_of_agents_are_those_of_as_many_tables()
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", Agents);
        var contexts = AgentContexts.OfIndices(Agents);
        using var federated = new FederatedObjective(
            mdp, Objective.Regret, new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64, contexts), 0.1);
        using var alone = new TabularSoftmax(mdp.States, mdp.Actions, TensorFormat.Float64);
        int size = mdp.States * mdp.Actions;
        double[] theta = Numbers(Agents * size, 7), gradient = new double[theta.Length], expected = new double[theta.Length];
        double value = 0;
        for (int i = 0; i < Agents; i++)
        {
            using PolicyObjective own = PolicyObjective.OfAgent(mdp, i, Objective.Regret, alone, 0.1);
            double[] block =
                theta[(i * size)..((i + 1) * size)], blockGradient = new double[size], agentGradient = new double[theta.Length];
            value += own.Value(block) / Agents;
            own.Gradient(block, blockGradient);
            Assert.Equal(own.Value(block), federated.Agent(i).Value(theta), 1e-12);
            federated.Agent(i).Gradient(theta, agentGradient);
            for (int k = 0; k < size; k++)
            {
                expected[(i * size) + k] = blockGradient[k] / Agents;
                Assert.Equal(blockGradient[k], agentGradient[(i * size) + k], 1e-12);
            }
            Assert.Equal(size, agentGradient.Count(number => number != 0));
        }
        federated.Gradient(theta, gradient);
        Assert.Equal(value, federated.Value(theta), 1e-12);
        Assert.All(expected.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Exact_gradients_and_products_of_a_told_network_are_those_of_finite_differences(bool tasks)
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", Agents, """{"states":5,"actions":3}""");
        AgentContexts contexts = tasks ? AgentContexts.OfTasks(Tasks) : AgentContexts.OfIndices(Agents);
        var policy = new NeuralSoftmax(mdp.States, mdp.Actions, [4], Activation.Tanh, null, TensorFormat.Float64, contexts);
        using var objective = new FederatedObjective(mdp, Objective.Regret, policy, 0.05);
        double[] theta = Numbers(objective.Dimension, 8), direction = Numbers(objective.Dimension, 9);
        double[] gradient =
            new double[theta.Length], product = new double[theta.Length], up = new double[theta.Length], down = new double[theta.Length];
        objective.Gradient(theta, gradient);
        objective.HessianVector(theta, direction, product);
        const double step = 1e-5;
        objective.Gradient([.. theta.Zip(direction, (t, v) => t + (step * v))], up);
        objective.Gradient([.. theta.Zip(direction, (t, v) => t - (step * v))], down);
        for (int k = 0; k < theta.Length; k++) Assert.Equal((up[k] - down[k]) / (2 * step), product[k], 1e-7);
        double along = objective.Value([.. theta.Zip(direction, (t, v) => t + (step * v))]) - objective.Value(
            [.. theta.Zip(direction, (t, v) => t - (step * v))]);
        Assert.Equal(along / (2 * step), gradient.Zip(direction, (g, v) => g * v).Sum(), 1e-7);
    }

    [Fact]
    public void What_is_seen_of_an_observation_ends_with_place_and_context()
    {
        var encoding = new ObservationEncoding(new Discrete(States), AgentContexts.OfTasks(Tasks));
        double[] seen = new double[encoding.Size];
        encoding.Encode<double>([3], 1, seen);
        Assert.Equal([0, 0, 0, 1, 0, 1, -1, -0.25, 0.75], seen);
        Assert.Equal(5, encoding.ActiveNumbers);
        Assert.Throws<InvalidOperationException>(() => encoding.Encode<double>([3], seen));
        var box = new ObservationEncoding(new Box([-1, -1], [1, 1]), AgentContexts.OfIndices(2));
        double[] both = new double[box.Size];
        box.Encode<double>([0.5, -0.5], 1, both);
        Assert.Equal([0.5, -0.5, 0, 1], both);
        Assert.Equal(3, box.ActiveNumbers);
    }

    [Theory]
    [InlineData("CartPole-v1", "neural-softmax")]
    [InlineData("CartPole-v1", "log-linear")]
    [InlineData("Pendulum-v1", "gaussian")]
    public void Policies_on_observations_see_the_index(string environment, string kind)
    {
        FederatedEnvironment made = EnvTesting.Configure(environment, 2).Build();
        ContextPolicyOptions options = kind switch
        {
            "gaussian" => new GaussianOptions { Hidden = [2], Context = TaskContext.Agent },
            "log-linear" => new LogLinearOptions { Context = TaskContext.Agent },
            _ => new NeuralSoftmaxOptions { Hidden = [2], Context = TaskContext.Agent },
        };
        using var told = (EpisodicPolicy)ExperimentCatalog.Default.Policies.Create(made, options, TensorFormat.Float64);
        using var plain = (EpisodicPolicy)ExperimentCatalog.Default.Policies.Create(made, options with { Context = TaskContext.None },
            TensorFormat.Float64);
        Assert.Equal(plain.ObservationSize + 2, told.ObservationSize);
        Assert.Equal([[0], [1]], told.AgentGroups(0, 2));
        Assert.Single(plain.AgentGroups(0, 2));
    }

    [Fact]
    public void Tasks_are_refused_where_there_are_none_and_the_way_out_is_named()
    {
        FederatedEnvironment made = EnvTesting.Make("RandomMdp-v0", 2);
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => ExperimentCatalog.Default.Policies.Create(made, new TabularSoftmaxOptions { Context = TaskContext.Task }));
        string message = Assert.Single(e.Errors).ToString();
        Assert.StartsWith("TabularSoftmaxOptions: context: \"task\";", message, StringComparison.Ordinal);
        Assert.Contains("\"agent\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_kind_that_is_told_of_no_agent_is_refused_and_not_run_without_the_context()
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => RunTesting.Experiment("policy={\"kind\":\"tabular-direct\",\"context\":\"agent\"}", "federation.algorithm=pavg",
                "gradient={\"estimator\":\"exact\"}"));
        Assert.Contains(e.Errors, error => error.KeyPath == "policy.context"
            && error.ToString().Contains("\"none\"", StringComparison.Ordinal));
        e = Assert.Throws<InvalidInputException>(() => RunTesting.Experiment("policy.context=task"));
        Assert.Contains("\"agent\"", Assert.Single(e.Errors, error => error.KeyPath == "policy.context").ToString(),
            StringComparison.Ordinal);
    }

    private static TabularPolicy Made(string kind)
    {
        (AgentContexts indices, AgentContexts tasks, TensorFormat format) =
            (AgentContexts.OfIndices(Agents), AgentContexts.OfTasks(Tasks), TensorFormat.Float64);
        return kind switch
        {
            "table of agents" => new TabularSoftmax(States, Actions, format, indices),
            "table of tasks" => new TabularSoftmax(States, Actions, format, tasks),
            "log-linear" => LogLinear.OneHot(States, Actions, format, tasks),
            "given features" => LogLinear.OfGivenFeatures(Matrix(States * Actions, 4), Actions, format, indices),
            "network of agents" => new NeuralSoftmax(States, Actions, [4], Activation.Tanh, Matrix(States, 2), format, indices),
            "network of tasks" => new NeuralSoftmax(States, Actions, [4], Activation.Tanh, null, format, tasks),
            _ => new NeuralSoftmax(States, Actions, [], Activation.Tanh, null, format, tasks),
        };
    }

    private static double[,] Matrix(int rows, int columns)
    {
        double[] numbers = Numbers(rows * columns, 11);
        double[,] matrix = new double[rows, columns];
        for (int k = 0; k < numbers.Length; k++) matrix[k / columns, k % columns] = numbers[k];
        return matrix;
    }

    private static double[] Numbers(int count, int seed)
    {
        double[] numbers = new double[count];
        Normals.Fill(new StreamKey(seed, StreamPurpose.Initialisation, 0, 0, 0), 0, 0, numbers);
        return numbers;
    }
}
