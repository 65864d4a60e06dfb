using FedPG.Federation;
using FedPG.Federation.Metrics;

namespace FedPG.Experiments.Runs;

/// <summary>Rounds in which the correction of local steps made the policy worse.</summary>
/// <param name="Share">By how much the objective rose above its lowest value before, in shares of what the run gained in all.</param>
/// <param name="From">The round of that lowest value.</param>
/// <param name="To">The round in which it stood highest after that.</param>
/// <param name="GradientLeft">The least mean of min(1, |g_i| / |m_i|) at the last local steps in between.</param>
public sealed record CorrectionSetback(double Share, int From, int To, double GradientLeft);

/// <summary>
/// Sees whether correction hurts, from what every round measures: local steps saturate the softmax, so that an agent's gradient becomes
/// small against its memory, the correction pushes on unopposed, and the objective rises. Both must be seen together. It knows the rounds
/// of this process; those before a resume are not seen again. One thread at a time.
/// </summary>
internal sealed class CorrectionWatch
{
    /// <summary>A rise of less than this share of what was gained is noise or a step that is a little large.</summary>
    private const double LeastShare = 0.1;

    /// <summary>Where more than this is left of gradients, they oppose the correction.</summary>
    private const double MostLeft = 0.75;

    /// <summary>An estimated objective must rise by so many standard errors.</summary>
    private const double Errors = 4;

    private double? _first;
    private (double Objective, int Round) _best;
    private (double Rise, int From, int To, double Left)? _worst;
    private double _least = 1;

    /// <summary>Takes the report of a round.</summary>
    public void See(RoundReport report)
    {
        if (report.Metrics[MetricNames.GradientLeft] is { } left) _least = Math.Min(_least, left);
        if (report.Evaluation is not { } evaluation) return;
        double objective = evaluation.Objective;
        if (_first is null || objective < _best.Objective)
        {
            _first ??= objective;
            (_best, _least) = ((objective, report.Round), 1);
            return;
        }
        double rise = objective - _best.Objective;
        bool seen = rise > Errors * (evaluation.ObjectiveError ?? 0) && _least <= MostLeft;
        if (seen && rise > (_worst?.Rise ?? 0)) _worst = (rise, _best.Round, report.Round, _least);
    }

    /// <summary>What was seen; null where correction did not hurt, and for algorithms that do not correct.</summary>
    public CorrectionSetback? Result
    {
        get
        {
            if (_worst is not { } worst) return null;
            double share = worst.Rise / Math.Max(_first!.Value - _best.Objective, double.Epsilon);
            return share >= LeastShare ? new CorrectionSetback(Math.Min(share, 1e6), worst.From, worst.To, worst.Left) : null;
        }
    }
}
