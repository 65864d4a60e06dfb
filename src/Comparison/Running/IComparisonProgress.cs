namespace FedPG.Comparison.Running;

/// <summary>Hears how a comparison goes. Calls come from several threads.</summary>
internal interface IComparisonProgress
{
    /// <summary>A part of the work begins.</summary>
    /// <param name="stage">What it is: tuning, or runs.</param>
    /// <param name="work">The algorithms with the runs of each that are still to be done, and those that were finished before.</param>
    void Begin(string stage, IReadOnlyList<(string Label, int Runs, int Finished)> work);

    /// <summary>A run went on.</summary>
    /// <param name="label">Its algorithm.</param>
    /// <param name="share">How much of the run that was, of 1.</param>
    /// <param name="figure">The latest gap, or the objective where the gap is unknown; null in rounds that were not evaluated.</param>
    void Advance(string label, double share, double? figure);

    /// <summary>A run ended.</summary>
    /// <param name="label">Its algorithm.</param>
    void Finish(string label);

    /// <summary>The part is over.</summary>
    void Complete();

    /// <summary>A remark.</summary>
    void Note(string text);
}
