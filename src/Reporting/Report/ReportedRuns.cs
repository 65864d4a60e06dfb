using FedPG.Core.Options;

namespace FedPG.Reporting.Report;

/// <summary>The runs that a report shows, and those that it can only name. Immutable.</summary>
/// <param name="Shown">The runs, each with an experiment and a seed of its own.</param>
/// <param name="Named">The other run folders, and why they are not shown.</param>
internal sealed record ReportedRuns(IReadOnlyList<ReportedRun> Shown, IReadOnlyList<ValidationError> Named)
{
    /// <summary>Reads run folders, and leaves out what cannot be shown.</summary>
    /// <param name="folders">The run folders (<see cref="ReportedRun.FoldersOf"/>).</param>
    /// <exception cref="InvalidInputException">No folder can be shown, and none of them is of a run that diverged; every error.</exception>
    public static ReportedRuns Read(IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(folders);
        List<ReportedRun> shown = [];
        List<ValidationError> named = [];
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        bool diverged = false;
        foreach (string folder in folders)
        {
            try
            {
                ReportedRun run = ReportedRun.Read(folder);
                string identity = string.Join('\n', RunGroup.Settings(run).Select(s => $"{s.Key}={s.Value}").Prepend(run.Seed));
                if (known.TryAdd(identity, folder)) shown.Add(run);
                else
                    named.Add(new ValidationError(folder, "", null,
                        $"has the experiment and the seed of {known[identity]}, which is shown: one run would count as two"));
            }
            catch (InvalidInputException e)
            {
                bool early = ReportedRun.HasDiverged(folder);
                diverged |= early;
                named.AddRange(early
                    ? [new ValidationError(folder, "", null, "diverged before its first row: numbers stopped being finite")]
                    : e.Errors);
            }
        }
        return shown.Count > 0 || diverged ? new ReportedRuns(shown, named) : throw new InvalidInputException(named);
    }
}
