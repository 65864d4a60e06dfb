using FedPG.Federation;
using FedPG.Federation.Algorithms;
using FedPG.Policies;

namespace FedPG.Experiments.TensorBoard;

/// <summary>
/// The policy in TensorBoard, at the start, at the end, and between them at every twentieth part of the rounds: histograms of the
/// shared parameters, of the round's step and of the gradient that it followed, and a picture where somebody draws. Pictures are drawn
/// on a thread of their own, the first one when a tenth of the rounds is done, and none while those before took more than a hundredth
/// of the time. One thread at a time.
/// </summary>
internal sealed class PolicyEvents
{
    /// <summary>How many times in a run.</summary>
    public const int Times = 20;

    private const double MaxShare = 0.01;

    private readonly TrainingLoop _federation;
    private readonly FederationOptions _options;
    private readonly Func<IPolicyPainter?> _painter;
    private readonly TimeProvider _time;
    private readonly long _started;
    private double[]? _before;
    private Task<PolicyPicture?>? _drawing;
    private int _drawn = -1;
    private long _spent;

    /// <summary>Begins, where a run goes on with the parameters that it has.</summary>
    /// <param name="federation">What is trained.</param>
    /// <param name="options">Its step sizes.</param>
    /// <param name="painter">Draws, once there is something that does.</param>
    /// <param name="time">The clock.</param>
    public PolicyEvents(TrainingLoop federation, FederationOptions options, Func<IPolicyPainter?> painter, TimeProvider time)
    {
        (_federation, _options, _painter, _time, _started) = (federation, options, painter, time, time.GetTimestamp());
        if (federation.RoundsDone >= 0) _before = federation.Parameters();
    }

    /// <summary>Adds to the event of a round what is due after it.</summary>
    /// <param name="events">Takes it.</param>
    /// <param name="round">The rounds that are done.</param>
    public void Write(EventWriter events, int round)
    {
        bool due = IsDue(round);
        double[]? theta = due || IsDue(round + 1) ? _federation.Parameters() : null;
        if (due)
        {
            foreach (ParameterSlice slice in _federation.Layout.Slices)
            {
                if (slice.IsPersonal || slice.Offset + slice.Length > theta!.Length) continue;
                events.AddHistogram($"parameters/{slice.Name}", theta.AsSpan(slice.Offset, slice.Length));
                if (_before is null || round == 0) continue;
                double[] step = [.. Enumerable.Range(slice.Offset, slice.Length).Select(k => theta[k] - _before[k])];
                events.AddHistogram($"steps/{slice.Name}", step);
                events.AddHistogram($"gradients/{slice.Name}", GradientOf(step, round - 1));
            }
            if (_drawing is { IsCompleted: true }) Put(events);
            bool affordable = _time.GetElapsedTime(_started) * MaxShare >= TimeSpan.FromTicks(Interlocked.Read(ref _spent));
            bool between = affordable && _drawing is null && round * 10L >= _federation.Rounds;
            if (between || round == _federation.Rounds) Draw(events, round, theta!);
        }
        _before = theta;
    }

    /// <summary>Writes the last picture, when it is drawn.</summary>
    /// <param name="events">Takes it.</param>
    public void End(EventWriter events) => Put(events);

    /// <summary>
    /// -step / (alpha_g eta_t H): what a round's step followed, as the mean over agents and local steps. It is the mean gradient with plain
    /// steps; with an optimiser, of agents or of the server, it is the direction that the optimiser made of it.
    /// </summary>
    private double[] GradientOf(double[] step, int round)
    {
        double scale = -_options.GlobalStepSize * _options.LocalStepSize.At(round) * _options.LocalSteps;
        return scale == 0 ? [] : [.. step.Select(difference => difference / scale)];
    }

    private bool IsDue(int round) => round % Math.Max(1, (_federation.Rounds + Times - 1) / Times) == 0 || round == _federation.Rounds;

    private void Draw(EventWriter events, int round, double[] theta)
    {
        if (_painter() is not { } painter) return;
        Put(events);
        double[]? own = _federation.Served.OwnParameters() is [var first, ..] ? first : null;
        _drawn = round;
        _drawing = Task.Run(() =>
        {
            long began = _time.GetTimestamp();
            PolicyPicture? picture = painter.Paint(round, theta, own);
            Interlocked.Add(ref _spent, _time.GetElapsedTime(began).Ticks);
            return picture;
        });
    }

    private void Put(EventWriter events)
    {
        if (_drawing is not { } drawing) return;
        _drawing = null;
        if (drawing.GetAwaiter().GetResult() is { } picture) events.WriteImage(picture, _drawn);
    }
}
