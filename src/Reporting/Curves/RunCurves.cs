namespace FedPG.Reporting.Curves;

/// <summary>Reads the curves of run folders.</summary>
internal static class RunCurves
{
    /// <summary>The file of a run folder that holds its curves, a row a round.</summary>
    public const string MetricsFile = "metrics.csv";

    /// <summary>
    /// Reads <c>metrics.csv</c> of a run folder, of a run that still goes on too (a row that is not whole yet is left out). Columns are
    /// <c>round</c>, <c>env_steps</c>, <c>objective</c>, <c>gap</c>, <c>grad_norm_sq</c>, <c>drift</c>, <c>bytes_up</c>, <c>bytes_down</c>,
    /// <c>seconds</c> and more; what was not evaluated in a round is NaN.
    /// </summary>
    /// <param name="runFolder">The run folder.</param>
    /// <returns>The columns by name.</returns>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is no such table; a line for each fault.</exception>
    public static CsvTable Read(string runFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(runFolder);
        return CsvTable.Read(Path.Combine(runFolder, MetricsFile), wholeRowsOnly: true);
    }
}
