using FedPG.Core.Streams;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>A linear-quadratic problem that one agent steps through: x is observed, u is any real vector, a step pays -(x'Q_i x + u'R_i u) and leads to A x + B u.</summary>
public sealed class LinearQuadraticEpisodes : IStatefulEnvironment
{
    private readonly string[] _names;
    private readonly double[] _drift, _control, _stateCost, _controlCost, _start, _x, _next;

    /// <summary>Creates the environment.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="agent">The agent's index.</param>
    public LinearQuadraticEpisodes(LinearQuadraticProblem problem, int agent)
    {
        ArgumentNullException.ThrowIfNull(problem);
        LinearQuadraticAgent own = problem.Agents[agent];
        (_drift, _control) = (LinearQuadraticSampler.Rows(own.A), LinearQuadraticSampler.Rows(own.B));
        (_stateCost, _controlCost) = (LinearQuadraticSampler.Rows(own.Q), LinearQuadraticSampler.Rows(own.R));
        _start = LinearQuadraticSampler.Rows(LinearQuadraticSampler.Root(problem.StartCovariance));
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
        LinearQuadraticSampler.Multiply(_start, _next, _x);
        _x.CopyTo(observation);
    }

    /// <inheritdoc/>
    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double cost = LinearQuadraticSampler.Form(_stateCost, _x) + LinearQuadraticSampler.Form(_controlCost, action);
        LinearQuadraticSampler.Multiply(_drift, _x, _next);
        for (int i = 0; i < _next.Length; i++)
        {
            for (int j = 0; j < action.Length; j++) _next[i] += _control[(i * action.Length) + j] * action[j];
        }
        _next.CopyTo(_x, 0);
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
