using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FedPG.Core.Resources;
using FedPG.Core.Options;
using FedPG.Federation.Agents;
using TorchSharp;

namespace FedPG.Federation.Execution;

/// <summary>The memory that agents' rows take: asked for before it is taken, so that a run that cannot fit does not begin.</summary>
internal static partial class MemoryNeed
{
    /// <summary>A row of parameters and one of gradients, whatever the algorithm keeps.</summary>
    private const int Rows = 2;

    /// <summary>Runs whose rows are smaller are not looked at, in bytes.</summary>
    private const long Small = 1L << 28;

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
            $"needs at least {need / FreeMemory.Giga:F1} GB: {agents} agents x {parameters} parameters x {vectors:0.##} vectors x "
                + $"{size} bytes; {free / FreeMemory.Giga:F1} GB are free, which is enough for "
                + $"{Math.Floor(free / (row * size)):F0} such agents, or for "
                + $"{Math.Floor(free / (agents * vectors * size)):F0} parameters an agent"));
    }

    /// <summary>What this process can still take, in bytes.</summary>
    public static long Free() => FreeMemory.Bytes();

    /// <summary>What torch asked for and did not get, in words; null for another failure.</summary>
    /// <param name="exception">Torch's own.</param>
    public static string? Explain(Exception exception)
    {
        if (exception is not ExternalException || Refused().Match(exception.Message) is not { Success: true } asked) return null;
        double bytes = double.Parse(asked.Groups[1].Value, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"out of memory: {bytes / FreeMemory.Giga:0.0##} GB more were asked for at once, and "
                + $"{Free() / FreeMemory.Giga:0.0##} GB are free");
    }

    [GeneratedRegex("tried to allocate ([0-9]+) bytes")]
    private static partial Regex Refused();
}
