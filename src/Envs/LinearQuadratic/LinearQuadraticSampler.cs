using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// Plays u = -K x + sigma eps in a linear-quadratic problem, all trajectories of an agent in step, and gives every pair of state and
/// control its score weight, the mean over trajectories of (return_t - baseline_t). So the estimate of the gradient is the sum over pairs
/// of W grad log pi(u|x). Pairs are in the order of time: pair t B + b is step t of trajectory b. Immutable and safe to share: what a
/// thread writes to is in its <see cref="Work"/>.
/// </summary>
internal sealed class LinearQuadraticSampler
{
    private readonly SamplerSettings _settings;
    private readonly LinearQuadraticDynamics[] _agents;
    private readonly double[] _start;
    private readonly double _discount;
    private readonly int _states, _controls;

    /// <summary>Prepares the matrices of every agent.</summary>
    /// <param name="problem">The problem; with a number of steps, trajectories have at most these.</param>
    /// <param name="settings">How trajectories become weights; costs are x'Qx + u'Ru whatever the objective.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two trajectories for leave-one-out, or trajectories are longer than a stream has draws for.
    /// </exception>
    public LinearQuadraticSampler(LinearQuadraticProblem problem, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(settings);
        Horizon = HorizonOf(problem, settings.Horizon);
        settings.RequireUsable(Horizon, MaxSteps(problem));
        (_settings, _discount) = (settings with { Horizon = Horizon }, problem.Discount);
        (_states, _controls) = (problem.States, problem.Controls);
        _agents = [.. problem.Agents.Select(agent => new LinearQuadraticDynamics(agent))];
        _start = MatrixRows.Of(MatrixRows.Root(problem.StartCovariance));
    }

    /// <summary>The steps of a trajectory.</summary>
    public int Horizon { get; }

    /// <summary>M, the pairs of one agent's batch.</summary>
    public int Pairs => Horizon * _settings.Trajectories;

    /// <summary>The steps of a trajectory truncated at K steps: fewer where episodes are shorter.</summary>
    public static int HorizonOf(LinearQuadraticProblem problem, int truncation)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem.Steps == 0 ? truncation : Math.Min(truncation, problem.Steps);
    }

    /// <summary>The longest trajectory that a stream has random numbers for.</summary>
    public static int MaxSteps(LinearQuadraticProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return (StreamKey.MaximumDraw + 1 - Normals.Draws(problem.States)) / Normals.Draws(problem.Controls);
    }

    /// <summary>The arrays one thread works in.</summary>
    public Work CreateWork() => new(_states, _controls, new EpisodeBatch(_settings.Trajectories, Horizon, _discount));

    /// <summary>Samples one batch of one agent. Allocates nothing.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <param name="gain">K, row by row.</param>
    /// <param name="standardDeviation">sigma.</param>
    /// <param name="key">The stream the batch is drawn from.</param>
    /// <param name="withRewards">Whether to report the undiscounted rewards too.</param>
    /// <param name="observations">The states, [M, m].</param>
    /// <param name="controls">The controls chosen there, [M, k].</param>
    /// <param name="weights">W, [M].</param>
    /// <param name="work">The calling thread's arrays.</param>
    public RolloutStatistics Sample<T>(
        int agent, ReadOnlySpan<T> gain, double standardDeviation, in StreamKey key, bool withRewards,
        Span<T> observations, Span<T> controls, Span<T> weights, Work work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(work);
        int batch = _settings.Trajectories;
        for (int i = 0; i < gain.Length; i++) work.Gain[i] = double.CreateTruncating(gain[i]);
        for (int b = 0; b < batch; b++)
        {
            Normals.Fill(key, b, 0, work.Normal.AsSpan(0, _states));
            MatrixRows.Multiply(_start, work.Normal, work.States.AsSpan(b * _states, _states));
        }
        work.Batch.Clear();
        for (int t = 0; t < Horizon; t++)
        {
            work.Batch.BeginStep();
            for (int b = 0; b < batch; b++)
            {
                int pair = (t * batch) + b;
                Span<T> observation = observations.Slice(pair * _states, _states), control = controls.Slice(pair * _controls, _controls);
                double cost = Step(agent, standardDeviation, key, t, b, work, observation, control);
                work.Batch.AddTransition(b, -cost, cost, log: 0);
            }
        }
        work.Batch.ScoreWeights(_settings, temperature: 0, weights);
        return new RolloutStatistics(work.Batch.EnvSteps, withRewards ? work.Batch.RewardSum : 0, withRewards ? batch : 0);
    }

    /// <summary>One transition of one trajectory; returns its cost.</summary>
    private double Step<T>(
        int agent, double standardDeviation, in StreamKey key, int t, int trajectory, Work work, Span<T> observation, Span<T> chosen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> x = work.States.AsSpan(trajectory * _states, _states), u = work.Control;
        Normals.Fill(key, trajectory, Normals.Draws(_states) + (t * Normals.Draws(_controls)), work.Normal.AsSpan(0, _controls));
        MatrixRows.Multiply(work.Gain, x, u);
        for (int j = 0; j < u.Length; j++) u[j] = (standardDeviation * work.Normal[j]) - u[j];
        for (int i = 0; i < x.Length; i++) observation[i] = T.CreateTruncating(x[i]);
        for (int j = 0; j < u.Length; j++) chosen[j] = T.CreateTruncating(u[j]);
        return _agents[agent].Step(x, u, work.Next);
    }

    /// <summary>The arrays a thread samples in, made once and used for every batch. Not thread-safe.</summary>
    public sealed class Work
    {
        internal Work(int states, int controls, EpisodeBatch batch)
        {
            Batch = batch;
            (Gain, Control, Next) = (new double[controls * states], new double[controls], new double[states]);
            Normal = new double[Math.Max(states, controls)];
            States = new double[batch.Trajectories * states];
        }

        internal double[] Gain { get; }

        internal double[] Control { get; }

        internal double[] Next { get; }

        internal double[] Normal { get; }

        internal double[] States { get; }

        /// <summary>The costs, from which weights follow.</summary>
        internal EpisodeBatch Batch { get; }
    }
}
