using System.Numerics;
using FedPG.Envs.Options;
using FedPG.Envs.Streams;

namespace FedPG.Envs.Sampling;

/// <summary>
/// Samples truncated trajectories of a finite MDP under a policy given as a table, and adds up the score weights
/// W(s,a) = mean over trajectories of sum over t with (s_t, a_t) = (s, a) of (return_t - baseline_t), so that
/// the estimate of the gradient is sum over s, a of W(s,a) grad log pi(a|s).
/// <para>
/// After termination a trajectory goes on paying its terminal state's cost up to the horizon (1 under regret), without score terms;
/// with entropy, the terminal state's own entropy enters by its exact expectation.
/// </para>
/// Immutable after creation and safe to share: what a thread writes to is in its <see cref="SamplerWork"/>.
/// </summary>
public sealed class TrajectorySampler
{
    private readonly FiniteMdp _mdp;
    private readonly SamplerSettings _settings;
    private readonly AliasTable _initial;
    private readonly AliasTable[] _transitions;
    private readonly double[][] _costs;
    private readonly double[] _discounts;
    private readonly double[] _remaining;
    private readonly bool[] _terminal;
    private readonly int _stride;

    /// <summary>Builds the tables for every distinct kernel and agent.</summary>
    /// <exception cref="ArgumentException">Leave-one-out with fewer than two trajectories, or sizes out of range.</exception>
    public TrajectorySampler(FiniteMdp mdp, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Horizon is < 1 or > 100_000 || settings.Trajectories < 1 || (settings.Baseline == Baseline.LeaveOneOut && settings.Trajectories < 2))
            throw new ArgumentException($"{settings.Trajectories} trajectories of length {settings.Horizon} with baseline {settings.Baseline}", nameof(settings));
        (_mdp, _settings) = (mdp, settings);
        _stride = PolicyTable.Stride(mdp.Actions);
        foreach (AgentMdp agent in mdp.Agents) RequireTablesFit(agent.Kernel);
        int[] states = [.. Enumerable.Range(0, mdp.States)];
        _initial = AliasTable.Create(1, mdp.States, _stride, (int _, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities) =>
        {
            targets = states;
            probabilities = mdp.Initial;
        });
        var byKernel = new Dictionary<TransitionKernel, AliasTable>(ReferenceEqualityComparer.Instance);
        _transitions = [.. mdp.Agents.Select(a => byKernel.TryGetValue(a.Kernel, out AliasTable? t) ? t : byKernel[a.Kernel] = Transitions(a.Kernel))];
        _costs = [.. mdp.Agents.Select(a => Padded(settings.Objective.Costs(a)))];
        _terminal = [.. Enumerable.Range(0, mdp.States * _stride).Select(cell => mdp.Terminal[cell / _stride])];
        _discounts = new double[settings.Horizon];
        _remaining = new double[settings.Horizon + 1];
        for (int t = 0; t < settings.Horizon; t++) _discounts[t] = Math.Pow(mdp.Discount, t);
        for (int t = settings.Horizon - 1; t >= 0; t--) _remaining[t] = _remaining[t + 1] + _discounts[t];
    }

    /// <summary>How trajectories become weights.</summary>
    public SamplerSettings Settings => _settings;

    /// <summary>The arrays one thread works in.</summary>
    public SamplerWork CreateWork() => new(_mdp.States * _stride, _settings.Horizon, _settings.Trajectories);

    /// <summary>Samples one batch of one agent.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <param name="probabilities">pi(a|s), [S, A].</param>
    /// <param name="logProbabilities">log pi(a|s), [S, A]; not read when the temperature is 0.</param>
    /// <param name="temperature">The weight tau of the entropy term tau log pi(a_t|s_t) in the cost.</param>
    /// <param name="key">The stream the batch is drawn from.</param>
    /// <param name="withRewards">Whether to add up the undiscounted rewards too.</param>
    /// <param name="weights">The score weights W, [S, A], overwritten.</param>
    /// <param name="work">The calling thread's arrays.</param>
    public RolloutStatistics ScoreWeights<T>(
        int agent, ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, double temperature, in StreamKey key, bool withRewards,
        Span<T> weights, SamplerWork work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(work);
        PolicyTable.Fill(probabilities, _mdp.Actions, work.Thresholds);
        ReadOnlySpan<double> costs = _costs[agent];
        if (temperature != 0)
        {
            RegularisedCosts(costs, probabilities, logProbabilities, temperature, work.Costs);
            costs = work.Costs;
        }

        Array.Clear(work.Weights);
        Array.Clear(work.ReturnSums);
        long steps = 0;
        for (int first = 0; first < _settings.Trajectories; first += PhiloxLanes.Lanes)
        {
            int lanes = Math.Min(PhiloxLanes.Lanes, _settings.Trajectories - first);
            Span<int> cells = work.Cells.AsSpan(first * _settings.Horizon, PhiloxLanes.Lanes * _settings.Horizon);
            Forward(_transitions[agent], key, first, lanes, work, cells);
            Returns(costs, lanes, cells, work.Returns.AsSpan(first * _settings.Horizon, PhiloxLanes.Lanes * _settings.Horizon), work.ReturnSums);
            steps += _mdp.HasTerminalStates ? AliveSteps(cells, lanes) : (long)lanes * _settings.Horizon;
        }
        Accumulate(work);
        if (_mdp.HasTerminalStates) Terminate(probabilities, logProbabilities, temperature, work);
        Unpad(work.Weights, weights);
        return new RolloutStatistics(steps, withRewards ? RewardSum(agent, work) : 0, withRewards ? _settings.Trajectories : 0);
    }

    /// <summary>
    /// The discounted visits N(s,a) of the batch that was last sampled with these arrays: the mean over trajectories of the sum of gamma^t over the steps t
    /// with (s_t, a_t) = (s, a); 0 in terminal states. Its expectation is d(s) pi(a|s), truncated.
    /// </summary>
    /// <param name="work">The arrays of the batch.</param>
    /// <param name="visits">N, [S, A], overwritten.</param>
    public void DiscountedVisits(SamplerWork work, Span<double> visits)
    {
        ArgumentNullException.ThrowIfNull(work);
        (int batch, int horizon) = (_settings.Trajectories, _settings.Horizon);
        visits.Clear();
        for (int first = 0; first < batch; first += PhiloxLanes.Lanes)
        {
            int lanes = Math.Min(PhiloxLanes.Lanes, batch - first);
            ReadOnlySpan<int> cells = work.Cells.AsSpan(first * horizon, PhiloxLanes.Lanes * horizon);
            for (int t = 0; t < horizon; t++)
            {
                foreach (int cell in cells.Slice(t * PhiloxLanes.Lanes, lanes))
                {
                    if (!_terminal[cell]) visits[(cell / _stride * _mdp.Actions) + (cell % _stride)] += _discounts[t] / batch;
                }
            }
        }
    }

    /// <summary>Plays the policy: cells[t * 16 + lane] = s_t * stride + a_t.</summary>
    private unsafe void Forward(AliasTable transitions, in StreamKey key, int first, int lanes, SamplerWork work, Span<int> cells)
    {
        int horizon = _settings.Horizon;
        PhiloxLanes.Fill(key, first, 0, work.Draws, work.Words);
        int* states = stackalloc int[PhiloxLanes.Lanes];
        fixed (uint* words = work.Words, thresholds = work.Thresholds, split = transitions.Thresholds)
        fixed (int* targets = transitions.Targets, visited = cells)
        {
            for (int lane = 0; lane < lanes; lane++) states[lane] = Start(words[lane]);
            var kernel = new TrajectoryKernel(_stride, transitions.Shift, thresholds, split, targets);
            uint* numbers = words + (4 * PhiloxLanes.Lanes);
            for (int t = 0; t < horizon; t++, numbers += 2 * PhiloxLanes.Lanes)
            {
                kernel.Step(states, numbers, visited + (t * PhiloxLanes.Lanes), lanes);
                if (_mdp.HasTerminalStates && (t & 7) == 7 && AllTerminal(states, lanes))
                {
                    for (int rest = t + 1; rest < horizon; rest++)
                    {
                        for (int lane = 0; lane < lanes; lane++) visited[(rest * PhiloxLanes.Lanes) + lane] = states[lane];
                    }
                    break;
                }
            }
        }
    }

    private int Start(uint number)
    {
        int column = (int)((ulong)number << _initial.Shift >> 32);
        return _initial.Targets[(2 * column) + (number << _initial.Shift > _initial.Thresholds[column] ? 1 : 0)];
    }

    private unsafe bool AllTerminal(int* states, int lanes)
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            if (!_terminal[states[lane]]) return false;
        }
        return true;
    }

    /// <summary>returns[t * 16 + lane] = sum over u from t of gamma^u c_u, the costs to go, and their sums over trajectories.</summary>
    private void Returns(ReadOnlySpan<double> costs, int lanes, ReadOnlySpan<int> cells, Span<double> returns, double[] sums)
    {
        Span<double> toGo = stackalloc double[PhiloxLanes.Lanes];
        toGo.Clear();
        for (int t = _settings.Horizon - 1; t >= 0; t--)
        {
            ReadOnlySpan<int> row = cells.Slice(t * PhiloxLanes.Lanes, lanes);
            Span<double> target = returns.Slice(t * PhiloxLanes.Lanes, lanes);
            double discount = _discounts[t], sum = 0;
            for (int lane = 0; lane < row.Length; lane++)
            {
                double g = toGo[lane] + (discount * costs[row[lane]]);
                toGo[lane] = g;
                target[lane] = g;
                sum += g;
            }
            sums[t] += sum;
        }
    }

    /// <summary>Adds every step's (return - baseline) to the weight of its state and action.</summary>
    private void Accumulate(SamplerWork work)
    {
        int batch = _settings.Trajectories, horizon = _settings.Horizon;
        double[] weights = work.Weights;
        for (int first = 0; first < batch; first += PhiloxLanes.Lanes)
        {
            int lanes = Math.Min(PhiloxLanes.Lanes, batch - first);
            ReadOnlySpan<int> cells = work.Cells.AsSpan(first * horizon, PhiloxLanes.Lanes * horizon);
            ReadOnlySpan<double> returns = work.Returns.AsSpan(first * horizon, PhiloxLanes.Lanes * horizon);
            for (int t = 0; t < horizon; t++)
            {
                int from = _settings.Return == ReturnKind.ToGo ? t : 0;
                (double baseline, double scale) = _settings.Baseline switch
                {
                    // return - mean of the others = (B return - sum) / (B - 1); the mean over the batch divides by B.
                    Baseline.LeaveOneOut => (work.ReturnSums[from] / batch, 1.0 / (batch - 1)),
                    Baseline.Constant => (_settings.BaselineValue * _remaining[from], 1.0 / batch),
                    _ => (0, 1.0 / batch),
                };
                ReadOnlySpan<int> row = cells.Slice(t * PhiloxLanes.Lanes, lanes);
                ReadOnlySpan<double> values = returns.Slice(from * PhiloxLanes.Lanes, lanes);
                for (int lane = 0; lane < row.Length; lane++) weights[row[lane]] += (values[lane] - baseline) * scale;
            }
        }
    }

    /// <summary>The transitions made before a terminal state was reached; once terminal, a trajectory stays terminal.</summary>
    private long AliveSteps(ReadOnlySpan<int> cells, int lanes)
    {
        long steps = 0;
        for (int lane = 0; lane < lanes; lane++) steps += Length(cells, lane);
        return steps;
    }

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

    /// <summary>Takes the score terms after the end away, and puts the exact gradient of the terminal states' entropy in their place.</summary>
    private void Terminate<T>(ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, double temperature, SamplerWork work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int cell = 0; cell < work.Weights.Length; cell++)
        {
            if (_terminal[cell]) work.Weights[cell] = 0;
        }
        if (temperature == 0) return;
        for (int first = 0; first < _settings.Trajectories; first += PhiloxLanes.Lanes)
        {
            ReadOnlySpan<int> cells = work.Cells.AsSpan(first * _settings.Horizon, PhiloxLanes.Lanes * _settings.Horizon);
            for (int lane = 0; lane < Math.Min(PhiloxLanes.Lanes, _settings.Trajectories - first); lane++)
            {
                int end = Length(cells, lane);
                if (end == _settings.Horizon) continue;
                int state = cells[(end * PhiloxLanes.Lanes) + lane] / _stride;
                double weight = _remaining[end] * temperature / _settings.Trajectories;
                double meanLog = MeanLog(probabilities, logProbabilities, state);
                for (int a = 0; a < _mdp.Actions; a++)
                {
                    int k = (state * _mdp.Actions) + a;
                    work.Weights[(state * _stride) + a] +=
                        weight * double.CreateTruncating(probabilities[k]) * (double.CreateTruncating(logProbabilities[k]) - meanLog);
                }
            }
        }
    }

    /// <summary>c(s,a) + tau log pi(a|s); in a terminal state, where no action is drawn, the expectation of the entropy term.</summary>
    private void RegularisedCosts<T>(
        ReadOnlySpan<double> costs, ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, double temperature, Span<double> regularised)
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

    /// <summary>Sum over a of pi(a|s) log pi(a|s).</summary>
    private double MeanLog<T>(ReadOnlySpan<T> probabilities, ReadOnlySpan<T> logProbabilities, int state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int k = state * _mdp.Actions; k < (state + 1) * _mdp.Actions; k++)
            sum += double.CreateTruncating(probabilities[k]) * double.CreateTruncating(logProbabilities[k]);
        return sum;
    }

    private double RewardSum(int agent, SamplerWork work)
    {
        double[] costs = _costs[agent];
        double sum = 0;
        for (int first = 0; first < _settings.Trajectories; first += PhiloxLanes.Lanes)
        {
            int lanes = Math.Min(PhiloxLanes.Lanes, _settings.Trajectories - first);
            for (int t = 0; t < _settings.Horizon; t++)
            {
                ReadOnlySpan<int> row = work.Cells.AsSpan((first * _settings.Horizon) + (t * PhiloxLanes.Lanes), lanes);
                foreach (int cell in row) sum += _settings.Objective.Reward(costs[cell]);
            }
        }
        return sum;
    }

    /// <summary>Rows are padded to the longest, so one long row makes all of them long.</summary>
    private void RequireTablesFit(TransitionKernel kernel)
    {
        long entries = (long)kernel.States * _stride * BitOperations.RoundUpToPowerOf2((uint)kernel.LongestRow);
        if (entries <= AliasTable.MostEntries) return;
        throw new InvalidInputException(new Fault("experiment", "environment", null,
            $"{kernel.States} states, {kernel.Actions} actions and up to {kernel.LongestRow} successors need sampling tables of {entries} entries; allowed are {AliasTable.MostEntries} (or use \"estimator\": \"exact\")"));
    }

    private AliasTable Transitions(TransitionKernel kernel) =>
        AliasTable.Create(kernel.States * _stride, kernel.LongestRow, _stride, (int cell, out ReadOnlySpan<int> next, out ReadOnlySpan<double> probabilities) =>
        {
            (int s, int a) = Math.DivRem(cell, _stride);
            int row = (s * kernel.Actions) + a;
            next = a < kernel.Actions ? kernel.Next(row) : default;
            probabilities = a < kernel.Actions ? kernel.Probabilities(row) : default;
        });

    private double[] Padded(double[] table)
    {
        double[] padded = new double[_mdp.States * _stride];
        for (int k = 0; k < table.Length; k++) padded[(k / _mdp.Actions * _stride) + (k % _mdp.Actions)] = table[k];
        return padded;
    }

    private void Unpad<T>(ReadOnlySpan<double> padded, Span<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int s = 0, k = 0; s < _mdp.States; s++)
        {
            for (int a = 0; a < _mdp.Actions; a++, k++) weights[k] = T.CreateTruncating(padded[(s * _stride) + a]);
        }
    }
}
