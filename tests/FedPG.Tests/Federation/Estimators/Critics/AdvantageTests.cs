using FedPG.Core.Streams;
using FedPG.Federation.Estimators.Critics;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Critics;

/// <summary>
/// Advantages, the clipped loss and the order of minibatches, against numbers of an independent program in double precision (Python), kept
/// as literals.
/// </summary>
public sealed class AdvantageTests
{
    private static readonly double[] Expected = [0.666, 2.6725440000000007, 0.04999999999999999, 2.7952000000000004, 0.13, 2.41];

    [Fact]
    public void Nothing_follows_a_terminated_step_and_the_last_value_a_truncated_one()
    {
        (double[] advantages, double[] targets) = (new double[6], new double[6]);
        // Two environments, three steps: the first terminates at step 1, the second is truncated at the end of step 2.
        StepEnd[] ends = [StepEnd.None, StepEnd.None, StepEnd.Terminated, StepEnd.None, StepEnd.None, StepEnd.Truncated];
        double[] after = [double.NaN, double.NaN, double.NaN, double.NaN, 0.7, 0.9];
        Advantages.Write(
            [1, 0.5, -0.25, 2, 0, 1], [0.1, 0.2, -0.3, 0.4, 0.5, -0.6], ends, after, 2, 0.9, 0.8, advantages, targets);
        EstimatorsTesting.AssertClose(Expected, advantages, 1e-14);
        EstimatorsTesting.AssertClose([0.766, 2.872544000000001, -0.25, 3.1952000000000003, 0.63, 1.81], targets, 1e-14);
    }

    [Fact]
    public void Normalised_advantages_have_mean_0_and_deviation_1()
    {
        double[] advantages = [.. Expected];
        Advantages.Normalise(advantages);
        double[] expected =
            [-0.66035847614702, 1.021253309298994, -1.176605745000703, 1.1240468563907426, -1.1095606451495754, 0.8012247006075628];
        EstimatorsTesting.AssertClose(expected, advantages, 1e-12);
    }

    [Fact]
    public void A_ratio_that_has_moved_far_enough_its_own_way_earns_nothing_more()
    {
        double[] slopes = new double[4];
        var shown = new UpdateSums();
        CriticLoss.PolicySlopes(
            [-1.0, -0.5, -2.0, -0.7], [-1.1, -0.9, -1.5, -0.7], [1.0, 2.0, -1.0, -0.5], [1, 1, 0.5, 1], 0.2, 4, shown, slopes);
        EstimatorsTesting.AssertClose([-0.27629272951891193, 0, 0, 0.125], slopes, 1e-15);
        Assert.Equal(2, shown.Clipped);
    }

    [Fact]
    public void Every_pass_goes_through_every_step_once_in_an_order_of_its_own()
    {
        var minibatches = new Minibatches(2, 50, new UpdatePlan(Epochs: 2, Minibatch: 16, Clip: 0.2));
        Assert.Equal(6, minibatches.Count);
        int[][] passes = [.. Enumerable.Range(0, 2).Select(pass => Enumerable.Range(3 * pass, 3).SelectMany(update =>
        {
            minibatches.Shuffle(update, 1, new StreamKey(1, StreamPurpose.Rollout, 1, 0, 0));
            Assert.InRange(minibatches.SizeOf(update), 16, 17);
            return minibatches.Of(update, 1).ToArray();
        }).ToArray())];
        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, 50), pass.Order()));
        Assert.NotEqual(passes[0], passes[1]);
    }
}
