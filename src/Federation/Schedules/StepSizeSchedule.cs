namespace FedPG.Federation.Schedules;

/// <summary>The local step size eta by rounds. Immutable.</summary>
public abstract record StepSizeSchedule
{
    /// <summary>eta of a round.</summary>
    /// <param name="round">t, 0 for the first round.</param>
    public abstract double At(int round);

    /// <summary>The same eta in every round.</summary>
    /// <param name="value">eta, above 0.</param>
    public static StepSizeSchedule Constant(double value) => new ConstantStepSize(value);

    /// <summary>The choice below Theorem 2, eta = 4 log(N H T) / (mu H T), in every round.</summary>
    /// <param name="mu">The constant of gradient domination, Eq. (12); above 0.</param>
    /// <param name="agents">N.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="rounds">T; 0 counts as 1, because no step is taken then.</param>
    /// <param name="factor">What eta is multiplied by.</param>
    /// <returns>A constant; 0 where N = H = T = 1.</returns>
    public static StepSizeSchedule Theorem2(double mu, int agents, int localSteps, int rounds, double factor = 1)
    {
        double steps = (double)localSteps * Math.Max(rounds, 1);
        return new ConstantStepSize(factor * 4 * Math.Log(agents * steps) / (mu * steps));
    }

    /// <summary>The choice below Theorem 3, eta = (4 / H) sqrt(N H / T), in every round.</summary>
    /// <param name="agents">N.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="rounds">T; 0 counts as 1, because no step is taken then.</param>
    /// <param name="factor">What eta is multiplied by.</param>
    public static StepSizeSchedule Theorem3(int agents, int localSteps, int rounds, double factor = 1) =>
        new ConstantStepSize(factor * 4 / localSteps * Math.Sqrt((double)agents * localSteps / Math.Max(rounds, 1)));

    /// <summary>from / (1 + t / delay).</summary>
    /// <param name="from">eta in round 0, above 0.</param>
    /// <param name="delay">The round in which eta is half of it, above 0.</param>
    public static StepSizeSchedule Inverse(double from, double delay) => new InverseStepSize(from, delay);

    /// <summary>Half a period of a cosine, and constant from then on.</summary>
    /// <param name="from">eta in round 0, above 0.</param>
    /// <param name="to">eta from round <paramref name="until"/> on, 0 or more.</param>
    /// <param name="until">The first round at the end value, 1 or more.</param>
    public static StepSizeSchedule Cosine(double from, double to, int until) => new CosineStepSize(from, to, until);

    /// <summary>from ratio^t, and never more than a limit.</summary>
    /// <param name="from">eta in round 0, above 0.</param>
    /// <param name="ratio">The growth from round to round, above 0; below 1 it decays.</param>
    /// <param name="most">The limit, at least <paramref name="from"/>.</param>
    public static StepSizeSchedule Geometric(double from, double ratio, double most) => new GeometricStepSize(from, ratio, most);

    private sealed record ConstantStepSize(double Value) : StepSizeSchedule
    {
        public override double At(int round) => Value;
    }

    private sealed record InverseStepSize(double From, double Delay) : StepSizeSchedule
    {
        public override double At(int round) => From / (1 + (round / Delay));
    }

    private sealed record CosineStepSize(double From, double To, int Until) : StepSizeSchedule
    {
        public override double At(int round) => round >= Until ? To : To + ((From - To) * (1 + Math.Cos(Math.PI * round / Until)) / 2);
    }

    private sealed record GeometricStepSize(double From, double Ratio, double Max) : StepSizeSchedule
    {
        public override double At(int round) => Math.Min(From * Math.Pow(Ratio, round), Max);
    }
}
