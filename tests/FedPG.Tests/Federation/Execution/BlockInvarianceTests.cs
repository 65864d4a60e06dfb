using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Federation.Estimators;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Federation.Rows;
using FedPG.Policies;
using FedPG.Policies.Tabular;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Execution;

/// <summary>Promise 1 rests on this: a row's numbers do not depend on the block it was computed in.</summary>
public sealed class BlockInvarianceTests
{
    private const int Agents = 16;

    /// <summary>Blocks of these sizes; the last of a partition is smaller where 16 is no multiple.</summary>
    private static readonly int[] BlockSizes = [1, 2, 3, 4, 8];

    public BlockInvarianceTests() => set_num_threads(1);

    public static TheoryData<string, string> Policies() =>
        new([
            .. from mdp in (string[])["grid-3", "grid-5", "grid-10"]
            from policy in (string[])
            [
                "tabular", "log-linear one-hot", "log-linear given", "log-linear coordinates", "log-linear radial",
                .. from activation in (string[])["tanh", "relu"]
                from observation in (string[])["one-hot", "coordinates"]
                from hidden in (string[])["[]", "[1]", "[7]", "[33]", "[64,64]", "[33,7]"]
                select $"neural {activation} {observation} {hidden}",
            ]
            select (mdp, policy),
            ("frozen-lake", "tabular"), ("random-3-actions", "neural tanh one-hot [64]"), ("random-3-actions", "log-linear given"),
        ]);

    [Theory]
    [MemberData(nameof(Policies))]
    public void Directions_have_the_same_bits_in_blocks_of_any_size(string mdpName, string policyName)
    {
        FiniteMdp mdp = NumericsTesting.Mdp(mdpName, Agents);
        foreach (TensorFormat format in (TensorFormat[])[TensorFormat.Float32, TensorFormat.Float64])
            AssertInvariant(mdp, () => PolicyCases.Create(policyName, mdp, format));
    }

    [Fact]
    public void Directions_of_a_users_module_have_the_same_bits_in_blocks_of_any_size()
    {
        FiniteMdp mdp = NumericsTesting.Mdp("grid-5", Agents);
        foreach (TensorFormat format in (TensorFormat[])[TensorFormat.Float32, TensorFormat.Float64])
        {
            AssertInvariant(mdp, () => new ModulePolicy(
                "user", () => nn.Sequential(("one", nn.Linear(2, 33)), ("two", nn.Tanh()), ("three", nn.Linear(33, mdp.Actions))),
                StateFeatures.Coordinates(mdp.Grid!), mdp.Actions, format));
        }
    }

    /// <summary>The definition: the sum over [k 2^j, (k + 1) 2^j) is that of its halves, and a half without agents adds nothing.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(2_055)]
    public void Row_sums_follow_the_binary_tree_and_aligned_blocks_are_its_subtrees(int columns)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int n = 1; n <= 40; n++)
        {
            float[] numbers = [.. NumericsTesting.Uniform(n, n * columns, 1).Select((x, k) => (float)(x * Math.Pow(10, k % 5)))];
            Tensor rows = tensor(numbers, [n, columns]), doubles = tensor(numbers.Select(x => x * Math.PI).ToArray(), [n, columns]);
            Assert.Equal(tensor(Definition(Rows<float>(rows), (a, b) => a + b)).Bits(), RowSums.Tree(rows).Bits());
            Assert.Equal(tensor(Definition(Rows<double>(doubles), (a, b) => a + b)).Bits(), RowSums.Tree(doubles).Bits());
            for (int block = 1; block <= 64; block *= 2)
            {
                Tensor[] sums = [.. Starts(n, block).Select(first => RowSums.Tree(rows.narrow(0, first, Math.Min(block, n - first))))];
                Assert.Equal(RowSums.Tree(rows).Bits(), RowSums.Tree(stack(sums)).Bits());
            }
        }
        Assert.Equal([1, 1, 2, 2, 4, 16, 16], ((int[])[0, 1, 2, 3, 7, 16, 31]).Select(RowSums.AlignedSize));

        T[][] Rows<T>(Tensor rows)
            where T : unmanaged => [.. rows.data<T>().ToArray().Chunk(columns)];
    }

    [Theory]
    [InlineData("tabular")]
    [InlineData("log-linear radial")]
    [InlineData("neural tanh one-hot [64,64]")]
    [InlineData("neural relu coordinates [33,7]")]
    public void Float32_and_float64_agree_on_directions(string policyName)
    {
        using DisposeScope scope = NewDisposeScope();
        FiniteMdp mdp = NumericsTesting.Mdp("grid-5", Agents);
        using TabularPolicy single = PolicyCases.Create(policyName, mdp, TensorFormat.Float32),
            twice = PolicyCases.Create(policyName, mdp, TensorFormat.Float64);
        // Parameters that both formats hold exactly.
        Tensor rows = NumericsTesting.RandomRows(single, Agents, seed: 15);
        Tensor exact32 = NumericsTesting.ExactDirections(mdp, single, rows, tau: 0.1),
            exact64 = NumericsTesting.ExactDirections(mdp, twice, rows.to(ScalarType.Float64), tau: 0.1);
        AssertClose(exact64, exact32);
        AssertClose(Sampled(mdp, twice, rows.to(ScalarType.Float64), 0), Sampled(mdp, single, rows, 0));

        static void AssertClose(Tensor expected, Tensor actual)
        {
            double norm = NumericsTesting.Norm(expected.Numbers()),
                distance = NumericsTesting.Distance(expected.Numbers(), actual.Numbers());
            Assert.True(norm > 0.01 && distance <= 1e-4 * norm, $"distance {distance}, norm {norm}");
        }
    }

    private static void AssertInvariant(FiniteMdp mdp, Func<TabularPolicy> create)
    {
        using DisposeScope scope = NewDisposeScope();
        using TabularPolicy whole = create();
        Tensor rows = NumericsTesting.RandomRows(whole, Agents, seed: 15);
        byte[] logs = whole.Evaluate(rows).Output.Bits();
        byte[] exact = NumericsTesting.ExactDirections(mdp, whole, rows).Bits(), sampled = Sampled(mdp, whole, rows, 0).Bits();
        List<string> differing = [];
        foreach (int size in BlockSizes)
        {
            using TabularPolicy policy = create();
            (int First, Tensor Rows)[] blocks = [.. Starts(Agents, size)
                .Select(first => (first, rows.narrow(0, first, Math.Min(size, Agents - first)).clone()))];
            Note("log pi", logs, blocks.SelectMany(b => policy.Evaluate(b.Rows).Output.Bits()));
            Note("exact", exact, blocks.SelectMany(b => NumericsTesting.ExactDirections(mdp, policy, b.Rows, b.First).Bits()));
            Note("sampled", sampled, blocks.SelectMany(b => Sampled(mdp, policy, b.Rows, b.First).Bits()));

            void Note(string what, byte[] expected, IEnumerable<byte> actual)
            {
                if (!expected.AsSpan().SequenceEqual(actual.ToArray())) differing.Add($"{what} {whole.Format.Dtype} in blocks of {size}");
            }
        }
        Assert.True(differing.Count == 0, string.Join("; ", differing));
    }

    private static Tensor Sampled(FiniteMdp mdp, Policy policy, Tensor rows, int first)
    {
        var sampler = new TrajectorySampler(mdp, new SamplerSettings(12, 5, ReturnKind.ToGo, Baseline.LeaveOneOut, 0, Objective.Regret));
        var setup = new EstimatorSetup(mdp, policy, first, (int)rows.shape[0], Objective.Regret, NumericsTesting.Entropy(0.05), Seed: 3);
        using var estimator = new SampledEstimator(setup, sampler);
        return NumericsTesting.Directions(estimator, rows, new BatchKey(Round: 2, LocalStep: 1));
    }

    private static IEnumerable<int> Starts(int count, int block) => Enumerable.Range(0, (count + block - 1) / block).Select(k => k * block);

    private static T[] Definition<T>(T[][] rows, Func<T, T, T> add)
    {
        int size = 1;
        while (size < rows.Length) size *= 2;
        return Sum(0, size)!;

        T[]? Sum(int first, int count)
        {
            if (first >= rows.Length) return null;
            if (count == 1) return rows[first];
            T[] left = Sum(first, count / 2)!;
            return Sum(first + (count / 2), count / 2) is { } right ? [.. left.Zip(right, add)] : left;
        }
    }
}
