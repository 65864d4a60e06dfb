using System.Globalization;
using FedPG.Core.Options;
using FedPG.Federation.Agents;
using TorchSharp;

namespace FedPG.Federation.Execution;

/// <summary>The memory that agents' rows take: asked for before it is taken, so that a run that cannot fit does not begin.</summary>
internal static class MemoryNeed
{
    /// <summary>A row of parameters and one of gradients, whatever the algorithm keeps.</summary>
    private const int Rows = 2;

    /// <summary>Runs whose rows are smaller are not looked at, in bytes.</summary>
    private const long Small = 1L << 28;

    private const double Giga = 1e9;

    /// <summary>Refuses agents that cannot fit into the memory of this machine.</summary>
    /// <exception cref="InvalidInputException">They cannot.</exception>
    public static void Require(AgentsSetup setup, BlockFactory factory)
    {
        long agents = setup.Names.Count, parameters = setup.Layout.Length;
        int size = setup.Format.ElementSize;
        if (setup.Format.Device.type != DeviceType.CPU || Rows * agents * parameters * size < Small) return;
        using AgentBlock one = factory.Create(new BlockRange(0, 1));
        long kept = BlockState.Of(one).Sum(state => state.Value.numel());
        if (ErrorOf(setup.Training.Name, agents, parameters, kept, size, Free()) is { } error) throw new InvalidInputException(error);
    }

    /// <summary>Why agents do not fit; null where they may.</summary>
    /// <param name="name">The run.</param>
    /// <param name="agents">N.</param>
    /// <param name="parameters">d.</param>
    /// <param name="kept">Numbers that algorithm, estimator and local optimiser keep of an agent.</param>
    /// <param name="size">Bytes a number.</param>
    /// <param name="free">Bytes that are free.</param>
    public static ValidationError? ErrorOf(string name, long agents, long parameters, long kept, int size, long free)
    {
        double row = (Rows * (double)parameters) + kept, need = agents * row * size;
        if (need <= free) return null;
        double vectors = row / parameters;
        return new ValidationError(name, "policy", null, string.Create(CultureInfo.InvariantCulture,
            $"needs at least {need / Giga:F1} GB: {agents} agents x {parameters} parameters x {vectors:0.##} vectors x {size} bytes; "
                + $"{free / Giga:F1} GB are free, which is enough for {Math.Floor(free / (row * size)):F0} such agents, or for "
                + $"{Math.Floor(free / (agents * vectors * size)):F0} parameters an agent"));
    }

    /// <summary>What this process can still take, in bytes: of the machine, of its container, of its own limit.</summary>
    public static long Free()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long free = memory.TotalAvailableMemoryBytes - Environment.WorkingSet;
        if (!OperatingSystem.IsLinux()) return Math.Max(0, free);
        if (Kilobytes("/proc/meminfo", "MemAvailable:") is { } available) free = Math.Min(free, available * 1024);
        // The limit of `ulimit -v` is in bytes there, or "unlimited".
        string? limit = Words("/proc/self/limits", "Max address space")?.FirstOrDefault();
        if (long.TryParse(limit, CultureInfo.InvariantCulture, out long space) && Kilobytes("/proc/self/status", "VmSize:") is { } taken)
            free = Math.Min(free, space - (taken * 1024));
        return Math.Max(0, free);
    }

    private static long? Kilobytes(string file, string key) =>
        long.TryParse(Words(file, key)?.FirstOrDefault(), CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>The words after a key of a file of the kernel; null where there is none.</summary>
    private static string[]? Words(string file, string key)
    {
        if (!File.Exists(file)) return null;
        string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line?[key.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
