using System.Globalization;
using FedPG.Comparison.Plan;
using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Comparison.Sweeps;

/// <summary>
/// A key of the experiment whose values a sweep draws at random. The value of a draw depends on the seed, the number of the key and the
/// number of the draw alone: 20 draws begin with those of 10. Immutable.
/// </summary>
/// <param name="Path">The key's path from the root of the experiment file.</param>
/// <param name="Distribution">What values are drawn from, as it was written: <c>log:1e-3..1e-1</c>.</param>
internal sealed record SweepDraw(string Path, string Distribution)
{
    /// <summary>The option, as errors name it.</summary>
    public const string Source = "--draw";

    /// <summary>The form of the option's value.</summary>
    public const string Form = "key.path=log:LOW..HIGH|uniform:LOW..HIGH|whole:LOW..HIGH|v1,v2,...";

    private const string Log = "log", Uniform = "uniform", Whole = "whole";

    /// <summary>The largest end of a range of whole numbers.</summary>
    private const double LargestWhole = int.MaxValue;

    private static readonly string[] Kinds = [Log, Uniform, Whole];

    /// <summary>Reads <c>key.path=DISTRIBUTION</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="errors">Takes every error.</param>
    /// <returns>null where there was one.</returns>
    public static SweepDraw? Parse(string text, List<ValidationError> errors)
    {
        if (ArgumentText.Assignment(text) is not { Key.Length: > 0, Value.Length: > 0 } parts)
        {
            errors.Add(new ValidationError(Source, "", text, $"must be {Form}"));
            return null;
        }
        if (ErrorOf(parts.Value) is not { } reason) return new SweepDraw(SweepGrid.PathOf(parts.Key), parts.Value);
        errors.Add(new ValidationError(Source, parts.Key, parts.Value, reason));
        return null;
    }

    /// <summary>The value of a draw, as <c>--set</c> takes it: numbers with six digits.</summary>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="key">The number of the key among those that are drawn, 0 or more.</param>
    /// <param name="draw">The number of the draw, 0 or more.</param>
    public string ValueOf(long seed, int key, int draw)
    {
        (uint high, uint low, _, _) = new StreamKey(seed, StreamPurpose.Sweep, key, draw, 0).Draw(0, 0);
        double share = ((((ulong)high << 32) | low) >> 11) * (1.0 / (1L << 53));
        if (Range(Distribution) is not { } range)
        {
            IReadOnlyList<string> values = ArgumentText.Split(Distribution, ',');
            return values[(int)(share * values.Count)];
        }
        return range.Kind switch
        {
            Log => Number(Math.Exp(Math.Log(range.Low) + (share * (Math.Log(range.High) - Math.Log(range.Low))))),
            Uniform => Number((range.Low * (1 - share)) + (range.High * share)),
            _ => (range.Low + Math.Floor(share * (range.High - range.Low + 1))).ToString("F0", CultureInfo.InvariantCulture),
        };
    }

    private static string? ErrorOf(string distribution)
    {
        string kind = distribution.Split(':')[0];
        if (!Kinds.Contains(kind) || !distribution.Contains(':', StringComparison.Ordinal))
        {
            if (distribution.Contains("..", StringComparison.Ordinal))
                return "must be log:LOW..HIGH, uniform:LOW..HIGH, whole:LOW..HIGH or a list";
            bool hasEmpty = ArgumentText.Split(distribution, ',').Any(v => v.Length == 0);
            return hasEmpty ? "has an empty value; must be values, separated by commas" : null;
        }
        if (Range(distribution) is not { } range) return $"must be {kind}:LOW..HIGH with two numbers";
        if (range.Low >= range.High) return "must be a range whose low end lies below the high one";
        if (kind == Log && range.Low <= 0) return "must be a range of positive numbers: it is drawn by its logarithm";
        bool whole = range.Low == Math.Floor(range.Low) && range.High == Math.Floor(range.High)
            && Math.Max(Math.Abs(range.Low), Math.Abs(range.High)) <= LargestWhole;
        return kind == Whole && !whole ? $"must be a range of whole numbers, at most {LargestWhole:F0}" : null;
    }

    /// <summary>The range; null for a list of values.</summary>
    private static (string Kind, double Low, double High)? Range(string distribution)
    {
        string[] parts = distribution.Split(':', 2);
        if (parts.Length != 2 || !Kinds.Contains(parts[0])) return null;
        string[] ends = parts[1].Split("..");
        return ends.Length == 2 && Finite(ends[0], out double low) && Finite(ends[1], out double high) ? (parts[0], low, high) : null;
    }

    private static bool Finite(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static string Number(double value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            .ToString("R", CultureInfo.InvariantCulture);
}
