using FedPG.Reporting.Figures;

namespace FedPG.Reporting.Drawing;

/// <summary>What cannot be drawn in a figure. Numbers never are a fault: those that have no place are left out.</summary>
internal static class FigureErrors
{
    public static IEnumerable<string> Of(Figure figure)
    {
        if (figure.Panels.Count == 0) yield return "Panels: there are none; at least one is needed.";
        if (figure.Columns < 1) yield return $"Columns: {figure.Columns} is not allowed; at least 1 is.";
        if (figure.Width is < 160 or > 8000) yield return $"Width: {figure.Width} is not allowed; 160 to 8000 is.";
        if (figure.Height is < 120 or > 8000) yield return $"Height: {figure.Height} is not allowed; 120 to 8000 is.";
        for (int p = 0; p < figure.Panels.Count; p++)
        {
            for (int s = 0; s < figure.Panels[p].Series.Count; s++)
            {
                Series series = figure.Panels[p].Series[s];
                string at = $"Panels[{p}].Series[{s}] ('{series.Name}')";
                if (series.Y.Count != series.X.Count)
                    yield return $"{at}.Y: {series.Y.Count} values for {series.X.Count} of X; as many are needed.";
                if (series.Low is null != series.High is null) yield return $"{at}: Low and High are given together or not at all.";
                if (series.Low is { } low && low.Count != series.X.Count)
                    yield return $"{at}.Low: {low.Count} values for {series.X.Count} of X; as many are needed.";
                if (series.High is { } high && high.Count != series.X.Count)
                    yield return $"{at}.High: {high.Count} values for {series.X.Count} of X; as many are needed.";
            }
        }
    }
}
