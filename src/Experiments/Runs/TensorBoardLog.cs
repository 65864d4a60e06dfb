using System.Threading.Channels;
using FedPG.Federation;
using TorchSharp;
using TorchSharp.Modules;

namespace FedPG.Experiments.Runs;

/// <summary>
/// The curves of a run for TensorBoard. The writer opens its file for every event, so one thread of its own does nothing else, and training
/// never waits for it except to take a checkpoint.
/// </summary>
internal sealed class TensorBoardLog : IRoundSink, IDisposable
{
    /// <summary>With more agents than this their own curves are left to agents.csv.</summary>
    public const int MaxAgentCurves = 64;

    /// <summary>Values that may wait to be written; with more the training waits, so that memory stays flat however short the rounds are.</summary>
    private const int MaxWaiting = 1 << 15;

    private readonly Channel<(string Tag, float Value, int Step)> _queue = Channel.CreateBounded<(string, float, int)>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly SummaryWriter _writer;
    private readonly Thread _thread;
    private readonly string[] _names;
    private long _queued, _written;
    private volatile Exception? _error;

    public TensorBoardLog(string folder, IEnumerable<string> agentNames, string experimentJson, bool resumed)
    {
        _names = [.. agentNames];
        _writer = torch.utils.tensorboard.SummaryWriter(folder, createRunName: false);
        if (!resumed) _writer.add_text("experiment", "    " + experimentJson.ReplaceLineEndings("\n    "), 0);
        _thread = new Thread(Write) { IsBackground = true, Name = "tensorboard" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Report(RoundReport report)
    {
        foreach (string name in report.Metrics.Names) Add(name, report.Metrics[name], report.Round);
        if (_names.Length > MaxAgentCurves) return;
        if (report.Evaluation is { } evaluation)
        {
            for (int i = 0; i < _names.Length; i++)
            {
                Add($"agents/{_names[i]}/return", evaluation.AgentEpisodes?[i].Return, report.Round);
                Add($"agents/{_names[i]}/objective", evaluation.AgentObjectives[i], report.Round);
            }
        }
        foreach (string name in report.Metrics.AgentNames)
        {
            IReadOnlyList<double?> values = report.Metrics.PerAgent(name)!;
            for (int i = 0; i < _names.Length; i++) Add($"agents/{_names[i]}/{name}", values[i], report.Round);
        }
    }

    /// <summary>Waits until everything reported is in the file.</summary>
    public void Flush()
    {
        var wait = new SpinWait();
        while (Volatile.Read(ref _written) < _queued && _error is null) wait.SpinOnce();
        if (_error is not null) throw new IOException($"the TensorBoard file cannot be written: {_error.Message}", _error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Writer.Complete();
        _thread.Join();
    }

    private void Add(string tag, double? value, int step)
    {
        if (value is not { } number) return;
        _queued++;
        var wait = new SpinWait();
        while (!_queue.Writer.TryWrite((tag, (float)number, step)) && _error is null) wait.SpinOnce();
    }

    private void Write()
    {
        try
        {
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_queue.Reader.TryRead(out (string Tag, float Value, int Step) item))
                {
                    _writer.add_scalar(item.Tag, item.Value, item.Step);
                    Interlocked.Increment(ref _written);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Handed to the training thread at the next checkpoint or at the end.
            _error = e;
        }
    }
}
