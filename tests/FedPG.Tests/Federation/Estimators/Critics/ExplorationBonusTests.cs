using FedPG.Envs;
using FedPG.Federation.Estimators.Critics;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Critics;

public sealed class ExplorationBonusTests
{
    [Fact]
    public void Counts_pay_one_over_the_root_of_how_often_a_state_was_met()
    {
        ExplorationBonus bonus = Bonus(ExplorationBonusKind.Counts, new Discrete(5));
        Assert.Equal([5], [bonus.Memory.shape[1]]);
        for (int n = 1; n <= 4; n++) Assert.Equal(1 / Math.Sqrt(n), bonus.Of(0, [3]), 1e-15);
        Assert.Equal(1, bonus.Of(0, [2]));
        // Another agent remembers nothing of it.
        Assert.Equal(1, bonus.Of(1, [3]));
        Assert.Equal([0, 0, 1, 4, 0], bonus.Memory[0].data<double>().ToArray());
    }

    [Fact]
    public void Observations_of_several_numbers_are_counted_by_themselves()
    {
        ExplorationBonus bonus = Bonus(ExplorationBonusKind.Counts, Box.Of(3));
        double[][] seen = [[0, 1, 2], [0, 1, 3], [1, 0, 2], [0.5, 1, 2]];
        foreach (double[] one in seen) Assert.Equal(1, bonus.Of(0, one));
        foreach (double[] one in seen) Assert.Equal(1 / Math.Sqrt(2), bonus.Of(0, one), 1e-15);
        Assert.Equal(1 / Math.Sqrt(3), bonus.Of(0, [-0.0, 1, 2]), 1e-15);
    }

    /// <summary>What was met often is predicted well, what is new is not.</summary>
    [Fact]
    public void Distillation_pays_for_what_is_unlike_what_was_met()
    {
        ExplorationBonus bonus = Bonus(ExplorationBonusKind.Distillation, Box.Of(4));
        double first = 0, last = 0;
        for (int k = 0; k < 400; k++)
        {
            last = bonus.Of(0, [Math.Sin(k), Math.Cos(k), 1, -1]);
            if (k is > 2 and < 8) first += last / 5;
        }
        Assert.True(last < 0.2 * first, $"{first} at first, {last} at last");
        Assert.True(bonus.Of(0, [3, -3, 1, -1]) > 5 * last, "what is new pays no more");
        Assert.All(bonus.Memory.data<double>().ToArray(), number => Assert.True(double.IsFinite(number)));
    }

    [Fact]
    public void Without_a_bonus_there_is_nothing_to_remember() =>
        Assert.Null(ExplorationBonus.Create(new ExplorationOptions(), new Discrete(3), 2, 1));

    private static ExplorationBonus Bonus(ExplorationBonusKind kind, Space space) =>
        ExplorationBonus.Create(new ExplorationOptions { Bonus = kind }, space, 2, 1)!;
}
