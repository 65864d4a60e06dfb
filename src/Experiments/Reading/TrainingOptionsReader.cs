using FedPG.Core.Options;

namespace FedPG.Experiments.Reading;

/// <summary>Reads the keys at the root of experiment files that belong to no section. Stateless.</summary>
internal static class TrainingOptionsReader
{
    private const string NameKey = "name";

    /// <summary>Reads the keys; errors go to the reader.</summary>
    /// <param name="reader">The document.</param>
    public static TrainingOptions Read(OptionReader reader)
    {
        TrainingOptions options = OptionRecord.Read(reader, new TrainingOptions());
        bool lawful = options.Name is { Length: > 0 and <= 100 } name && name[0] != '.'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        if (!lawful) reader.Reject(NameKey, "must be 1 to 100 letters, digits, '-', '_' or '.', and not start with '.'");
        return options;
    }
}
