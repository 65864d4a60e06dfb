using FedPG.Experiments.TensorBoard;
using FedPG.Federation;

namespace FedPG.Experiments.Training;

/// <summary>Hands every report to several sinks, in the order in which they were added. Not thread-safe.</summary>
internal sealed class RoundSinks : IRoundSink, IPainterSource
{
    private readonly List<IRoundSink> _sinks = [];

    /// <inheritdoc/>
    public IPolicyPainter? Painter => _sinks.OfType<IPolicyPainter>().FirstOrDefault();

    /// <summary>Adds a sink.</summary>
    public void Add(IRoundSink sink) => _sinks.Add(sink);

    /// <summary>Removes a sink that was added.</summary>
    public void Remove(IRoundSink sink) => _sinks.Remove(sink);

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        foreach (IRoundSink sink in _sinks) sink.Report(report);
    }

    /// <inheritdoc/>
    public void Stage(string what)
    {
        foreach (IRoundSink sink in _sinks) sink.Stage(what);
    }
}

/// <summary>A sink that is a function.</summary>
/// <param name="report">The function.</param>
internal sealed class CallbackSink(Action<RoundReport> report) : IRoundSink
{
    /// <inheritdoc/>
    public void Report(RoundReport round) => report(round);
}
