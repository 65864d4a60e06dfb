using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>
/// From the visited pairs of state and action to what stands with each pair's score: the sums of (return - baseline) over its visits. The
/// numbers are added in one order whatever the hardware, group after group of 16 trajectories, step after step. Immutable; safe to share.
/// </summary>
internal sealed unsafe class ScoreSums
{
    private const int Lanes = PhiloxLanes.Lanes;

    /// <summary>Sums over lanes that are made side by side, so that their additions do not wait for each other.</summary>
    private const int SumsTogether = 8;

    private readonly SamplerSettings _settings;

    /// <summary>Prepares the discounts.</summary>
    /// <param name="settings">How trajectories become weights.</param>
    /// <param name="discount">gamma.</param>
    public ScoreSums(SamplerSettings settings, double discount) =>
        (_settings, Discounts) = (settings, new Discounts(discount, settings.Horizon));

    /// <summary>The discounts up to the horizon.</summary>
    public Discounts Discounts { get; }

    /// <summary>Adds up the weights of a batch.</summary>
    /// <param name="costs">The cost of each pair, padded.</param>
    /// <param name="work">The arrays with the visited pairs; the weights are overwritten.</param>
    public void Add(ReadOnlySpan<double> costs, SamplerWork work)
    {
        int horizon = _settings.Horizon, batch = _settings.Trajectories;
        Array.Clear(work.Weights);
        Array.Clear(work.ReturnSums);
        fixed (double* cost = costs, returns = work.Returns, weights = work.Weights)
        fixed (int* cells = work.Cells)
        {
            for (int first = 0; first < batch; first += Lanes)
            {
                Returns(cost, cells + (first * horizon), returns + (first * horizon));
                if (_settings.Baseline == Baseline.LeaveOneOut)
                    AddToSums(returns + (first * horizon), Math.Min(Lanes, batch - first), work.ReturnSums);
            }
            for (int first = 0; first < batch; first += Lanes)
            {
                Scale(returns + (first * horizon), work.ReturnSums);
                Scatter(cells + (first * horizon), returns + (first * horizon), Math.Min(Lanes, batch - first), weights);
            }
        }
    }

    /// <summary>returns[t * 16 + lane] = sum over u from t of gamma^u c_u, the costs to go.</summary>
    private void Returns(double* costs, int* cells, double* returns)
    {
        if (!Avx2.IsSupported)
        {
            ReturnsOneByOne(costs, cells, returns);
            return;
        }
        double[] powers = Discounts.Powers;
        (Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d) = (default, default, default, default);
        for (int t = _settings.Horizon - 1; t >= 0; t--)
        {
            Vector256<double> discount = Vector256.Create(powers[t]);
            int* row = cells + (t * Lanes);
            double* target = returns + (t * Lanes);
            (a += discount * Gather(costs, row)).Store(target);
            (b += discount * Gather(costs, row + 4)).Store(target + 4);
            (c += discount * Gather(costs, row + 8)).Store(target + 8);
            (d += discount * Gather(costs, row + 12)).Store(target + 12);
        }
    }

    private void ReturnsOneByOne(double* costs, int* cells, double* returns)
    {
        double* toGo = stackalloc double[Lanes];
        for (int lane = 0; lane < Lanes; lane++) toGo[lane] = 0;
        for (int t = _settings.Horizon - 1; t >= 0; t--)
        {
            double discount = Discounts.Powers[t];
            for (int lane = 0; lane < Lanes; lane++)
                returns[(t * Lanes) + lane] = toGo[lane] += discount * costs[cells[(t * Lanes) + lane]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Gather(double* costs, int* cells) => 
        Avx2.GatherMaskVector256(Vector256<double>.Zero, costs, Vector128.Load(cells), Vector256<double>.AllBitsSet, sizeof(double));

    /// <summary>sums[t] += the returns of step t, lane after lane.</summary>
    private void AddToSums(double* returns, int lanes, double[] sums)
    {
        Span<double> some = stackalloc double[SumsTogether];
        for (int t = 0; t < sums.Length; t += SumsTogether)
        {
            some.Clear();
            int count = Math.Min(SumsTogether, sums.Length - t);
            for (int lane = 0; lane < lanes; lane++)
            {
                for (int k = 0; k < count; k++) some[k] += returns[((t + k) * Lanes) + lane];
            }
            for (int k = 0; k < count; k++) sums[t + k] += some[k];
        }
    }

    /// <summary>(return - baseline) / B in the place of returns, where they will be read.</summary>
    private void Scale(double* returns, double[] sums)
    {
        int rows = _settings.Return == ReturnKind.ToGo ? _settings.Horizon : 1;
        double scale = _settings.WeightScale;
        for (int t = 0; t < rows; t++)
        {
            double baseline = _settings.BaselineOf(sums[t], Discounts.Remaining[t]);
            double* row = returns + (t * Lanes);
            for (int lane = 0; lane < Lanes; lane += 4)
                ((Vector256.Load(row + lane) - Vector256.Create(baseline)) * Vector256.Create(scale)).Store(row + lane);
        }
    }

    /// <summary>weights[cell] += value, step after step and lane after lane.</summary>
    private void Scatter(int* cells, double* values, int lanes, double* weights)
    {
        int next = _settings.Return == ReturnKind.ToGo ? Lanes : 0;
        for (int t = 0; t < _settings.Horizon; t++, cells += Lanes, values += next)
        {
            if (lanes < Lanes)
            {
                for (int lane = 0; lane < lanes; lane++) weights[cells[lane]] += values[lane];
                continue;
            }
            for (int lane = 0; lane < Lanes; lane += 4)
            {
                weights[cells[lane]] += values[lane];
                weights[cells[lane + 1]] += values[lane + 1];
                weights[cells[lane + 2]] += values[lane + 2];
                weights[cells[lane + 3]] += values[lane + 3];
            }
        }
    }
}
