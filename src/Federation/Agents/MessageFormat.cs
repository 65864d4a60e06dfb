using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FedPG.Core.Options;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>How the numbers of messages are written.</summary>
public enum MessageNumbers
{
    /// <summary>As the run's type of tensors has them.</summary>
    Full,

    /// <summary>Rounded to float16 by whoever sends them.</summary>
    [Word("float16")]
    Float16,
}

/// <summary>
/// How the numbers of messages are written: as they are, or as float16, each rounded to the nearest (ties to even). Whoever sends rounds,
/// before anybody uses a number, in one process as on a cluster; sums and states stay as precise as they are.
/// </summary>
/// <param name="Numbers">How.</param>
public readonly record struct MessageFormat(MessageNumbers Numbers)
{
    /// <summary>Whether numbers are rounded to float16.</summary>
    public bool IsHalf => Numbers == MessageNumbers.Float16;

    /// <summary>The bytes of a number in a message.</summary>
    /// <param name="format">The type of the run's tensors.</param>
    public int SizeIn(TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return IsHalf ? Unsafe.SizeOf<Half>() : format.ElementSize;
    }

    /// <summary>
    /// What of a message arrives: the same type and shape, and the very tensor where nothing is rounded.
    /// Beyond the largest float16 numbers become infinite.
    /// </summary>
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
                return $"\"{message}\" holds {number.ToString("G9", CultureInfo.InvariantCulture)}, and float16 ends at 65504; use "
                    + "federation.messages \"full\"";
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
