using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Cli.Train;

/// <summary><c>--resume RUN_DIR --set federation.rounds=M</c>: the one change that a run which goes on takes. Stateless.</summary>
internal static class MoreRounds
{
    private const string Key = "federation.rounds";
    private const int Largest = 100_000_000;

    /// <summary>The number of rounds; null where nothing is set.</summary>
    /// <param name="folder">The run folder, for messages.</param>
    /// <param name="assignments">What follows <c>--set</c>.</param>
    /// <exception cref="InvalidInputException">Something else is set, or the value is no number of rounds.</exception>
    public static int? Of(string folder, IReadOnlyList<string> assignments)
    {
        int? rounds = null;
        foreach (string assignment in assignments)
        {
            string[] parts = assignment.Split('=', 2);
            if (parts[0] != Key || parts.Length != 2)
            {
                throw new InvalidInputException(new ValidationError(
                    "--resume", "", folder,
                    $"cannot be combined with --set {assignment}: a run goes on with its own experiment, in its own folder; --set "
                        + $"{Key}=M alone asks for more rounds"));
            }
            bool whole = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= Largest;
            if (!whole)
                throw new InvalidInputException(new ValidationError(KeyOverrides.Source, Key, parts[1],
                    $"must be a whole number from 0 to {Largest}"));
            rounds = value;
        }
        return rounds;
    }
}
