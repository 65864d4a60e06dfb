using FedPG.Envs.Streams;

namespace FedPG.Envs.Checking;

/// <summary>Steps one agent of a finite MDP by its table: the state's number is observed, and an episode ends in a terminal state.</summary>
internal sealed class TableSteps(FiniteMdp mdp, int agent) : IEnvironment
{
    private readonly TransitionKernel _kernel = mdp.Agents[agent].Kernel;
    private readonly double[] _rewards = mdp.Agents[agent].Rewards;
    private StreamKey _key;
    private int _state, _step;

    public Space ObservationSpace { get; } = new Discrete(mdp.States);

    public Space ActionSpace { get; } = new Discrete(mdp.Actions);

    public void Reset(long seed, Span<double> observation)
    {
        (_key, _step) = (new StreamKey(seed, StreamPurpose.Diagnosis, agent, 1, 0), 0);
        double u = Uniform();
        _state = Array.FindLastIndex(mdp.Initial, p => p > 0);
        for (int s = 0; s < mdp.States; s++)
        {
            u -= mdp.Initial[s];
            if (u >= 0) continue;
            _state = s;
            break;
        }
        observation[0] = _state;
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        int row = (_state * mdp.Actions) + (int)action[0];
        ReadOnlySpan<int> next = _kernel.Next(row);
        ReadOnlySpan<double> probabilities = _kernel.Probabilities(row);
        double u = Uniform();
        int k = 0;
        while (k < next.Length - 1 && (u -= probabilities[k]) >= 0) k++;
        _state = next[k];
        observation[0] = _state;
        return new StepResult(_rewards[row], mdp.Terminal[_state]);
    }

    /// <summary>The step's own number, uniform on (0, 1).</summary>
    private double Uniform()
    {
        (uint w0, uint w1, _, _) = _key.Draw(_step >> 16, _step & StreamKey.MaximumDraw);
        _step++;
        return ((((ulong)w0 << 32) | w1) >> 11) * (1.0 / (1L << 53));
    }
}
