using System.Numerics;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;

namespace FedPG.Envs.Tabular.Sampling;

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
internal sealed class TrajectorySampler
{
    private const int Lanes = PhiloxLanes.Lanes;

    /// <summary>Every so many steps it is seen whether all trajectories have ended.</summary>
    private const int StepsBetweenLooks = 8;

    private readonly FiniteMdp _mdp;
    private readonly SamplerSettings _settings;
    private readonly AliasTable _initial;
    private readonly AliasTable[] _transitions;
    private readonly double[][] _costs;
    private readonly ScoreSums _sums;
    private readonly TerminalStates _terminal;
    private readonly int _stride;

    /// <summary>Builds the tables for every distinct kernel and agent.</summary>
    /// <exception cref="ArgumentException">Leave-one-out with fewer than two trajectories, or sizes out of range.</exception>
    public TrajectorySampler(FiniteMdp mdp, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(settings);
        settings.RequireUsable(settings.Horizon, maxHorizon: 100_000);
        (_mdp, _settings) = (mdp, settings);
        _stride = PolicyTable.Stride(mdp.Actions);
        foreach (AgentMdp agent in mdp.Agents) RequireTablesFit(agent.Kernel);
        int[] states = [.. Enumerable.Range(0, mdp.States)];
        _initial = AliasTable.Create(1, mdp.States, _stride,
            (int _, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities) =>
        {
            targets = states;
            probabilities = mdp.Initial;
        });
        var byKernel = new Dictionary<TransitionKernel, AliasTable>(ReferenceEqualityComparer.Instance);
        _transitions =
            [.. mdp.Agents.Select(a => byKernel.TryGetValue(a.Kernel, out AliasTable? t) ? t : byKernel[a.Kernel] = Transitions(a.Kernel))];
        _costs = [.. mdp.Agents.Select(a => Padded(settings.Objective.Costs(a)))];
        _sums = new ScoreSums(settings, mdp.Discount);
        _terminal = new TerminalStates(mdp, settings, _sums.Discounts.Remaining, _stride);
    }

    /// <summary>How trajectories become weights.</summary>
    public SamplerSettings Settings => _settings;

    /// <summary>The arrays one thread works in.</summary>
    public SamplerWork CreateWork() => new(_mdp.States, _mdp.Actions, _settings);

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
        work.Policy.Fill(probabilities);
        ReadOnlySpan<double> costs = _costs[agent];
        if (temperature != 0)
        {
            _terminal.RegularisedCosts(costs, probabilities, logProbabilities, temperature, work.Costs);
            costs = work.Costs;
        }
        Play(_transitions[agent], key, work);
        _sums.Add(costs, work);
        if (_terminal.Any) _terminal.Finish(probabilities, logProbabilities, temperature, work);
        Unpad(work.Weights, weights);
        long steps = _terminal.Any ? _terminal.AliveSteps(work.Cells) : (long)_settings.Trajectories * _settings.Horizon;
        return new RolloutStatistics(steps, withRewards ? RewardSum(_costs[agent], work) : 0, withRewards ? _settings.Trajectories : 0);
    }

    /// <summary>
    /// The discounted visits N(s,a) of the batch that was last sampled with these arrays: the mean over trajectories of the sum of gamma^t
    /// over the steps t with (s_t, a_t) = (s, a); 0 in terminal states. Its expectation is d(s) pi(a|s), truncated.
    /// </summary>
    /// <param name="work">The arrays of the batch.</param>
    /// <param name="visits">N, [S, A], overwritten.</param>
    public void DiscountedVisits(SamplerWork work, Span<double> visits)
    {
        ArgumentNullException.ThrowIfNull(work);
        (int batch, int horizon) = (_settings.Trajectories, _settings.Horizon);
        visits.Clear();
        for (int first = 0; first < batch; first += Lanes)
        {
            int lanes = Math.Min(Lanes, batch - first);
            ReadOnlySpan<int> cells = work.Cells.AsSpan(first * horizon, Lanes * horizon);
            for (int t = 0; t < horizon; t++)
            {
                foreach (int cell in cells.Slice(t * Lanes, lanes))
                {
                    if (!_terminal.Has(cell))
                        visits[(cell / _stride * _mdp.Actions) + (cell % _stride)] += _sums.Discounts.Powers[t] / batch;
                }
            }
        }
    }

    /// <summary>
    /// Plays the policy: cells[(group * K + t) * 16 + lane] = s_t * stride + a_t. Lanes beyond
    /// the last trajectory are played and never read.
    /// </summary>
    private unsafe void Play(AliasTable transitions, in StreamKey key, SamplerWork work)
    {
        int horizon = _settings.Horizon, group = Lanes * horizon;
        Span<int> states = stackalloc int[TrajectoryKernel.MaxGroups * Lanes];
        fixed (int* thresholds = work.Policy.Thresholds, splits = transitions.Splits, targets = transitions.Targets, cells = work.Cells,
            state = states)
        {
            var kernel = new TrajectoryKernel(_stride, transitions.Shift, thresholds, splits, targets);
            for (int first = 0; first < _settings.Trajectories; first += TrajectoryKernel.MaxGroups * Lanes)
            {
                int left = _settings.Trajectories - first;
                Span<PhiloxLanes> streams = work.Streams.AsSpan(0, Math.Min(TrajectoryKernel.MaxGroups, (left + Lanes - 1) / Lanes));
                for (int g = 0; g < streams.Length; g++)
                {
                    streams[g] = new PhiloxLanes(key, first + (g * Lanes));
                    Start(streams[g], states.Slice(g * Lanes, Lanes));
                }
                int* visited = cells + (first * horizon);
                for (int t = 0; t < horizon; t += 2)
                {
                    // Draw 0 gave the start states; each further draw of four words serves two steps.
                    kernel.Run(streams, 1 + (t / 2), Math.Min(2, horizon - t), state, visited + (t * Lanes), group);
                    if (!_terminal.Any || t + 2 >= horizon || (t + 2) % StepsBetweenLooks != 0
                        || !_terminal.HasAll(states[..Math.Min(left, streams.Length * Lanes)]))
                        continue;
                    for (int g = 0; g < streams.Length; g++)
                        Stay(states.Slice(g * Lanes, Lanes),
                            work.Cells.AsSpan((first * horizon) + (g * group), group)[((t + 2) * Lanes)..]);
                    break;
                }
            }
        }
    }

    private unsafe void Start(in PhiloxLanes stream, Span<int> states)
    {
        uint* numbers = stackalloc uint[PhiloxLanes.Words];
        stream.Draw(0, numbers);
        for (int lane = 0; lane < Lanes; lane++) states[lane] = _initial.Draw(0, numbers[lane]);
    }

    private static void Stay(ReadOnlySpan<int> states, Span<int> cells)
    {
        for (; !cells.IsEmpty; cells = cells[Lanes..]) states.CopyTo(cells);
    }

    private double RewardSum(double[] costs, SamplerWork work)
    {
        double sum = 0;
        for (int first = 0; first < _settings.Trajectories; first += Lanes)
        {
            int lanes = Math.Min(Lanes, _settings.Trajectories - first);
            for (int t = 0; t < _settings.Horizon; t++)
            {
                foreach (int cell in work.Cells.AsSpan((first * _settings.Horizon) + (t * Lanes), lanes))
                    sum += _settings.Objective.Reward(costs[cell]);
            }
        }
        return sum;
    }

    /// <summary>Rows are padded to the longest, so one long row makes all of them long.</summary>
    private void RequireTablesFit(TransitionKernel kernel)
    {
        long entries = (long)kernel.States * _stride * BitOperations.RoundUpToPowerOf2((uint)kernel.LongestRow);
        if (entries <= AliasTable.MaxEntries) return;
        throw new InvalidInputException(new ValidationError("experiment", "environment", null,
            $"{kernel.States} states, {kernel.Actions} actions and up to {kernel.LongestRow} successors need sampling tables of "
                + $"{entries} entries; allowed are {AliasTable.MaxEntries} (or use \"estimator\": \"exact\")"));
    }

    private AliasTable Transitions(TransitionKernel kernel) =>
        AliasTable.Create(kernel.States * _stride, kernel.LongestRow, _stride,
            (int cell, out ReadOnlySpan<int> next, out ReadOnlySpan<double> probabilities) =>
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
        if (_stride == _mdp.Actions)
        {
            for (int k = 0; k < weights.Length; k++) weights[k] = T.CreateTruncating(padded[k]);
            return;
        }
        for (int s = 0, k = 0; s < _mdp.States; s++)
        {
            for (int a = 0; a < _mdp.Actions; a++, k++) weights[k] = T.CreateTruncating(padded[(s * _stride) + a]);
        }
    }
}
