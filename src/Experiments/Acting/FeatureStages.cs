using FedPG.Policies.Episodic;

namespace FedPG.Experiments.Acting;

/// <summary>Values linear in features, as stages. Stateless.</summary>
internal static class FeatureStages
{
    /// <summary>The stages from what is seen to the values.</summary>
    /// <param name="features">The features.</param>
    /// <param name="theta">[m, outputs] row by row.</param>
    /// <param name="outputs">The values of an observation.</param>
    public static IReadOnlyList<ActingStage> StagesOf(this ObservationFeatures features, double[] theta, int outputs)
    {
        (FeatureMap map, int m) = (features.Map, features.Count);
        double[] Weight(Func<int, int, double> of, int inputs) =>
            [.. Enumerable.Range(0, outputs).SelectMany(o => Enumerable.Range(0, inputs).Select(i => of(o, i)))];
        double Value(int feature, int output) => map.Scale * theta[(feature * outputs) + output];
        if (map.Units is null) return [new LinearStage(Weight((o, i) => Value(i, o), m), null, m)];
        var units = new UnitStage(map.Units);
        if (map.Frequencies is { } frequencies)
        {
            return
            [
                units, new LinearStage(frequencies, map.Phases, features.Inputs), new FunctionStage("cos"),
                new LinearStage(Weight((o, i) => Value(i, o), m), null, m),
            ];
        }
        // 1, and 2 u - 1 for each number u in [0, 1].
        double[] bias = [.. Enumerable.Range(0, outputs).Select(o => Value(0, o) - Enumerable.Range(1, m - 1).Sum(i => Value(i, o)))];
        return [units, new LinearStage(Weight((o, i) => 2 * Value(i + 1, o), m - 1), bias, m - 1)];
    }
}
