using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Returns;

namespace FedPG.Federation.Estimators;

/// <summary>Reads the options of estimators that sample trajectories. Stateless.</summary>
internal static class SamplingOptions
{
    /// <summary>The settings of estimators that sample trajectories.</summary>
    /// <param name="options">The gradient section.</param>
    /// <param name="kind">Which costs multiply a score.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="strict">Whether the settings are used, and so must fit together.</param>
    internal static SamplerSettings ReadSampling(OptionReader options, ReturnKind kind, Objective objective, bool strict)
    {
        int horizon = options.Integer("horizon", 50, 1, 100_000, "K, the length trajectories are truncated at");
        int trajectories = options.Integer("trajectories", 32, 1, 1_000_000, "B, trajectories an agent samples for one gradient");
        string baseline = options.Choice("baseline", "leave-one-out", ["none", "constant", "leave-one-out"], "the unbiased baseline");
        double value = options.Number("baselineValue", objective.Cost(0), NumberRange.Any, "the cost per step that the constant baseline subtracts");
        if (strict && baseline == "leave-one-out" && trajectories < 2)
            options.Reject("trajectories", "the baseline \"leave-one-out\" needs at least 2 trajectories (or choose \"none\" or \"constant\")");
        const int mostSteps = 1 << 24;
        if (strict && (long)horizon * trajectories > mostSteps)
            options.Reject("trajectories", $"times gradient.horizon {horizon} gives more than {mostSteps} steps a batch, which is the most that is kept in memory");
        return new SamplerSettings(horizon, trajectories, kind, baseline switch
        {
            "none" => Baseline.None,
            "constant" => Baseline.Constant,
            _ => Baseline.LeaveOneOut,
        }, value, objective);
    }
}
