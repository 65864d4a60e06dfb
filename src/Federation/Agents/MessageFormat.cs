using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FedPG.Core.Options;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// How the numbers of messages are written: as they are, or as float16, each rounded to the nearest (ties to even). Whoever sends rounds, before anybody uses
/// a number, in one process as on a cluster; sums and states stay as precise as they are.
/// </summary>
/// <param name="IsHalf">Whether numbers are rounded to float16.</param>
public readonly record struct MessageFormat(bool IsHalf)
{
    /// <summary>The key in the federation section.</summary>
    public const string Key = "messages";

    private const string Full = "full", Float16 = "float16";

    /// <summary>Reads the key.</summary>
    public static MessageFormat Read(OptionReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new MessageFormat(reader.Choice(Key, Full, [Full, Float16], "how the numbers of messages are written: as dtype says, or rounded to float16 by whoever sends them") == Float16);
    }

    /// <summary>The bytes of a number in a message.</summary>
    /// <param name="format">The type of the run's tensors.</param>
    public int SizeIn(TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return IsHalf ? Unsafe.SizeOf<Half>() : format.ElementSize;
    }

    /// <summary>What of a message arrives: the same type and shape, and the very tensor where nothing is rounded. Beyond the largest float16 numbers become infinite.</summary>
    public Tensor AsSent(Tensor numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        if (!IsHalf) return numbers;
        // Through float32, as torch goes, a float64 would be rounded twice.
        return numbers.dtype == ScalarType.Float64 ? Rounded(numbers) : numbers.to(ScalarType.Float16).to(numbers.dtype);
    }

    /// <summary>Why a message cannot be sent: its first finite number that float16 cannot hold; null where there is none.</summary>
    /// <param name="message">The message's name.</param>
    /// <param name="numbers">The message as it was computed.</param>
    public string? ErrorOf(string message, Tensor numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        if (!IsHalf) return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = numbers.detach().cpu().to(ScalarType.Float64).contiguous();
        foreach (double number in MemoryMarshal.Cast<byte, double>(plain.bytes))
        {
            if (double.IsFinite(number) && !Half.IsFinite((Half)number))
                return $"\"{message}\" holds {number.ToString("G9", CultureInfo.InvariantCulture)}, and float16 ends at 65504; use federation.{Key} \"{Full}\"";
        }
        return null;
    }

    private static Tensor Rounded(Tensor numbers)
    {
        Tensor rounded = numbers.detach().cpu().contiguous().clone();
        Span<double> span = MemoryMarshal.Cast<byte, double>(rounded.bytes);
        for (int k = 0; k < span.Length; k++) span[k] = (double)(Half)span[k];
        return numbers.device_type == DeviceType.CPU ? rounded : rounded.to(numbers.device);
    }
}
