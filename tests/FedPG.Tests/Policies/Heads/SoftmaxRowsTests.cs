using FedPG.Policies.Heads;
using FedPG.Tests.Federation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Heads;

/// <summary>
/// The softmax that policies have outside of autograd: torch's numbers, derivatives by differences, and bits that are a row's own.
/// </summary>
public sealed class SoftmaxRowsTests
{
    public static TheoryData<int> Widths() => [1, 2, 3, 4, 5, 7, 8, 9, 16, 600];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Log_probabilities_and_slopes_are_torchs(int actions)
    {
        const int rows = 37;
        double[] logits = NumericsTesting.Uniform(1, rows * actions, 30), weights = NumericsTesting.Uniform(2, rows * actions, 1);
        double[] logs = new double[logits.Length], slopes = new double[logits.Length];
        SoftmaxRows.Logs<double>(logits, actions, logs);
        SoftmaxRows.Slopes<double>(logs, weights, actions, slopes);
        float[] singleLogs = new float[logits.Length], singleSlopes = new float[logits.Length];
        SoftmaxRows.Logs<float>(Array.ConvertAll(logits, z => (float)z), actions, singleLogs);
        SoftmaxRows.Slopes<float>(singleLogs, Array.ConvertAll(weights, w => (float)w), actions, singleSlopes);

        using DisposeScope scope = NewDisposeScope();
        Tensor z = tensor(logits, [rows, actions]).requires_grad_(), log = nn.functional.log_softmax(z, -1);
        log.backward([tensor(weights, [rows, actions])]);
        double[] expectedLogs = log.detach().Numbers(), expectedSlopes = z.grad!.Numbers();
        for (int k = 0; k < logits.Length; k++)
        {
            Assert.Equal(expectedLogs[k], logs[k], 1e-13 * (1 + Math.Abs(expectedLogs[k])));
            Assert.Equal(expectedSlopes[k], slopes[k], 1e-13 * actions);
            Assert.Equal(expectedLogs[k], singleLogs[k], 4e-7 * (10 + Math.Abs(expectedLogs[k])));
            Assert.Equal(expectedSlopes[k], singleSlopes[k], 2e-6 * (10 + actions));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_slopes_of_chosen_actions_are_those_of_weights_that_are_zero_elsewhere(int actions)
    {
        const int rows = 29;
        double[] logs = new double[rows * actions], sparse = new double[logs.Length], expected = new double[logs.Length],
            slopes = new double[logs.Length];
        SoftmaxRows.Logs<double>(NumericsTesting.Uniform(3, logs.Length, 4), actions, logs);
        double[] weights = NumericsTesting.Uniform(
            4, rows, 1), chosen = [.. Enumerable.Range(0, rows).Select(row => (double)(row * 5 % actions))];
        for (int row = 0; row < rows; row++) sparse[(row * actions) + (int)chosen[row]] = weights[row];
        SoftmaxRows.Slopes<double>(logs, sparse, actions, expected);
        SoftmaxRows.Slopes<double>(logs, actions, chosen, weights, slopes);
        Assert.All(expected.Zip(slopes), pair => Assert.Equal(pair.First, pair.Second, 1e-15));
    }

    /// <summary>Wherever it stands, and however many rows are beside it.</summary>
    [Theory]
    [MemberData(nameof(Widths))]
    public void A_row_has_its_own_bits(int actions)
    {
        const int rows = 23;
        float[] logits = [.. NumericsTesting.Uniform(5, rows * actions, 10).Select(z => (float)z)], all = new float[logits.Length],
            some = new float[logits.Length];
        SoftmaxRows.Logs<float>(logits, actions, all);
        for (int first = 0; first < rows; first++)
        {
            int length = (rows - first) * actions;
            SoftmaxRows.Logs<float>(logits.AsSpan(first * actions), actions, some);
            Assert.Equal(all.AsSpan(first * actions), some.AsSpan(0, length));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Numbers_at_the_edge_stay_what_they_are(int actions)
    {
        double[] logs = new double[3 * actions], logits = [.. Enumerable.Repeat(0.0, 3 * actions)];
        (logits[0], logits[actions]) = (double.NaN, double.PositiveInfinity);
        logits[2 * actions] = 1e308;
        SoftmaxRows.Logs<double>(logits, actions, logs);
        Assert.All(logs[..(2 * actions)], log => Assert.True(double.IsNaN(log)));
        Assert.Equal(0, logs[2 * actions]);
        Assert.All(logs[((2 * actions) + 1)..], log => Assert.Equal(-1e308, log));
    }
}
