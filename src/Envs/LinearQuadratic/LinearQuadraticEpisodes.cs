using FedPG.Core.Streams;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// A linear-quadratic problem that one agent steps through: x is observed, u is any real vector, and a step pays -(x'Q_i x + u'R_i u) and
/// leads to A x + B u.
/// </summary>
internal sealed class LinearQuadraticEpisodes : IStatefulEnvironment
{
    private readonly string[] _names;
    private readonly LinearQuadraticDynamics _dynamics;
    private readonly double[] _start, _x, _next;

    /// <summary>Creates the environment.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="agent">The agent's index.</param>
    public LinearQuadraticEpisodes(LinearQuadraticProblem problem, int agent)
    {
        ArgumentNullException.ThrowIfNull(problem);
        _dynamics = new LinearQuadraticDynamics(problem.Agents[agent]);
        _start = MatrixRows.Of(MatrixRows.Root(problem.StartCovariance));
        (_x, _next) = (new double[problem.States], new double[problem.States]);
        _names = [.. Enumerable.Range(0, problem.States).Select(k => $"x{k}")];
        (ObservationSpace, ActionSpace) = (Box.Of(problem.States), Box.Of(problem.Controls));
    }

    /// <inheritdoc/>
    public Space ObservationSpace { get; }

    /// <inheritdoc/>
    public Space ActionSpace { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> StateNames => _names;

    /// <inheritdoc/>
    public void Reset(long seed, Span<double> observation)
    {
        var random = new EpisodeRandom(seed);
        for (int k = 0; k < _next.Length; k++) _next[k] = random.Normal();
        MatrixRows.Multiply(_start, _next, _x);
        _x.CopyTo(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double cost = _dynamics.Step(_x, action, _next);
        _x.CopyTo(observation);
        return new StepResult(-cost, false);
    }

    /// <inheritdoc/>
    public void ReadState(Span<double> state) => _x.CopyTo(state);

    /// <inheritdoc/>
    public void WriteState(ReadOnlySpan<double> state, Span<double> observation)
    {
        state.CopyTo(_x);
        state.CopyTo(observation);
    }
}
