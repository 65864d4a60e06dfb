using System.Text.Json;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies;

/// <summary>Policies that agents have in part to themselves: rows [shared | personal].</summary>
public sealed class PersonalPolicyTests
{
    private static Catalog<PolicyDefinition> Policies => FedPG.Experiments.ExperimentCatalog.Default.Policies;

    private const int States = 5, Actions = 3, Agents = 3, Embedded = 2;

    public static TheoryData<string> Tables => ["head", "embedding", "both", "both and contexts", "shallow embedding"];

    public static TheoryData<string> Networks =>
        new(["head", "embedding", "both", "gaussian head", "gaussian embedding", "gaussian both", "gaussian fixed", "shallow embedding"]);

    [Theory]
    [MemberData(nameof(Tables))]
    public void Gradients_of_tables_are_those_of_finite_differences(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy policy = Table(kind);
        double[] theta = NumericsTesting.Uniform(1, Agents * policy.Layout.Length, 1);
        Tensor weights = tensor(NumericsTesting.Uniform(2, Agents * States * Actions, 1), [Agents, States, Actions]);
        Tensor rows = tensor(theta, [Agents, policy.Layout.Length]), gradients = zeros_like(rows);
        policy.Evaluate(rows).Backward(weights, gradients);
        AssertDerivative(theta, gradients.Numbers(), numbers =>
            (policy.forward(tensor(numbers, [Agents, policy.Layout.Length])) * weights).sum().item<double>());
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_and_tangents_on_observations_are_those_of_finite_differences(string kind)
    {
        const int pairs = 4;
        using DisposeScope scope = NewDisposeScope();
        using EpisodicPolicy policy = Network(kind);
        int d = policy.Layout.Length;
        double[] theta = NumericsTesting.Uniform(3, Agents * d, 1);
        Tensor seen = tensor(NumericsTesting.Uniform(4, Agents * pairs * 3, 1), [Agents, pairs, 3]);
        Tensor actions = kind.StartsWith("gaussian", StringComparison.Ordinal)
            ? tensor(NumericsTesting.Uniform(5, Agents * pairs * 2, 1), [Agents, pairs, 2])
            : tensor([.. Enumerable.Range(0, Agents * pairs).Select(k => (double)(k % Actions))], [Agents, pairs, 1]);
        Tensor weights = tensor(NumericsTesting.Uniform(6, Agents * pairs, 1), [Agents, pairs]);
        Tensor rows = tensor(theta, [Agents, d]), gradients = zeros_like(rows);
        policy.Evaluate(rows, seen, actions).Backward(weights, gradients);
        AssertDerivative(theta, gradients.Numbers(), numbers =>
            (policy.Evaluate(tensor(numbers, [Agents, d]), seen, actions).Output * weights).sum().item<double>());

        Tensor directions = tensor(NumericsTesting.Uniform(7, Agents * d, 1), [Agents, d]);
        double[] tangents = policy.Tangents(rows, directions, seen).Numbers();
        using var noGrad = no_grad();
        const double step = 1e-6;
        double[] up = policy.Heads(rows + (directions * step), seen).Numbers();
        double[] down = policy.Heads(rows - (directions * step), seen).Numbers();
        for (int k = 0; k < tangents.Length; k++) Assert.Equal((up[k] - down[k]) / (2 * step), tangents[k], 1e-7);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void What_acts_sees_the_heads_that_are_differentiated(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using EpisodicPolicy policy = Network(kind);
        double[] theta = NumericsTesting.Uniform(8, policy.Layout.Length, 1), seen = NumericsTesting.Uniform(9, 5 * 3, 1);
        using IActor<double> actor = policy.CreateActor<double>();
        double[] heads = new double[5 * policy.HeadSize];
        actor.SetParameters(theta);
        actor.SetParameters(theta);
        actor.Heads(seen, 5, heads);
        double[] expected = policy.Heads(tensor(theta, [1, theta.Length]), tensor(seen, [1, 5, 3])).Numbers();
        for (int k = 0; k < heads.Length; k++) Assert.Equal(expected[k], heads[k], 1e-12);
    }

    /// <summary>Personal parameters stand at the end of a row, and all of a row belongs to one parameter each.</summary>
    [Theory]
    [InlineData("head", true)]
    [InlineData("both and contexts", true)]
    [InlineData("shallow embedding", true)]
    [MemberData(nameof(Networks))]
    public void Rows_are_shared_parameters_and_then_personal_ones(string kind, bool table = false)
    {
        using Policy policy = table ? Table(kind) : Network(kind);
        ParameterLayout layout = policy.Layout;
        var owners = new ParameterSlice?[layout.Length];
        foreach (ParameterSlice slice in layout.Slices)
        {
            for (int k = slice.Offset; k < slice.Offset + slice.Length; k++)
            {
                Assert.Null(owners[k]);
                owners[k] = slice;
            }
        }
        Assert.Equal(Enumerable.Range(0, layout.Length).Select(k => k >= layout.SharedLength), owners.Select(owner => owner!.IsPersonal));
        string[] personal = [.. layout.Slices.Where(slice => slice.IsPersonal).Select(slice => slice.Name)];
        string[] head = ["layer1.weight", "layer1.bias"];
        string[] expected = (kind.Contains("head", StringComparison.Ordinal) || kind.Contains("both", StringComparison.Ordinal)
                || kind == "gaussian fixed" ? head : [])
            .Concat(kind.Contains("embedding", StringComparison.Ordinal) || kind.Contains("both", StringComparison.Ordinal)
                || kind == "gaussian fixed" ? ["embedding"] : [])
            .Concat(kind is "gaussian head" or "gaussian both" ? ["log_standard_deviation"] : []).ToArray();
        Assert.Equal(expected, personal);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Heads_start_at_zero_and_embeddings_at_vectors_of_their_own(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        using EpisodicPolicy policy = Network(kind);
        double[] theta = policy.InitialParameters(Key(0));
        double[][] starts = [.. Enumerable.Range(0, Agents).Select(agent => policy.InitialPersonal(theta, Key(agent)))];
        Assert.Equal(starts[1], policy.InitialPersonal(theta, Key(1)));
        ParameterSlice? vector = policy.Layout.Slices.FirstOrDefault(slice => slice.Name == "embedding");
        int at = vector is null ? 0 : vector.Offset - policy.Layout.SharedLength, size = vector?.Length ?? 0;
        foreach (double[] start in starts)
        {
            Assert.All(start[at..(at + size)], number => Assert.True(number != 0 && Math.Abs(number) <= Math.Sqrt(3)));
            Assert.Equal(theta[policy.Layout.SharedLength..][..at], start[..at]);
            Assert.Equal(theta[(policy.Layout.SharedLength + at + size)..], start[(at + size)..]);
        }
        if (size > 0) Assert.Equal(Agents, starts.Select(start => start[at]).Distinct().Count());
        // Whatever the vector, the first policy is uniform, or a Gaussian around 0.
        Tensor rows = stack(starts.Select(start => tensor([.. theta[..policy.Layout.SharedLength], .. start])));
        double[] heads = policy.Heads(rows, tensor(NumericsTesting.Uniform(1, Agents * 2 * 3, 1), [Agents, 2, 3])).Numbers();
        Assert.All(heads, number => Assert.Equal(0, number, 1e-12));
    }

    /// <summary>A critic's last layer and vector are the agent's own as the actor's are, on tables and on observations.</summary>
    [Theory]
    [InlineData(CriticKind.None, 0)]
    [InlineData(CriticKind.Shared, 0)]
    [InlineData(CriticKind.Own, 3)]
    public void Critics_have_the_parts_that_actors_have(CriticKind critic, int more)
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", Agents);
        var options = new NeuralSoftmaxOptions { Hidden = [4, 3], Critic = critic, Personal = PersonalParts.HeadAndEmbedding };
        foreach (FederatedEnvironment environment in (FederatedEnvironment[])[mdp, FedPG.Envs.Episodic.EpisodicEnvironment.Of(mdp)])
        {
            using Policy policy = Policies.Create(environment, options, TensorFormat.Float64);
            string[] personal = [.. policy.Layout.Slices.Where(slice => slice.IsPersonal).Select(slice => slice.Name)];
            Assert.Equal(3 + more, personal.Length);
            string[] parts = ["layer2.weight", "layer2.bias", "embedding"];
            Assert.All(personal, name => Assert.Contains(name.Replace("critic.", "", StringComparison.Ordinal), parts));
            double[] theta = policy.InitialParameters(Key(0)), own = policy.InitialPersonal(theta, Key(1));
            ParameterSlice[] random =
            [
                .. policy.Layout.Slices.Where(slice => slice.Name.EndsWith("weight", StringComparison.Ordinal)
                    && !slice.Name.EndsWith("layer2.weight", StringComparison.Ordinal)),
            ];
            foreach (ParameterSlice slice in random)
                Assert.All(theta[slice.Offset..(slice.Offset + slice.Length)], number => Assert.NotEqual(0, number));
            Assert.Equal(random.Sum(slice => slice.Length), theta.Count(number => number != 0));
            Assert.Equal((more == 0 ? 1 : 2) * options.EmbeddingSize, own.Count(number => number != 0));
        }
    }

    /// <summary>The gradient by what an agent does not touch is 0 whatever it does, and by the rest it is not.</summary>
    [Theory]
    [InlineData("table")]
    [InlineData("log-linear")]
    [InlineData("network")]
    [InlineData("network and critic")]
    [InlineData("observations")]
    public void An_agent_touches_what_its_policy_depends_on(string kind)
    {
        using DisposeScope scope = NewDisposeScope();
        var contexts = AgentContexts.OfIndices(Agents);
        using Policy policy = kind switch
        {
            "table" => new TabularSoftmax(States, Actions, TensorFormat.Float64, contexts),
            "log-linear" => LogLinear.OneHot(States, Actions, TensorFormat.Float64, contexts),
            "network" => Network(Actions),
            "network and critic" => new SoftmaxActorCritic(Network(Actions), Network(1)),
            _ => Softmax(new ObservationEncoding(new Box([-1, -1, -1], [1, 1, 1]), contexts), [4], Embedded, head: true),
        };
        int d = policy.Layout.Length;
        Tensor rows = tensor(NumericsTesting.Uniform(1, Agents * d, 1), [Agents, d]), gradients = zeros_like(rows);
        if (policy is TabularPolicy table and not SoftmaxActorCritic)
        {
            Tensor weights = tensor(NumericsTesting.Uniform(2, Agents * States * Actions, 1), [Agents, States, Actions]);
            table.Evaluate(rows).Backward(weights, gradients);
        }
        else if (policy is SoftmaxActorCritic critic)
        {
            Tensor weights = tensor(NumericsTesting.Uniform(2, Agents * States * (Actions + 1), 1), [Agents, States, Actions + 1]);
            critic.EvaluateWithValues(rows).Backward(weights, gradients);
        }
        else
        {
            var network = (EpisodicPolicy)policy;
            double[] seen = new double[Agents * 4 * network.ObservationSize];
            for (int k = 0; k < Agents * 4; k++)
            {
                Span<double> one = seen.AsSpan(k * network.ObservationSize, network.ObservationSize);
                network.Encoding.Encode<double>(NumericsTesting.Uniform(k, 3, 1), k / 4, one);
            }
            Tensor actions = tensor([.. Enumerable.Range(0, Agents * 4).Select(k => (double)(k % Actions))], [Agents, 4, 1]);
            network.Evaluate(rows, tensor(seen, [Agents, 4, network.ObservationSize]), actions)
                .Backward(tensor(NumericsTesting.Uniform(3, Agents * 4, 1), [Agents, 4]), gradients);
        }
        double[][] found = [.. gradients.Numbers().Chunk(d)];
        for (int i = 0; i < Agents; i++)
        {
            Assert.Equal(found[i][..policy.Layout.SharedLength].Select(number => number != 0), policy.TouchedBy(i)!);
        }

        NeuralSoftmax Network(int actions) => new(
            States, actions, [4], Activation.Tanh, null, TensorFormat.Float64, contexts, embedded: Embedded, ownHead: true);
    }

    /// <summary>
    /// A user's module says itself what is personal, by names of parameters or of modules; gradients keep to their columns.
    /// </summary>
    [Theory]
    [InlineData("head")]
    [InlineData("trunk")]
    [InlineData("trunk.bias", "head")]
    public void A_users_module_names_its_personal_parameters(params string[] personal)
    {
        using DisposeScope scope = NewDisposeScope();
        using var policy = new ModulePolicy(
            "mine", () => new TwoParts(States, Actions, personal), StateFeatures.OneHot(States), Actions, TensorFormat.Float64);
        using var shared = new ModulePolicy(
            "mine", () => new TwoParts(States, Actions, []), StateFeatures.OneHot(States), Actions, TensorFormat.Float64);
        ParameterLayout layout = policy.Layout;
        Assert.All(layout.Slices, slice => Assert.Equal(
            personal.Any(name => slice.Name == name || slice.Name.StartsWith(name + ".", StringComparison.Ordinal)), slice.IsPersonal));
        Assert.All(layout.Slices, slice => Assert.Equal(slice.IsPersonal, slice.Offset >= layout.SharedLength));
        double[] theta = policy.InitialParameters(Key(0)), plain = shared.InitialParameters(Key(0));
        Tensor weights = tensor(NumericsTesting.Uniform(2, States * Actions, 1), [1, States, Actions]);
        double[] gradient = GradientOf(policy, theta), expected = GradientOf(shared, plain);
        for (int k = 0; k < layout.Slices.Count; k++)
        {
            (ParameterSlice slice, ParameterSlice same) = (layout.Slices[k], shared.Layout.Slices[k]);
            Assert.Equal(plain.AsSpan(same.Offset, same.Length), theta.AsSpan(slice.Offset, slice.Length));
            Assert.Equal(expected.AsSpan(same.Offset, same.Length), gradient.AsSpan(slice.Offset, slice.Length));
        }

        double[] GradientOf(TabularPolicy evaluated, double[] row)
        {
            Tensor rows = tensor(row, [1, row.Length]), gradients = zeros_like(rows);
            evaluated.Evaluate(rows).Backward(weights, gradients);
            return gradients.Numbers();
        }
    }

    [Theory]
    [InlineData("names \"legs\" as personal, and has no such parameter", "legs")]
    [InlineData("names all of its parameters as personal", "trunk", "head")]
    public void What_a_module_says_of_personal_parameters_is_checked(string message, params string[] personal) =>
        Assert.Contains(message, Assert.Throws<InvalidInputException>(() => new ModulePolicy(
            "mine", () => new TwoParts(States, Actions, personal), StateFeatures.OneHot(States), Actions, TensorFormat.Float64)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("\"none\"", "none")]
    [InlineData("[]", "none")]
    [InlineData("\"all\"", "all")]
    [InlineData("[\"head\"]", "head")]
    [InlineData("[\"embedding\", \"head\"]", "head and embedding")]
    public void Parts_are_words_or_lists_of_words(string json, string expected)
    {
        Assert.True(PersonalParts.TryParse(JsonSerializer.Deserialize<JsonElement>(json), NumberRange.Any, out PersonalParts parts));
        Assert.Equal(expected, parts.ToString());
        JsonElement written = JsonSerializer.SerializeToElement(parts.ToJson());
        Assert.True(PersonalParts.TryParse(written, NumberRange.Any, out PersonalParts again));
        Assert.Equal(parts, again);
    }

    [Theory]
    [InlineData("\"head\"")]
    [InlineData("[\"body\"]")]
    [InlineData("[1]")]
    [InlineData("true")]
    public void Other_parts_are_none(string json) =>
        Assert.False(PersonalParts.TryParse(JsonSerializer.Deserialize<JsonElement>(json), NumberRange.Any, out _));

    [Fact]
    public void A_part_that_a_kind_has_not_is_refused_with_what_is_allowed()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("random-0", Agents);
        string table = Refusal(new TabularSoftmaxOptions { Personal = PersonalParts.Head });
        Assert.Contains("allowed with it: \"none\" | \"all\"", table, StringComparison.Ordinal);
        string logLinear = Refusal(new LogLinearOptions { Personal = PersonalParts.Embedding });
        Assert.Contains("\"all\" | [\"head\"]", logLinear, StringComparison.Ordinal);
        // Nothing would be shared: the policy itself has no parts then.
        using Policy whole = Policies.Create(mdp, new NeuralSoftmaxOptions { Hidden = [], Personal = PersonalParts.Head });
        using Policy linear = Policies.Create(mdp, new LogLinearOptions { Personal = PersonalParts.Head });
        Assert.Equal((0, 0), (whole.Layout.PersonalLength, linear.Layout.PersonalLength));

        string Refusal(PolicyOptions options) =>
            Assert.Throws<InvalidInputException>(() => Policies.Create(mdp, options))
                .Errors.Single(error => error.KeyPath == "personal").Allowed;
    }

    private sealed class TwoParts : nn.Module<Tensor, Tensor>, IPersonalParameters
    {
        private readonly nn.Module<Tensor, Tensor> trunk, head;

        public TwoParts(int inputs, int outputs, string[] personal)
            : base(nameof(TwoParts))
        {
            (trunk, head, PersonalParameters) = (nn.Linear(inputs, 4), nn.Linear(4, outputs), personal);
            RegisterComponents();
        }

        public IReadOnlyCollection<string> PersonalParameters { get; }

        public override Tensor forward(Tensor observations) => head.forward(trunk.forward(observations).tanh());
    }

    private static StreamKey Key(int agent) => new(1, StreamPurpose.Initialisation, agent, 0, 1);

    private static NeuralSoftmax Table(string kind)
    {
        (int embedded, bool head) = Parts(kind);
        AgentContexts? contexts = kind.EndsWith("contexts", StringComparison.Ordinal) ? AgentContexts.OfIndices(Agents) : null;
        int[] hidden = kind.StartsWith("shallow", StringComparison.Ordinal) ? [] : [4];
        return new NeuralSoftmax(
            States, Actions, hidden, Activation.Tanh, null, TensorFormat.Float64, contexts,
            embedded: embedded, ownHead: head);
    }

    private static EpisodicPolicy Network(string kind)
    {
        (int embedded, bool head) = Parts(kind);
        var encoding = new ObservationEncoding(new Box([-1, -1, -1], [1, 1, 1]));
        int[] hidden = kind.StartsWith("shallow", StringComparison.Ordinal) ? [] : [4];
        if (!kind.StartsWith("gaussian", StringComparison.Ordinal)) return Softmax(encoding, hidden, embedded, head);
        return new GaussianPolicy(
            encoding, new Box([-1, -1], [1, 1]),
            new DenseNetwork(encoding.Size, hidden, 2, Activation.Tanh, encoding.ActiveNumbers, embedded: embedded), 1,
            learnDeviation: kind != "gaussian fixed", TensorFormat.Float64, name => IsPersonal(name, head));
    }

    private static ObservationSoftmax Softmax(ObservationEncoding encoding, int[] hidden, int embedded, bool head) => new(
        "neural-softmax", encoding, new Discrete(Actions),
        new DenseNetwork(encoding.Size, hidden, Actions, Activation.Tanh, encoding.ActiveNumbers, embedded: embedded), TensorFormat.Float64,
        name => IsPersonal(name, head));

    private static bool IsPersonal(string name, bool head) =>
        name == "embedding" || (head && (name is "log_standard_deviation" || name.StartsWith("layer1.", StringComparison.Ordinal)));

    private static (int Embedded, bool Head) Parts(string kind)
    {
        bool both = kind.Contains("both", StringComparison.Ordinal) || kind == "gaussian fixed";
        bool embedding = both || kind.Contains("embedding", StringComparison.Ordinal);
        return (embedding ? Embedded : 0, both || kind.Contains("head", StringComparison.Ordinal));
    }

    private static void AssertDerivative(double[] theta, double[] exact, Func<double[], double> sum)
    {
        const double step = 1e-6;
        for (int k = 0; k < theta.Length; k++)
        {
            double before = theta[k];
            theta[k] = before + step;
            double up = sum(theta);
            theta[k] = before - step;
            double down = sum(theta);
            theta[k] = before;
            Assert.Equal((up - down) / (2 * step), exact[k], 1e-7);
        }
    }
}
