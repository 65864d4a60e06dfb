using BenchmarkDotNet.Attributes;
using FedPG.Cluster.Wire;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Execution;
using FedPG.Policies;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using static TorchSharp.torch;

namespace FedPG.Benchmarks;

/// <summary>
/// Checkpoints and the policy of a run of 16 agents with h-h networks, float32, in the folder for temporary files, and the messages of a
/// cluster. The time is that of a whole checkpoint, policy or message.
/// </summary>
public class Serialisation : IRoundSink, IDisposable
{
    private static readonly Dictionary<string, long> NoFiles = [];
    private static readonly Dictionary<string, string> NoDigests = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"fedpg-benchmark-{Environment.ProcessId}");
    private TrainingRun _run = null!;
    private ServiceProvider _services = null!;
    private Serializer _serializer = null!;
    private BlockReply _reply = null!;
    private byte[] _message = [];
    private string _stored = "";
    private int _written;

    /// <summary>h: 10,884 parameters, or 1,003,204.</summary>
    [Params(64, 950)]
    public int Width { get; set; }

    /// <summary>Makes a run and leaves its policy and a checkpoint.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Directory.CreateDirectory(_folder);
        _run = TrainingRun.Start(Problems.Experiment(Problems.Network(Width)), new ExecutionOptions(1, CPU), Path.Combine(_folder, "run"),
            [], this, TimeProvider.System);
        _run.Run(CancellationToken.None);
        _stored = Path.Combine(_folder, "stored");
        Checkpoint.Write(_stored, _run.Federation, NoFiles, NoDigests);
        _services = new ServiceCollection().AddSerializer(s => s.AddAssembly(typeof(BlockReply).Assembly)).BuildServiceProvider();
        _serializer = _services.GetRequiredService<Serializer>();
        _reply = new BlockReply(ReplyStatus.Done) { Value = TensorData.Of("sum", _run.Federation.Server.Theta), HasAnswer = true };
        _message = _serializer.SerializeToArray(_reply);
    }

    /// <summary>A checkpoint on disk, and its removal: thetabar and mbar, 16 memories, what agents have received.</summary>
    [Benchmark]
    public void WriteCheckpoint()
    {
        string folder = Path.Combine(_folder, $"{_written++}");
        Checkpoint.Write(folder, _run.Federation, NoFiles, NoDigests);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Finding it, its checksums, and its numbers in their rows.</summary>
    [Benchmark]
    public void ReadCheckpoint()
    {
        (string folder, CheckpointManifest manifest) = Checkpoint.Newest(_stored, _ => [], _ => { })!.Value;
        Checkpoint.Restore(folder, manifest, _run.Federation);
    }

    /// <summary>The final parameters, their manifest, the experiment.</summary>
    [Benchmark]
    public int ReadPolicy() => StoredPolicy.Read(_run.Folder!, ExperimentReader.Default).Parameters.Length;

    /// <summary>A worker's answer of one vector, from the tensor to bytes.</summary>
    [Benchmark]
    public int WriteMessage()
    {
        TensorData value = TensorData.Of("sum", _run.Federation.Server.Theta);
        return _serializer.SerializeToArray(_reply with { Value = value }).Length;
    }

    /// <summary>The same from bytes to the tensor.</summary>
    [Benchmark]
    public long ReadMessage()
    {
        using Tensor vector = _serializer.Deserialize<BlockReply>(_message)!.Value!.ToTensor(TensorFormat.Float32);
        return vector.NumberOfElements;
    }

    /// <inheritdoc/>
    public void Report(RoundReport report) { }

    /// <summary>Removes the files.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _run?.Dispose();
        _services?.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
