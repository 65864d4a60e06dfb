using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;

namespace FedPG.Envs.Tabular.Sampling;

/// <summary>
/// What termination means to the sampler: a trajectory goes on paying its terminal state's cost up to the horizon, without score terms, and
/// with entropy the terminal state's own entropy enters by its exact expectation. Cells are s * stride + a. Immutable; safe to share.
/// </summary>
internal sealed class TerminalStates
{
    private readonly FiniteMdp _mdp;
    private readonly SamplerSettings _settings;
    private readonly double[] _remaining;
    private readonly int _stride;
    private readonly bool[] _terminal;

    /// <summary>Notes which cells are terminal.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="settings">How trajectories become weights.</param>
    /// <param name="remaining">The sum of gamma^u over u from t on, [K + 1].</param>
    /// <param name="stride">The padded number of actions.</param>
    public TerminalStates(FiniteMdp mdp, SamplerSettings settings, double[] remaining, int stride)
    {
        (_mdp, _settings, _remaining, _stride) = (mdp, settings, remaining, stride);
        _terminal = [.. Enumerable.Range(0, mdp.States * stride).Select(cell => mdp.Terminal[cell / stride])];
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _mdp.HasTerminalStates;

    /// <summary>Whether a cell's state is terminal.</summary>
    public bool Has(int cell) => _terminal[cell];

    /// <summary>Whether all of these cells are.</summary>
    public bool HasAll(ReadOnlySpan<int> cells)
    {
        foreach (int cell in cells)
        {
            if (!_terminal[cell]) return false;
        }
        return true;
    }

    /// <summary>The transitions made before a terminal state was reached; once terminal, a trajectory stays terminal.</summary>
    /// <param name="cells">The visited cells of a batch, in groups of 16 trajectories.</param>
    public long AliveSteps(ReadOnlySpan<int> cells)
    {
        long steps = 0;
        for (int b = 0; b < _settings.Trajectories; b++) steps += Any ? Length(Group(cells, b), b % PhiloxLanes.Lanes) : _settings.Horizon;
        return steps;
    }

    /// <summary>
    /// Takes the score terms after the end away, and puts the exact gradient of the terminal states' entropy in their place.
    /// </summary>
    public void Finish<T>(ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, double temperature, SamplerWork work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int cell = 0; cell < work.Weights.Length; cell++)
        {
            if (_terminal[cell]) work.Weights[cell] = 0;
        }
        if (temperature == 0) return;
        for (int b = 0; b < _settings.Trajectories; b++)
        {
            ReadOnlySpan<int> cells = Group(work.Cells, b);
            int lane = b % PhiloxLanes.Lanes, end = Length(cells, lane);
            if (end == _settings.Horizon) continue;
            int state = cells[(end * PhiloxLanes.Lanes) + lane] / _stride;
            double weight = _remaining[end] * temperature / _settings.Trajectories;
            double meanLog = MeanLog(probabilities, logProbabilities, state);
            for (int a = 0; a < _mdp.Actions; a++)
            {
                int k = (state * _mdp.Actions) + a;
                work.Weights[(state * _stride) + a] += weight * double.CreateTruncating(probabilities[k])
                    * (double.CreateTruncating(logProbabilities[k]) - meanLog);
            }
        }
    }

    /// <summary>c(s,a) + tau log pi(a|s); in a terminal state, where no action is drawn, the expectation of the entropy term.</summary>
    public void RegularisedCosts<T>(
        ReadOnlySpan<double> costs, ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, double temperature,
        Span<double> regularised)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int s = 0; s < _mdp.States; s++)
        {
            bool terminal = _terminal[s * _stride];
            double meanLog = terminal ? MeanLog(probabilities, logProbabilities, s) : 0;
            for (int a = 0; a < _mdp.Actions; a++)
            {
                int cell = (s * _stride) + a;
                double logPi = terminal ? meanLog : double.CreateTruncating(logProbabilities[(s * _mdp.Actions) + a]);
                regularised[cell] = costs[cell] + (temperature * logPi);
            }
        }
    }

    private ReadOnlySpan<int> Group(ReadOnlySpan<int> cells, int trajectory) =>
        cells.Slice(trajectory / PhiloxLanes.Lanes * PhiloxLanes.Lanes * _settings.Horizon, PhiloxLanes.Lanes * _settings.Horizon);

    /// <summary>The first step at which a lane is in a terminal state, found by bisection; the horizon when there is none.</summary>
    private int Length(ReadOnlySpan<int> cells, int lane)
    {
        int low = 0, high = _settings.Horizon;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_terminal[cells[(middle * PhiloxLanes.Lanes) + lane]]) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <summary>Sum over a of pi(a|s) log pi(a|s).</summary>
    private double MeanLog<T>(ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, int state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int k = state * _mdp.Actions; k < (state + 1) * _mdp.Actions; k++)
            sum += double.CreateTruncating(probabilities[k]) * double.CreateTruncating(logProbabilities[k]);
        return sum;
    }
}
