using System.Numerics;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Optimizers;

/// <summary>
/// The local optimisers of a block of agents: directions that were corrected already become steps, first shortened, then preconditioned.
/// In that order the right points stay fixed: where thetabar is stationary every agent's corrected direction is mbar = 0, whatever its own
/// moments are. Every row is worked on by itself, in memory. One thread at a time.
/// </summary>
internal sealed class LocalOptimizer : IDisposable
{
    private readonly LocalOptimizerSettings _settings;
    private readonly int _count;

    /// <summary>Starts with moments of 0.</summary>
    /// <param name="settings">Which one.</param>
    /// <param name="like">Theta, [n, d]: whose type moments have.</param>
    public LocalOptimizer(LocalOptimizerSettings settings, Tensor like)
    {
        (_settings, _count) = (settings, (int)like.shape[0]);
        State = NewState(settings.Kind, like) ?? (object)NoState.Instance;
    }

    private LocalOptimizer(LocalOptimizerSettings settings, IStateRecord? state) =>
        (_settings, _count, State) = (settings, 1, state ?? (object)NoState.Instance);

    /// <summary>What momentum keeps of each agent.</summary>
    /// <param name="First">m, [n, d].</param>
    public sealed record FirstMoment(Tensor First) : IStateRecord;

    /// <summary>What adam keeps of each agent.</summary>
    /// <param name="First">m, [n, d].</param>
    /// <param name="Second">v, [n, d].</param>
    /// <param name="Steps">k, the steps behind them, [n], float64.</param>
    public sealed record BothMoments(Tensor First, Tensor Second, Tensor Steps) : IStateRecord;

    /// <summary>Moments, rows [n, ...]: part of what checkpoints store.</summary>
    public object State { get; }

    /// <summary>What becomes of the moments from round to round.</summary>
    public LocalOptimizerSettings Settings => _settings;

    private bool IsShared => _settings.State == LocalOptimizerState.Shared;

    /// <summary>Moments of 0 for one who takes all steps alone, such as a server; null where there are none.</summary>
    /// <param name="kind">Which optimiser.</param>
    /// <param name="theta">theta, [d].</param>
    public static IStateRecord? StateFor(LocalOptimizerKind kind, Tensor theta)
    {
        using Tensor row = theta.unsqueeze(0);
        return NewState(kind, row);
    }

    /// <summary>One who takes all steps alone, with moments that somebody else keeps and disposes.</summary>
    /// <param name="settings">Which optimiser.</param>
    /// <param name="state">What <see cref="StateFor"/> made.</param>
    public static LocalOptimizer With(LocalOptimizerSettings settings, IStateRecord? state) => new(settings, state);

    /// <summary>Begins a round: moments are forgotten where each round has its own.</summary>
    /// <param name="active">Which agents take part, [n]; null for all.</param>
    public void BeginRound(bool[]? active)
    {
        if (_settings.State != LocalOptimizerState.Reset) return;
        foreach ((_, Tensor tensor) in StateTensors.Of(State))
        {
            for (int i = 0; i < _count; i++)
            {
                if (active is null || active[i]) tensor[i].zero_();
            }
        }
    }

    /// <summary>Takes a gradient mean that the server broadcast into moments that all agents share.</summary>
    /// <param name="mean">mbar, [d].</param>
    /// <param name="active">Which agents take part, [n]; null for all.</param>
    public void Share(Tensor mean, bool[]? active)
    {
        if (!IsShared || State is not BothMoments(var first, var second, var steps)) return;
        Tensor square = mean * mean;
        for (int i = 0; i < _count; i++)
        {
            if (active is not null && !active[i]) continue;
            first[i].Scale(_settings.Beta1).AddMultiple(1 - _settings.Beta1, mean);
            second[i].Scale(_settings.Beta2).AddMultiple(1 - _settings.Beta2, square);
            steps.Span<double>()[i]++;
        }
    }

    /// <summary>Takes moments that the server averaged.</summary>
    /// <param name="index">0 for m, 1 for v.</param>
    /// <param name="mean">Their mean over the agents of the round, [d].</param>
    /// <param name="active">Who hears of it, [n]; null for all.</param>
    public void Take(int index, Tensor mean, bool[]? active)
    {
        Tensor moment = MomentOf(index);
        for (int i = 0; i < _count; i++)
        {
            if (active is null || active[i]) moment[i].copy_(mean);
        }
    }

    /// <summary>m or v, [n, d].</summary>
    /// <param name="index">0 for m, 1 for v.</param>
    public Tensor MomentOf(int index) => State switch
    {
        BothMoments both => index == 0 ? both.First : both.Second,
        FirstMoment own => own.First,
        _ => throw new InvalidOperationException("sgd has no moments"),
    };

    /// <summary>How many moments there are to average: 0, 1 or 2.</summary>
    /// <param name="kind">The optimiser.</param>
    public static int MomentsOf(LocalOptimizerKind kind) => kind switch
    {
        LocalOptimizerKind.Momentum => 1,
        LocalOptimizerKind.Adam => 2,
        _ => 0,
    };

    /// <summary>Theta moves, for the agents that take the step.</summary>
    /// <param name="theta">[n, d].</param>
    /// <param name="direction">The corrected directions, [n, d]; overwritten.</param>
    /// <param name="eta">The step size.</param>
    /// <param name="active">Who takes the step, [n]; null for all.</param>
    public void Step(Tensor theta, Tensor direction, double eta, bool[]? active)
    {
        // Elsewhere than on the CPU the rows are brought here: what is written in one place has one order of operations.
        bool isHere = theta.device_type == TorchSharp.DeviceType.CPU && theta.is_contiguous();
        Tensor rows = isHere ? theta : theta.cpu().contiguous(), along = direction.cpu().contiguous();
        if (rows.dtype == ScalarType.Float64) Step<double>(rows, along, eta, active);
        else Step<float>(rows, along, eta, active);
        if (!isHere) theta.copy_(rows);
    }

    /// <inheritdoc/>
    public void Dispose() => StateTensors.Dispose(State);

    private static IStateRecord? NewState(LocalOptimizerKind kind, Tensor like) => kind switch
    {
        LocalOptimizerKind.Momentum => new FirstMoment(Zeros(like)),
        LocalOptimizerKind.Adam => new BothMoments(
            Zeros(like), Zeros(like), zeros(like.shape[0], dtype: ScalarType.Float64).DetachFromDisposeScope()),
        _ => null,
    };

    private static Tensor Zeros(Tensor like) => zeros(like.shape, dtype: like.dtype).DetachFromDisposeScope();

    private void Step<T>(Tensor theta, Tensor direction, double eta, bool[]? active)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> rows = theta.Span<T>(), along = direction.Span<T>();
        int d = rows.Length / _count;
        for (int i = 0; i < _count; i++)
        {
            if (active is not null && !active[i]) continue;
            Span<T> row = rows.Slice(i * d, d), g = along.Slice(i * d, d);
            if (_settings.MaxNorm is { } most) Shorten(g, most);
            switch (State)
            {
                case BothMoments(var first, var second, var steps):
                    Span<double> counts = steps.Span<double>();
                    if (!IsShared) counts[i]++;
                    Adam(row, g, first.Span<T>().Slice(i * d, d), second.Span<T>().Slice(i * d, d), eta, counts[i]);
                    break;
                case FirstMoment(var first):
                    Momentum(row, g, first.Span<T>().Slice(i * d, d), eta);
                    break;
                default:
                    T step = T.CreateTruncating(eta);
                    for (int k = 0; k < d; k++) row[k] -= step * g[k];
                    break;
            }
        }
    }

    /// <summary>g min(1, most / (||g|| + 1e-6)), the norm over all parameters of the agent together.</summary>
    private static void Shorten<T>(Span<T> g, double most)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double norm = Math.Sqrt(OptimizerSums.SquaredNorm<T>(g));
        double share = most / (norm + 1e-6);
        if (!(share < 1)) return;
        T factor = T.CreateTruncating(share);
        for (int k = 0; k < g.Length; k++) g[k] *= factor;
    }

    private void Momentum<T>(Span<T> row, ReadOnlySpan<T> g, Span<T> m, double eta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (T beta, T step) = (T.CreateTruncating(_settings.Beta1), T.CreateTruncating(eta));
        for (int k = 0; k < row.Length; k++)
        {
            m[k] = (beta * m[k]) + g[k];
            row[k] -= step * m[k];
        }
    }

    private void Adam<T>(Span<T> row, ReadOnlySpan<T> g, Span<T> m, Span<T> v, double eta, double steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double kept = Math.Pow(_settings.Beta1, steps), remembered = Math.Pow(_settings.Beta2, steps);
        if (IsShared)
        {
            // Before the first mean there are no moments to divide by: a step along the direction.
            double own = 1 - _settings.Beta1, old = steps > 0 ? _settings.Beta1 / (1 - kept) : 0;
            OptimizerSums.SharedStep(row, g, m, v, own, old, eta, steps > 0 ? 1 / (1 - remembered) : 0, _settings.Epsilon);
            return;
        }
        OptimizerSums.AdamStep(
            row, g, m, v, (_settings.Beta1, _settings.Beta2), eta / (1 - kept), 1 / (1 - remembered), _settings.Epsilon);
    }
}
