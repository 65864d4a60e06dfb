using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Sampling;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Sampling;

/// <summary>
/// Visit frequencies by Pearson's chi-square test. Every case alone raises a false alarm with probability 1e-6 (the normal quantile 4.75 in
/// Wilson and Hilferty's approximation), all cases of the class (below 40) together below 1e-4; seeds are fixed.
/// </summary>
public sealed class SamplerFrequencyTests
{
    private const double Quantile = 4.75;

    /// <summary>A constant baseline of one cost less than is paid makes W the discounted mean number of visits.</summary>
    private const double Reward = 0.5, BaselineValue = -1.5;

    public static TheoryData<string, int> Distributions() =>
        new([.. from shape in (string[])["uniform", "skewed", "with zeros", "one outcome"] from n in (int[])[1, 2, 3, 5, 16, 17, 100]
            select (shape, n)]);

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Start_states_follow_the_start_distribution(string shape, int states)
    {
        double[] initial = Distribution(shape, states);
        TransitionKernel kernel = TransitionKernel.Create(states, 1, (s, _) => [(s, 1)]);
        AssertFollows(initial, Visits(Mdp(0, initial, kernel, actions: 1), horizon: 1, policy: [.. Enumerable.Repeat(1.0, states)],
            trajectories: 20_000));
    }

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Next_states_follow_the_kernel(string shape, int outcomes)
    {
        // From state 0 into one of the others, in a shuffled order; state 0 is never seen again.
        double[] next = Distribution(shape, outcomes);
        int[] order = [.. Enumerable.Range(0, outcomes).OrderBy(k => k * 7919 % 101)];
        TransitionKernel kernel = TransitionKernel.Create(outcomes + 1, 1, (s, _) =>
            s == 0 ? next.Select((p, k) => (1 + order[k], p)) : [(1 + (s % outcomes), 1)]);
        double[] initial = new double[outcomes + 1], expected = new double[outcomes];
        initial[0] = 1;
        for (int k = 0; k < outcomes; k++) expected[order[k]] = next[k];
        const double discount = 0.5;
        double[] visits = Visits(Mdp(discount, initial, kernel, 1), horizon: 2, [.. Enumerable.Repeat(1.0, outcomes + 1)],
            trajectories: 20_000);
        // The first step is weighted 1 + gamma (its costs to go), the second gamma.
        Assert.Equal(20_000 * (1 + discount), visits[0], 1e-6);
        AssertFollows(expected, [.. visits[1..].Select(v => v / discount)]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(9)]
    public void Actions_follow_the_policy_and_not_the_state_before(int actions)
    {
        const int states = 6;
        double[] initial = Distribution("skewed", states);
        double[] policy = [.. Enumerable.Range(0, states)
            .SelectMany(s => Distribution(s % 2 == 0 ? "skewed" : "uniform", actions).OrderBy(p => s % 3 == 0 ? p : -p))];
        TransitionKernel kernel = TransitionKernel.Create(states, actions, (s, _) => [(s, 1)]);
        double[] joint = [.. policy.Select((p, k) => p * initial[k / actions])];
        AssertFollows(joint, Visits(Mdp(0, initial, kernel, actions), horizon: 1, policy, trajectories: 20_000));
    }

    /// <summary>Neighbouring words of a stream must not hang together: (s_0, a_0, s_1) has the product's probabilities.</summary>
    [Fact]
    public void Steps_are_independent_draws()
    {
        const int outcomes = 4;
        // The state remembers all: 0-3 after the start, then 4 + 4 (2 s_0 + a_0) + outcome.
        int states = outcomes + (outcomes * 2 * outcomes);
        TransitionKernel kernel = TransitionKernel.Create(states, 2, (s, a) => s < outcomes
            ? Enumerable.Range(0, outcomes).Select(k => (outcomes + (outcomes * ((2 * s) + a)) + k, 1.0 / outcomes))
            : [(s, 1)]);
        double[] initial = [.. Enumerable.Range(0, states).Select(s => s < outcomes ? 1.0 / outcomes : 0)];
        const double discount = 0.5;
        double[] visits = Visits(Mdp(discount, initial, kernel, 2), horizon: 2, [.. Enumerable.Repeat(0.5, 2 * states)],
            trajectories: 40_000);
        int cells = 2 * (states - outcomes);
        AssertFollows([.. Enumerable.Repeat(1.0 / cells, cells)], [.. visits[(2 * outcomes)..].Select(v => v / discount)]);
    }

    private static FiniteMdp Mdp(double discount, double[] initial, TransitionKernel kernel, int actions) =>
        new("frequencies", discount, initial, [new AgentMdp("agent", [.. Enumerable.Repeat(Reward, kernel.States * actions)], kernel)]);

    private static double[] Visits(FiniteMdp mdp, int horizon, double[] policy, int trajectories)
    {
        var sampler =
            new TrajectorySampler(mdp, new SamplerSettings(horizon, trajectories, ReturnKind.ToGo, Baseline.Constant, BaselineValue,
                Objective.Reward));
        double[] weights = new double[policy.Length];
        sampler.ScoreWeights<double>(
            0, policy, default, temperature: 0, new StreamKey(5, StreamPurpose.Rollout, 0, 0, 0), withRewards: false, weights,
            sampler.CreateWork());
        return [.. weights.Select(w => w * trajectories)];
    }

    private static void AssertFollows(double[] probabilities, double[] counts)
    {
        double total = counts.Sum(), statistic = 0;
        Assert.All(counts, c => Assert.Equal(Math.Round(c), c, 1e-6));
        // Pearson's approximation needs 5 expected visits; rarer outcomes are counted together.
        var cells = probabilities.Zip(counts).Where(cell => cell.First * total >= 5).ToList();
        var rare = probabilities.Zip(counts).Where(cell => cell.First * total < 5).ToList();
        Assert.All(rare.Where(cell => cell.First == 0), cell => Assert.Equal(0, cell.Second, 1e-9));
        double rest = rare.Sum(cell => cell.First);
        if (rest * total >= 5) cells.Add((rest, rare.Sum(cell => cell.Second)));
        foreach ((double p, double count) in cells) statistic += (count - (total * p)) * (count - (total * p)) / (total * p);
        int freedom = cells.Count - 1;
        double f = 2.0 / (9 * Math.Max(1, freedom));
        double limit = freedom == 0 ? 1e-9 : freedom * Math.Pow(1 - f + (Quantile * Math.Sqrt(f)), 3);
        Assert.True(statistic <= limit, $"chi-square {statistic} with {freedom} degrees of freedom, limit {limit}");
    }

    private static double[] Distribution(string shape, int n)
    {
        double[] weights = [.. Enumerable.Range(0, n).Select(k => shape switch
        {
            "skewed" => Math.Pow(0.7, k),
            "with zeros" => k % 3 == 1 && n > 2 ? 0 : 1.0 + k,
            "one outcome" => k == n / 2 ? 1 : 0,
            _ => 1,
        })];
        double sum = weights.Sum();
        return [.. weights.Select(w => w / sum)];
    }
}
