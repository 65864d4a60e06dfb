using System.Numerics;
using FedPG.Envs.Tabular.Sampling;

namespace FedPG.Envs.Returns;

/// <summary>
/// The costs of one agent's batch of trajectories that were stepped side by side. Pairs of observation and action are in the order of their
/// steps: all of step 0, then all of step 1 that still ran, and so on. The batch turns costs into score weights by the rules that
/// <see cref="TrajectorySampler"/> follows too: after termination a trajectory goes on paying the cost of a reward of 0 up to the horizon
/// (1 under regret), and with entropy its last state's own; a trajectory that was truncated pays nothing more. One thread at a time; arrays
/// are used again from batch to batch.
/// </summary>
internal sealed class EpisodeBatch
{
    private readonly Discounts _discounts;
    private readonly double[] _toGo, _tailCosts, _tailLogs, _returns, _sums, _costs, _logs, _rewards;
    private readonly int[] _lengths, _firstPairs, _trajectories;
    private readonly bool[] _terminated;

    /// <summary>Creates the arrays.</summary>
    /// <param name="trajectories">B.</param>
    /// <param name="horizon">K.</param>
    /// <param name="discount">gamma.</param>
    public EpisodeBatch(int trajectories, int horizon, double discount)
    {
        (Trajectories, Horizon) = (trajectories, horizon);
        _discounts = new Discounts(discount, horizon);
        (_sums, _firstPairs, _lengths) = (new double[horizon], new int[horizon + 1], new int[trajectories]);
        (_toGo, _tailCosts, _tailLogs) = (new double[trajectories], new double[trajectories], new double[trajectories]);
        (_rewards, _terminated) = (new double[trajectories], new bool[trajectories]);
        int pairs = trajectories * horizon;
        (_returns, _costs, _logs, _trajectories) = (new double[pairs], new double[pairs], new double[pairs], new int[pairs]);
    }

    /// <summary>B.</summary>
    public int Trajectories { get; }

    /// <summary>K.</summary>
    public int Horizon { get; }

    /// <summary>M, the pairs met.</summary>
    public int Pairs { get; private set; }

    /// <summary>The steps of the longest trajectory, that of a terminal state's pair included.</summary>
    public int Steps { get; private set; }

    /// <summary>Transitions made.</summary>
    public long EnvSteps { get; private set; }

    /// <summary>Undiscounted rewards, all trajectories together.</summary>
    public double RewardSum { get; private set; }

    /// <summary>The trajectory of each pair, [M]; valid until the next batch.</summary>
    public ReadOnlySpan<int> Owners => _trajectories.AsSpan(0, Pairs);

    /// <summary>Forgets the last batch.</summary>
    public void Clear()
    {
        (Pairs, Steps, EnvSteps, RewardSum) = (0, 0, 0, 0);
        Array.Clear(_tailCosts);
        Array.Clear(_tailLogs);
        Array.Clear(_lengths);
        Array.Clear(_rewards);
        Array.Clear(_terminated);
    }

    /// <summary>Begins the next step: the pairs noted from here on are its.</summary>
    public void BeginStep() => _firstPairs[Steps++] = Pairs;

    /// <summary>Notes a transition.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="reward">Its reward.</param>
    /// <param name="cost">Its cost.</param>
    /// <param name="log">log pi of the action; read with entropy only.</param>
    public void AddTransition(int trajectory, double reward, double cost, double log)
    {
        (_trajectories[Pairs], _costs[Pairs], _logs[Pairs]) = (trajectory, cost, log);
        Pairs++;
        EnvSteps++;
        RewardSum += reward;
        _rewards[trajectory] += reward;
        _lengths[trajectory] = Steps;
    }

    /// <summary>Notes that a trajectory terminated with its latest transition.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="cost">What each further step up to the horizon costs.</param>
    public void Terminate(int trajectory, double cost) => (_tailCosts[trajectory], _terminated[trajectory]) = (cost, true);

    /// <summary>
    /// Notes an action drawn in a terminal state, a step after <see cref="Terminate"/>: with entropy its score term estimates the gradient
    /// of that state's own entropy, which counts up to the horizon.
    /// </summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="log">log pi of the action.</param>
    /// <param name="meanLog">E log pi in that state.</param>
    public void AddTerminalAction(int trajectory, double log, double meanLog)
    {
        (_trajectories[Pairs], _costs[Pairs], _logs[Pairs]) = (trajectory, 0, log - meanLog);
        Pairs++;
        _tailLogs[trajectory] = meanLog;
    }

    /// <summary>Each trajectory's undiscounted sum of rewards, [B]; valid until the next batch.</summary>
    public ReadOnlySpan<double> Rewards => _rewards;

    /// <summary>Whether each trajectory terminated, [B]; valid until the next batch.</summary>
    public ReadOnlySpan<bool> Terminated => _terminated;

    /// <summary>Each trajectory's transitions, [B]; valid until the next batch.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>
    /// Writes the weight of every pair, (return_t - baseline_t) / B, so that the sum over pairs of weight times grad log pi estimates the
    /// gradient of E sum over t of gamma^t (c_t + tau log pi(a_t|s_t)).
    /// </summary>
    /// <param name="settings">How trajectories become weights; its B and K are this batch's.</param>
    /// <param name="temperature">tau.</param>
    /// <param name="weights">As many as there are pairs, overwritten.</param>
    public void ScoreWeights<T>(SamplerSettings settings, double temperature, Span<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Trajectories != Trajectories || settings.Horizon != Horizon)
            throw new ArgumentException("the settings are of batches of another size", nameof(settings));
        Returns(temperature, keep: settings.Return == ReturnKind.ToGo);
        bool total = settings.Return == ReturnKind.Total;
        double whole = total ? Sum(_toGo) : 0, scale = settings.WeightScale;
        for (int t = 0; t < Steps; t++)
        {
            double baseline = settings.BaselineOf(total ? whole : _sums[t], _discounts.Remaining[total ? 0 : t]);
            for (int p = _firstPairs[t]; p < EndOf(t); p++)
            {
                int trajectory = _trajectories[p];
                double weight = t >= _lengths[trajectory]
                    ? _discounts.Remaining[t] * temperature * _logs[p] / Trajectories
                    : ((total ? _toGo[trajectory] : _returns[p]) - baseline) * scale;
                weights[p] = T.CreateTruncating(weight);
            }
        }
    }

    /// <summary>Writes the discounted visits of every pair, gamma^t / B: 0 for those in terminal states.</summary>
    /// <param name="visits">As many as there are pairs, overwritten.</param>
    public void DiscountedVisits<T>(Span<T> visits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Visits(visits, Trajectories);

    /// <summary>
    /// Writes the share of every pair in the discounted visits of observations, gamma^t over their sum: 0 for terminal ones.
    /// </summary>
    /// <param name="shares">As many as there are pairs, overwritten.</param>
    public void VisitShares<T>(Span<T> shares)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double all = 0;
        for (int b = 0; b < Trajectories; b++)
        {
            for (int t = 0; t < _lengths[b]; t++) all += _discounts.Powers[t];
        }
        Visits(shares, all);
    }

    private void Visits<T>(Span<T> visits, double all)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int t = 0; t < Steps; t++)
        {
            T visit = T.CreateTruncating(_discounts.Powers[t] / all);
            for (int p = _firstPairs[t]; p < EndOf(t); p++) visits[p] = t < _lengths[_trajectories[p]] ? visit : T.Zero;
        }
    }

    /// <summary>Each trajectory's sum over t of gamma^t (c_t + tau log pi(a_t|s_t)), an unbiased sample of the truncated J.</summary>
    /// <param name="temperature">tau; 0 for J itself.</param>
    /// <returns>[B]; valid until the next call.</returns>
    public ReadOnlySpan<double> Values(double temperature)
    {
        Returns(temperature, keep: false);
        return _toGo;
    }

    /// <summary>Goes backwards through the batch: the returns of pairs where they are asked for, those of step 0 in any case.</summary>
    private void Returns(double temperature, bool keep)
    {
        for (int b = 0; b < Trajectories; b++) _toGo[b] = _discounts.Remaining[Steps] * Tail(b, temperature);
        for (int t = Steps - 1; t >= 0; t--)
        {
            double discount = _discounts.Powers[t];
            for (int b = 0; b < Trajectories; b++)
            {
                if (t >= _lengths[b]) _toGo[b] += discount * Tail(b, temperature);
            }
            for (int p = _firstPairs[t]; p < EndOf(t); p++)
            {
                int b = _trajectories[p];
                if (t >= _lengths[b]) continue;
                _toGo[b] += discount * (temperature == 0 ? _costs[p] : _costs[p] + (temperature * _logs[p]));
                if (keep) _returns[p] = _toGo[b];
            }
            if (keep) _sums[t] = Sum(_toGo);
        }
    }

    private double Tail(int trajectory, double temperature) =>
        temperature == 0 ? _tailCosts[trajectory] : _tailCosts[trajectory] + (temperature * _tailLogs[trajectory]);

    private int EndOf(int step) => step + 1 < Steps ? _firstPairs[step + 1] : Pairs;

    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }
}
