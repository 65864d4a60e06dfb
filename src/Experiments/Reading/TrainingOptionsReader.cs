using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Experiments.Reading;

/// <summary>Reads the keys at the root of experiment files that belong to no section. Stateless.</summary>
internal static class TrainingOptionsReader
{
    private const string NameKey = "name", PersonaliseKey = "personalise", StopAtKey = "stopAt", KeepBestKey = "keepBest";

    /// <summary>Reads the keys; errors go to the reader.</summary>
    /// <param name="reader">The document.</param>
    public static TrainingOptions Read(OptionReader reader)
    {
        bool personalises = reader.Raw(PersonaliseKey).ValueKind != JsonValueKind.Undefined;
        TrainingOptions defaults = personalises ? new TrainingOptions { Personalise = new() } : new TrainingOptions();
        TrainingOptions options = OptionRecord.Read(reader, defaults);
        // Files of runs that use neither are what they were before there were these.
        if (options.StopAt is null) reader.Resolved.Remove(StopAtKey);
        if (!options.KeepBest) reader.Resolved.Remove(KeepBestKey);
        bool lawful = options.Name is { Length: > 0 and <= 100 } name && name[0] != '.'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        if (!lawful) reader.Reject(NameKey, "must be 1 to 100 letters, digits, '-', '_' or '.', and not start with '.'");
        return options;
    }
}
