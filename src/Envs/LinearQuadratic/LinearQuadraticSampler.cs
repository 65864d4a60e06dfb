using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// Plays u = -K x + sigma eps in a linear-quadratic problem, all trajectories of an agent in step, and gives every (state, control) met its
/// score weight, the mean over trajectories of (return_t - baseline_t), so that the estimate of the gradient is the sum over pairs of
/// W grad log pi(u|x). Pairs are in the order of time: pair t B + b is step t of trajectory b. Immutable and safe to share: what a thread
/// writes to is in its <see cref="Work"/>.
/// </summary>
public sealed class LinearQuadraticSampler
{
    private readonly SamplerSettings _settings;
    private readonly (double[] A, double[] B, double[] Q, double[] R)[] _agents;
    private readonly double[] _start, _discounts, _remaining;
    private readonly int _states, _controls;

    /// <summary>Prepares the matrices of every agent.</summary>
    /// <param name="problem">The problem; with a number of steps, trajectories have at most these.</param>
    /// <param name="settings">How trajectories become weights; costs are x'Qx + u'Ru whatever the objective.</param>
    /// <exception cref="ArgumentException">Leave-one-out with fewer than two trajectories, or longer trajectories than a stream has draws for.</exception>
    public LinearQuadraticSampler(LinearQuadraticProblem problem, SamplerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(settings);
        (_settings, _states, _controls) = (settings, problem.States, problem.Controls);
        Horizon = HorizonOf(problem, settings.Horizon);
        if (Horizon < 1 || Horizon > MaxSteps(problem) || settings.Trajectories < (settings.Baseline == Baseline.LeaveOneOut ? 2 : 1))
            throw new ArgumentException($"{settings.Trajectories} trajectories of length {Horizon} with baseline {settings.Baseline}", nameof(settings));
        _agents = [.. problem.Agents.Select(a => (Rows(a.A), Rows(a.B), Rows(a.Q), Rows(a.R)))];
        _start = Rows(Root(problem.StartCovariance));
        (_discounts, _remaining) = (new double[Horizon], new double[Horizon + 1]);
        for (int t = 0; t < Horizon; t++) _discounts[t] = Math.Pow(problem.Discount, t);
        for (int t = Horizon - 1; t >= 0; t--) _remaining[t] = _remaining[t + 1] + _discounts[t];
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
    public Work CreateWork() => new(_states, _controls, Horizon, _settings.Trajectories);

    /// <summary>Samples one batch of one agent. Allocates nothing.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <param name="gain">K, row by row.</param>
    /// <param name="standardDeviation">sigma.</param>
    /// <param name="key">The stream the batch is drawn from.</param>
    /// <param name="withRewards">Whether to report the undiscounted rewards too.</param>
    /// <param name="observations">The states met, [M, m].</param>
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
            Multiply(_start, work.Normal, work.States.AsSpan(b * _states, _states));
        }
        double rewards = 0;
        for (int t = 0; t < Horizon; t++)
        {
            for (int b = 0; b < batch; b++)
            {
                int pair = (t * batch) + b;
                double cost = Step(agent, standardDeviation, key, t, b, work, observations.Slice(pair * _states, _states), controls.Slice(pair * _controls, _controls));
                work.Costs[pair] = cost;
                rewards -= cost;
            }
        }
        WeighReturns(work.Costs, weights);
        return new RolloutStatistics((long)batch * Horizon, withRewards ? rewards : 0, withRewards ? batch : 0);
    }

    /// <summary>One transition of one trajectory; returns its cost.</summary>
    private double Step<T>(
        int agent, double standardDeviation, in StreamKey key, int t, int trajectory, Work work, Span<T> observation, Span<T> chosen)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (double[] a, double[] b, double[] q, double[] r) = _agents[agent];
        Span<double> x = work.States.AsSpan(trajectory * _states, _states), u = work.Control, next = work.Next;
        Normals.Fill(key, trajectory, Normals.Draws(_states) + (t * Normals.Draws(_controls)), work.Normal.AsSpan(0, _controls));
        Multiply(work.Gain, x, u);
        for (int j = 0; j < u.Length; j++) u[j] = (standardDeviation * work.Normal[j]) - u[j];
        for (int i = 0; i < x.Length; i++) observation[i] = T.CreateTruncating(x[i]);
        for (int j = 0; j < u.Length; j++) chosen[j] = T.CreateTruncating(u[j]);
        double cost = Form(q, x) + Form(r, u);
        Multiply(a, x, next);
        for (int i = 0; i < next.Length; i++)
        {
            for (int j = 0; j < u.Length; j++) next[i] += b[(i * u.Length) + j] * u[j];
        }
        next.CopyTo(x);
        return cost;
    }

    /// <summary>From costs, [T, B], to the weights of the scores: discounted returns less their baselines, over the batch.</summary>
    private void WeighReturns<T>(double[] costs, Span<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int batch = _settings.Trajectories;
        for (int t = Horizon - 1; t >= 0; t--)
        {
            for (int b = 0; b < batch; b++)
            {
                int pair = (t * batch) + b;
                costs[pair] = (_discounts[t] * costs[pair]) + (t + 1 < Horizon ? costs[pair + batch] : 0);
            }
        }
        for (int t = 0; t < Horizon; t++)
        {
            int from = _settings.Return == ReturnKind.ToGo ? t : 0;
            ReadOnlySpan<double> returns = costs.AsSpan(from * batch, batch);
            double sum = 0;
            foreach (double value in returns) sum += value;
            (double baseline, double scale) = _settings.Baseline switch
            {
                // return - mean of the others = (B return - sum) / (B - 1); the mean over the batch divides by B.
                Baseline.LeaveOneOut => (sum / batch, 1.0 / (batch - 1)),
                Baseline.Constant => (_settings.BaselineValue * _remaining[from], 1.0 / batch),
                _ => (0, 1.0 / batch),
            };
            for (int b = 0; b < batch; b++) weights[(t * batch) + b] = T.CreateTruncating((returns[b] - baseline) * scale);
        }
    }

    internal static double[] Rows(Matrix<double> matrix) => matrix.Transpose().ToColumnMajorArray();

    /// <summary>L with L L' = S, also where S is singular.</summary>
    internal static Matrix<double> Root(Matrix<double> covariance)
    {
        Evd<double> factors = covariance.Evd(Symmetricity.Symmetric);
        return factors.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(factors.EigenValues.Real().PointwiseMaximum(0).PointwiseSqrt());
    }

    /// <summary>target = matrix x, row by row.</summary>
    internal static void Multiply(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x, Span<double> target)
    {
        int columns = matrix.Length / target.Length;
        for (int i = 0; i < target.Length; i++)
        {
            double sum = 0;
            for (int j = 0; j < columns; j++) sum += matrix[(i * columns) + j] * x[j];
            target[i] = sum;
        }
    }

    /// <summary>x' matrix x.</summary>
    internal static double Form(ReadOnlySpan<double> matrix, ReadOnlySpan<double> x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            for (int j = 0; j < x.Length; j++) sum += x[i] * matrix[(i * x.Length) + j] * x[j];
        }
        return sum;
    }

    /// <summary>The arrays a thread samples in, made once and used for every batch. Not thread-safe.</summary>
    public sealed class Work
    {
        internal Work(int states, int controls, int horizon, int trajectories)
        {
            (Gain, Control, Next) = (new double[controls * states], new double[controls], new double[states]);
            Normal = new double[Math.Max(states, controls)];
            States = new double[trajectories * states];
            Costs = new double[trajectories * horizon];
        }

        internal double[] Gain { get; }

        internal double[] Control { get; }

        internal double[] Next { get; }

        internal double[] Normal { get; }

        internal double[] States { get; }

        internal double[] Costs { get; }
    }
}
