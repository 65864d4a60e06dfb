using System.Text.Json;

namespace FedPG.Core.Options;

/// <summary>
/// Which numbers of JSON are whole: 2, 2.0 and 2e0 alike, wherever a file or an override asks for a whole number. Stateless.
/// </summary>
internal static class WholeNumbers
{
    /// <summary>The whole number that an element is.</summary>
    /// <param name="element">Any element.</param>
    /// <param name="minimum">The smallest that is allowed, -2^53 or more.</param>
    /// <param name="maximum">The largest that is allowed; above 2^53 none is.</param>
    /// <returns>The number; null where the element is no number, not whole or out of range.</returns>
    public static long? Of(JsonElement element, long minimum, long maximum)
    {
        if (element.ValueKind != JsonValueKind.Number) return null;
        // Nearly all numbers are written without a point, and a file may hold millions.
        if (element.TryGetInt32(out int plain)) return plain >= minimum && plain <= maximum ? plain : null;
        if (!element.TryGetDouble(out double number)) return null;
        bool whole = Math.Floor(number) == number && number >= minimum && number <= maximum && Math.Abs(number) <= OptionReader.LargestSeed;
        // As a double 2^53 + 1 is 2^53, a number that the user did not write.
        return whole && element.TryGetDecimal(out decimal exact) && exact == (long)number ? (long)number : null;
    }
}
