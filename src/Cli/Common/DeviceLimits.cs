using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Cli.Common;

/// <summary>What a device can do at most, as its maker or a measurement says.</summary>
/// <param name="Memory">GB/s to and from its memory.</param>
/// <param name="Compute">GFLOP/s in single precision.</param>
/// <param name="Launch">Microseconds that the start of an operation takes at least.</param>
/// <param name="Link">GB/s between it and the memory where trajectories are played; infinite where that is the same.</param>
/// <param name="Host">Million env-steps/s that the CPU beside it plays; infinite to leave it out.</param>
internal sealed record DeviceLimits(double Memory, double Compute, double Launch, double Link, double Host)
{
    public const string Allowed = "memory=GB/s,compute=GFLOP/s[,launch=microseconds][,link=GB/s][,host=million env-steps/s]";

    /// <summary>Reads <c>memory=4800,compute=67000,launch=3</c>.</summary>
    /// <param name="source">What the fault calls it.</param>
    /// <param name="text">The limits.</param>
    /// <exception cref="InvalidInputException">They cannot be read, one comes twice, or memory or compute is missing.</exception>
    public static DeviceLimits Parse(string source, string text)
    {
        Dictionary<string, double> given = [];
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=');
            bool valid = pair.Length == 2 && pair[0] is "memory" or "compute" or "launch" or "link" or "host"
                && double.TryParse(pair[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0
                && double.IsFinite(number) && given.TryAdd(pair[0], number);
            if (!valid) throw Error();
        }
        if (!given.TryGetValue("memory", out double memory) || !given.TryGetValue("compute", out double compute)) throw Error();
        return new DeviceLimits(memory, compute, given.GetValueOrDefault("launch", 0),
            given.GetValueOrDefault("link", double.PositiveInfinity), given.GetValueOrDefault("host", double.PositiveInfinity));

        InvalidInputException Error() => new(new ValidationError(source, "", text, $"must be {Allowed}, positive numbers"));
    }
}
