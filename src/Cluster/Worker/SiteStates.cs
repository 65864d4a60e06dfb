using System.Collections.Concurrent;
using FedPG.Cluster.Wire;
using FedPG.Federation.Execution;

namespace FedPG.Cluster.Worker;

/// <summary>
/// What a site keeps of its own agents, because nobody else may: the last states of each block, and those that the run's last checkpoints
/// go on from, in memory, and in files where the site names a folder. They go by the hash of
/// the experiment, which decides them. Thread-safe.
/// </summary>
/// <param name="folder">The folder; null for memory only, which a restarted process has lost.</param>
internal sealed class SiteStates(string? folder)
{
    private const int Kept = 4, KeptLasting = 2, Format = 1;
    private readonly ConcurrentDictionary<string, TensorData[]> _states = new();
    private readonly ConcurrentDictionary<string, (List<string> Passing, List<string> Lasting)> _names = new();

    /// <summary>Puts by what a block is before a round, and forgets the oldest. Called by one thread a block.</summary>
    /// <param name="experiment">The hash of the experiment.</param>
    /// <param name="range">The block.</param>
    /// <param name="round">The round that is next.</param>
    /// <param name="isLasting">Whether a checkpoint goes on from there: a server that is lost may ask for it much later.</param>
    /// <param name="state">What the block keeps.</param>
    public void Keep(string experiment, BlockRange range, int round, bool isLasting, TensorData[] state)
    {
        string name = NameOf(experiment, range, round);
        if (folder is not null) Write(Path.Combine(folder, name), state);
        _states[name] = state;
        (List<string> passing, List<string> lasting) = _names.GetOrAdd(NameOf(experiment, range, -1), _ => ([], []));
        (List<string> names, int kept) = isLasting ? (lasting, KeptLasting) : (passing, Kept);
        names.Remove(name);
        names.Add(name);
        if (names.Count <= kept) return;
        string oldest = names[0];
        names.RemoveAt(0);
        if (passing.Contains(oldest) || lasting.Contains(oldest)) return;
        _states.TryRemove(oldest, out _);
        if (folder is not null) File.Delete(Path.Combine(folder, oldest));
    }

    /// <summary>What a block was before a round; null where that is not known.</summary>
    public TensorData[]? Find(string experiment, BlockRange range, int round)
    {
        string name = NameOf(experiment, range, round);
        if (_states.TryGetValue(name, out TensorData[]? state)) return state;
        return folder is not null && File.Exists(Path.Combine(folder, name)) ? Read(Path.Combine(folder, name)) : null;
    }

    private static string NameOf(string experiment, BlockRange range, int round) =>
        FormattableString.Invariant($"{experiment[..16]}-{range.First}+{range.Count}-{round}.state");

    /// <summary>Aside and then in place, so that a file is there whole or not at all.</summary>
    private static void Write(string path, TensorData[] state)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string aside = path + ".tmp";
        using (var writer = new BinaryWriter(File.Create(aside)))
        {
            writer.Write(Format);
            writer.Write(state.Length);
            foreach (TensorData tensor in state)
            {
                writer.Write(tensor.Name);
                writer.Write(tensor.Kind == NumberKind.Float64);
                writer.Write(tensor.Shape.Length);
                foreach (long size in tensor.Shape) writer.Write(size);
                foreach (byte[] bytes in new[] { tensor.Values, tensor.Places ?? [] })
                {
                    writer.Write(bytes.Length);
                    writer.Write(bytes);
                }
                writer.Write(tensor.Places is not null);
            }
        }
        File.Move(aside, path, overwrite: true);
    }

    private static TensorData[]? Read(string path)
    {
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            if (reader.ReadInt32() != Format) return null;
            var state = new TensorData[reader.ReadInt32()];
            for (int k = 0; k < state.Length; k++)
            {
                (string name, bool precise, long[] shape) = (reader.ReadString(), reader.ReadBoolean(), new long[reader.ReadInt32()]);
                for (int i = 0; i < shape.Length; i++) shape[i] = reader.ReadInt64();
                (byte[] values, byte[] places) = (reader.ReadBytes(reader.ReadInt32()), reader.ReadBytes(reader.ReadInt32()));
                state[k] = new TensorData(name, precise ? NumberKind.Float64 : NumberKind.Float32, shape, values,
                    reader.ReadBoolean() ? places : null);
            }
            return state;
        }
        catch (Exception e) when (e is IOException or OverflowException)
        {
            return null;
        }
    }
}
