using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Tabular;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// One step of Q-learning on all pairs at once: the direction is Q - T_i Q with the Bellman operator (T_i Q)(s,a) = c_i(s,a) + gamma sum
/// over s' of P_i(s'|s,a) min over a' of Q(s',a'), a minimum because costs are minimised. With a number of samples the expectation is the
/// mean over so many next states drawn for each pair from a generator, which leaves the direction unbiased. A step of size eta in (0, 1] is
/// Q &lt;- (1 - eta) Q + eta T_i Q.
/// </summary>
internal sealed class BellmanEstimator : TabularValueEstimator
{
    private readonly int _samples;
    private readonly double[] _least;

    /// <summary>Prepares the work arrays for a block.</summary>
    /// <param name="setup">The block; its policy is <see cref="ActionValues"/> as a table.</param>
    /// <param name="samples">Next states drawn for each pair; 0 for the exact operator.</param>
    public BellmanEstimator(EstimatorSetup setup, int samples)
        : base(setup)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        (_samples, _least) = (samples, new double[Setup.Mdp.States]);
    }

    /// <inheritdoc/>
    protected override void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction)
    {
        (int states, int actions, double discount) = (Setup.Mdp.States, Setup.Mdp.Actions, Setup.Mdp.Discount);
        for (int s = 0; s < states; s++) _least[s] = Min(theta.Slice(s * actions, actions));
        TransitionKernel kernel = Agents[row].Kernel;
        var key = new StreamKey(Setup.Seed, Setup.Purpose, Setup.First + row, batch.Round, batch.LocalStep);
        for (int pair = 0; pair < direction.Length; pair++)
        {
            double next = _samples == 0 ? kernel.Expectation(pair, _least) : SampledMean(kernel, pair, key);
            direction[pair] = theta[pair] - (Costs[row][pair] + (discount * next));
        }
        if (_samples > 0) EnvSteps += (long)direction.Length * _samples;
    }

    private double SampledMean(TransitionKernel kernel, int pair, in StreamKey key)
    {
        const int perDraw = 4;
        double sum = 0;
        for (int k = 0; k < _samples; k += perDraw)
        {
            (uint w0, uint w1, uint w2, uint w3) = key.Draw(pair, k / perDraw);
            sum += _least[ChainDraws.Next(kernel, pair, w0)];
            if (k + 1 < _samples) sum += _least[ChainDraws.Next(kernel, pair, w1)];
            if (k + 2 < _samples) sum += _least[ChainDraws.Next(kernel, pair, w2)];
            if (k + 3 < _samples) sum += _least[ChainDraws.Next(kernel, pair, w3)];
        }
        return sum / _samples;
    }

    private static double Min(ReadOnlySpan<double> values)
    {
        double least = values[0];
        foreach (double value in values) least = value < least ? value : least;
        return least;
    }
}
