using System.Collections.Concurrent;
using FedPG.Core.Streams;

namespace FedPG.Envs.Tabular;

/// <summary>
/// A finite MDP that one agent steps through: the index of the state is observed, a step is paid what the transition drawn pays
/// (<see cref="AgentMdp.RewardsByTransition"/>, R_i(s, a) where that does not hang on it), and entering a terminal state ends the episode.
/// </summary>
internal sealed class MdpEnvironment : IStatefulEnvironment
{
    private static readonly string[] Names = ["state"];
    private readonly Tables _tables;
    private readonly Outcomes _outcomes;
    private readonly double[] _rewards;
    private EpisodeRandom _random;
    private int _state;

    private MdpEnvironment(Tables tables, Outcomes outcomes, double[] rewards) =>
        (_tables, _outcomes, _rewards) = (tables, outcomes, rewards);

    /// <inheritdoc/>
    public Space ObservationSpace => _tables.Observations;

    /// <inheritdoc/>
    public Space ActionSpace => _tables.Actions;

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => Names;

    /// <summary>
    /// What makes the environment of an agent. The tables that outcomes are drawn from are made once, and shared by all that move by one
    /// kernel and are paid alike.
    /// </summary>
    /// <param name="mdp">The MDP.</param>
    /// <exception cref="ArgumentException">The tables would be too large.</exception>
    public static Func<int, IEnvironment> MakerFor(FiniteMdp mdp)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        var tables = new Tables(mdp);
        // By reference: equal kernels are one object.
        var made = new ConcurrentDictionary<(TransitionKernel, TransitionRewards?), Lazy<Outcomes>>();
        return index =>
        {
            AgentMdp agent = mdp.Agents[index];
            Lazy<Outcomes> outcomes = made.GetOrAdd(
                (agent.Kernel, agent.RewardsByTransition), key => new Lazy<Outcomes>(() => new Outcomes(key.Item1, key.Item2)));
            return new MdpEnvironment(tables, outcomes.Value, agent.Rewards);
        };
    }

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        _state = _tables.Starts.Draw(0, _random.NextWord());
        observation[0] = _state;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The action is not one of 0 to A - 1.</exception>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        uint chosen = (uint)(int)action[0];
        if (chosen >= (uint)_tables.Actions.Count) throw OutOfRange(nameof(action), action[0], _tables.Actions.Count);
        int row = (_state * _tables.Actions.Count) + (int)chosen;
        double reward = _rewards[row];
        int outcome = _outcomes.Table.Draw(row, _random.NextWord());
        if (outcome < _tables.Terminal.Length) _state = outcome;
        else (_state, reward) = _outcomes.Paid[outcome - _tables.Terminal.Length];
        observation[0] = _state;
        return new StepResult(reward, _tables.Terminal[_state]);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state) => state[0] = _state;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The state is not one of 0 to S - 1.</exception>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        if (!_tables.Observations.Contains(state)) throw OutOfRange(nameof(state), state[0], _tables.Observations.Count);
        _state = (int)state[0];
        observation[0] = _state;
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, double value, int count) =>
        new(name, value, $"must be a whole number from 0 to {count - 1}");

    /// <summary>
    /// The outcomes of every row. What is drawn below S is the next state, and pays R(s, a); what is drawn from S on is the number, less S,
    /// of an outcome that pays a reward of its own.
    /// </summary>
    private sealed class Outcomes
    {
        public Outcomes(TransitionKernel kernel, TransitionRewards? rewards)
        {
            var paid = new List<(int Next, double Reward)>();
            int longest = kernel.LongestRow;
            foreach (int row in rewards is null ? [] : rewards.Rows) longest = Math.Max(longest, rewards!.Of(row).Length);
            const long most = AliasTable.MaxEntries / 2;
            if (kernel.RowCount * (long)longest > most)
            {
                throw new ArgumentException(
                    $"{kernel.RowCount} rows of up to {longest} outcomes are more than {most} entries", nameof(kernel));
            }
            Table = AliasTable.Create(
                kernel.RowCount, longest, 1, (int row, out ReadOnlySpan<int> next, out ReadOnlySpan<double> chances) =>
            {
                PaidTransition[] own = rewards is null ? [] : [.. rewards.Of(row)];
                if (own.Length == 0)
                {
                    next = kernel.Next(row);
                    chances = kernel.Probabilities(row);
                    return;
                }
                next = (int[])[.. Enumerable.Range(kernel.States + paid.Count, own.Length)];
                chances = (double[])[.. own.Select(o => o.Probability)];
                paid.AddRange(own.Select(o => (o.Next, o.Reward)));
            });
            Paid = [.. paid];
        }

        public AliasTable Table { get; }

        public (int Next, double Reward)[] Paid { get; }
    }

    /// <summary>What all agents have in common.</summary>
    private sealed class Tables
    {
        public Tables(FiniteMdp mdp)
        {
            (Observations, Actions, Terminal) = (new Discrete(mdp.States), new Discrete(mdp.Actions), [.. mdp.Terminal]);
            int[] states = [.. Enumerable.Range(0, mdp.States).Where(s => mdp.Initial[s] > 0)];
            double[] chances = [.. states.Select(s => mdp.Initial[s])];
            Starts = AliasTable.Create(
                1, states.Length, 1, (int _, out ReadOnlySpan<int> targets, out ReadOnlySpan<double> probabilities) =>
            {
                targets = states;
                probabilities = chances;
            });
        }

        public Discrete Observations { get; }

        public Discrete Actions { get; }

        public bool[] Terminal { get; }

        public AliasTable Starts { get; }
    }
}
