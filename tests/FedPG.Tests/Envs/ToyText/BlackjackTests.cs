using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using Xunit;

namespace FedPG.Tests.Envs.ToyText;

public sealed class BlackjackTests
{
    private const int Stick = 0, Hit = 1, End = 360;

    /// <summary>
    /// By a program that enumerates hands as lists of cards in fractions, as the public source keeps them: the best policy and the uniform
    /// one, gamma 0.99, under each of the three rules.
    /// </summary>
    [Theory]
    [InlineData("{}", -0.046469061590353425, -0.3945712677916142)]
    [InlineData("""{ "natural": true }""", -0.025642267312975735, -0.3841578706529254)]
    [InlineData("""{ "sab": true }""", -0.04302618993713289, -0.39284983196500395)]
    public void Values_are_those_of_an_enumeration_of_hands(string options, double best, double uniform)
    {
        FiniteMdp mdp = EnvTesting.Make("Blackjack-v1", 1, options);
        FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(mdp, 0, Objective.Reward);
        Assert.Equal(best, -solver.Optimum().Objective, 1e-12);
        Assert.Equal(uniform, -solver.Evaluate(solver.UniformPolicy()).Objective, 1e-12);
    }

    [Fact]
    public void Showdowns_pay_by_the_dealers_cards()
    {
        FiniteMdp plain = EnvTesting.Make("Blackjack-v1"), natural = EnvTesting.Make("Blackjack-v1", 1, """{ "natural": true }"""),
            book = EnvTesting.Make("Blackjack-v1", 1, """{ "sab": true }""");
        Assert.Equal((361, 371, 371), (plain.States, natural.States, book.States));
        Assert.Equal(0.4349577536629272, plain.Agents[0].Rewards[(Index(20, 10) * 2) + Stick], 1e-14);
        Assert.Equal(-0.47537518327693334, plain.Agents[0].Rewards[(Index(16, 7) * 2) + Stick], 1e-14);
        Assert.Equal(1.332863492216079, natural.Agents[0].Rewards[((End + 10) * 2) + Stick], 1e-14);
        // Under the rules of the book a natural is even with a natural alone: four in thirteen beside an ace.
        Assert.Equal(9.0 / 13, book.Agents[0].Rewards[((End + 1) * 2) + Stick], 1e-14);
        // What single ends pay is kept, so that episodes end with 1, 0 and -1.
        ReadOnlySpan<PaidTransition> ends = plain.Agents[0].RewardsByTransition!.Of((Index(20, 10) * 2) + Stick);
        Assert.Equal([-1, 0, 1], ends.ToArray().Select(outcome => outcome.Reward).Order());
    }

    [Fact]
    public void Aces_count_eleven_while_they_can()
    {
        TransitionKernel kernel = EnvTesting.Make("Blackjack-v1").Agents[0].Kernel;
        // Ace and 6, soft 17: a 4 makes 21, a 5 hard 12, a ten hard 17.
        Assert.Equal(1.0 / 13, EnvTesting.Probability(kernel, Index(17, 5, usable: true), Hit, Index(21, 5, usable: true)), 1e-15);
        Assert.Equal(1.0 / 13, EnvTesting.Probability(kernel, Index(17, 5, usable: true), Hit, Index(12, 5)), 1e-15);
        Assert.Equal(4.0 / 13, EnvTesting.Probability(kernel, Index(17, 5, usable: true), Hit, Index(17, 5)), 1e-15);
        // Hard 10 and an ace is 21; hard 12 is beyond with a ten.
        Assert.Equal(1.0 / 13, EnvTesting.Probability(kernel, Index(10, 5), Hit, Index(21, 5, usable: true)), 1e-15);
        Assert.Equal(4.0 / 13, EnvTesting.Probability(kernel, Index(12, 5), Hit, End), 1e-15);
    }

    [Fact]
    public void Agents_differ_in_the_deck_or_in_what_a_tie_pays()
    {
        FiniteMdp deck = EnvTesting.Make("Blackjack-v1", 3, """{ "differ": "deck" }""");
        double[] beyond = [.. deck.Agents.Select(a => EnvTesting.Probability(a.Kernel, Index(12, 5), Hit, End))];
        for (int i = 0; i < 3; i++) Assert.Equal((2 + (2 * i)) / 13.0, beyond[i], 1e-15);
        FiniteMdp ties = EnvTesting.Make("Blackjack-v1", 3, """{ "differ": "ties", "heterogeneity": 0.5 }""");
        int row = (Index(18, 7) * 2) + Stick;
        Assert.True(ties.SharesKernel);
        Assert.Equal(ties.Agents[2].Rewards[row] - ties.Agents[1].Rewards[row], ties.Agents[1].Rewards[row] - ties.Agents[0].Rewards[row],
            1e-14);
        Assert.Single(EnvTesting.ErrorsOf("Blackjack-v1", 1, """{ "sab": true, "natural": true }"""));
    }

    private static int Index(int sum, int dealer, bool usable = false) => ((((sum - 4) * 10) + dealer - 1) * 2) + (usable ? 1 : 0);
}
