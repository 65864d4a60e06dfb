namespace FedPG.Claims.Measuring;

/// <summary>
/// What a run showed, round by round; index t is the state after t rounds, 0 the start. A run that diverged is infinite from there on.
/// </summary>
internal sealed class Curve
{
    private readonly double[] _gap, _gradient, _drift, _objective, _plain;
    private readonly double[][]? _observed;

    internal Curve(int rounds, bool observes)
    {
        (_gap, _gradient, _drift, _objective, _plain) =
            (Unknown(rounds), Unknown(rounds), Unknown(rounds), Unknown(rounds), Unknown(rounds));
        _observed = observes ? new double[rounds + 1][] : null;
    }

    /// <summary>T.</summary>
    public int Rounds => _gap.Length - 1;

    /// <summary>Whether parameters stopped being finite.</summary>
    public bool Diverged { get; internal set; }

    /// <summary>J(thetabar), with the entropy term where there is one.</summary>
    public IReadOnlyList<double> Objective => _objective;

    /// <summary>J(thetabar) without the entropy term.</summary>
    public IReadOnlyList<double> PlainObjectives => _plain;

    /// <summary>
    /// The gap to the optimum of the average MDP, of the regularised problem where there is entropy; NaN in
    /// rounds that were not evaluated or where it is unknown.
    /// </summary>
    public IReadOnlyList<double> Gap => _gap;

    /// <summary>||grad J||^2 of the plain objective.</summary>
    public IReadOnlyList<double> GradientNormSquared => _gradient;

    /// <summary>The mean over agents and local steps of ||theta_i - thetabar||^2 in the round that led here.</summary>
    public IReadOnlyList<double> Drift => _drift;

    /// <summary>Transitions sampled up to the end.</summary>
    public long EnvSteps { get; internal set; }

    /// <summary>The worst agent's objective at the end.</summary>
    public double WorstAgent { get; internal set; } = double.PositiveInfinity;

    /// <summary>Bytes an agent sent and received in a round, on average.</summary>
    public double BytesPerAgentAndRound { get; internal set; }

    /// <summary>How often in a round agents sent something up and were answered.</summary>
    public int RoundTripsPerRound { get; internal set; }

    /// <summary>What the observer of the run computed from thetabar after t rounds; null where the run ended before.</summary>
    public double[]? Observed(int t) => _observed?[t];

    internal void Set(int t, double objective, double plain, double gap, double gradient, double drift, double[]? observed)
    {
        (_objective[t], _plain[t], _gap[t], _gradient[t], _drift[t]) = (objective, plain, gap, gradient, drift);
        if (observed is not null) _observed![t] = observed;
    }

    internal void DivergeFrom(int t)
    {
        Diverged = true;
        foreach (double[] column in new[] { _objective, _plain, _gap, _gradient, _drift })
            Array.Fill(column, double.PositiveInfinity, t, column.Length - t);
    }

    private static double[] Unknown(int rounds)
    {
        double[] values = new double[rounds + 1];
        Array.Fill(values, double.NaN);
        return values;
    }
}
