using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary>
/// <c>QuasiRandomMdp-v0</c>: four small instances in closed form, so that anybody who recomputes a figure of the paper's laws has the same
/// numbers.
/// </summary>
public static class QuasiRandomMdp
{
    private const int States = 5, Actions = 4, Cells = States * Actions;

    /// <summary>How many agents of W there are to draw from.</summary>
    private const int DrawnFrom = 10_000;

    /// <summary>The fractional part of the golden ratio, to double precision.</summary>
    private const double GoldenFraction = 0.6180339887498949;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "QuasiRandomMdp-v0",
        Summary = "Small MDPs in closed form (W, M, X, D), on which the laws of convergence are measured.",
        Text = EnvironmentText.Beside(typeof(QuasiRandomMdp)),
        Differences = new(["instance"], ["kernelHeterogeneity"], ["heterogeneity", "kernelHeterogeneity"], ["agentSeed"]),
        OptionsType = typeof(QuasiRandomMdpOptions),
        Configure = EnvironmentDefinition.Reading<QuasiRandomMdpOptions>((options, agents) => Build(options, agents), defaults: Defaults),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, QuasiRandomMdpOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static QuasiRandomMdpOptions Defaults(QuasiRandomMdpOptions options, OptionReader reader) =>
        JsonValues.Word(reader.Raw("instance"), "M", "X", "D") switch
        {
            null => options,
            "D" => options with { Discount = 0.8, KernelHeterogeneity = 1 },
            _ => options with { Discount = 0.8 },
        };

    private static FiniteMdp Build(QuasiRandomMdpOptions options, int count)
    {
        (double kappa, long? seed) = (options.KernelHeterogeneity!.Value, options.AgentSeed);
        double[] shared = Kernel(0), other = kappa == 0 ? shared : Kernel(5000);
        // The place of an agent between the even kind and the odd one.
        double[] places = [.. Enumerable.Range(0, count).Select(i => seed is { } drawn ? AgentSpread.Draw(drawn, i) : i % 2)];
        double[][] rewards = [.. places.Select((place, i) =>
        {
            double[] regrets = Regrets(options.Instance, seed is null ? i : (int)(DrawnFrom * place), 1 - (2 * place));
            return (double[])[.. regrets.Select(c => 1 - c)];
        })];
        RewardHeterogeneity.Scale(rewards, options.Heterogeneity);
        double[] initial = new double[States];
        Array.Fill(initial, 1.0 / States);
        var kernels = new Dictionary<double, TransitionKernel>();
        AgentMdp[] agents = [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, KernelOf(kappa * places[i])))];
        // Of W each agent has its own regrets, which no few numbers tell apart.
        bool byKind = options.Instance != QuasiRandomInstance.W && (options.Heterogeneity > 0 || kappa > 0);
        return new FiniteMdp(Definition.Id, options.Discount!.Value, initial, agents) { Tasks = AgentTasks.Of((byKind, "kind", places)) };

        TransitionKernel KernelOf(double share)
        {
            if (kernels.TryGetValue(share, out TransitionKernel? known)) return known;
            double[] mixed = share == 0 ? shared : share == 1 ? other : [.. shared.Zip(other, (p, own) => p + (share * (own - p)))];
            return kernels[share] = TransitionKernel.Create(States, Actions, (s, a) =>
                Enumerable.Range(0, States).Select(next => (next, mixed[(((s * Actions) + a) * States) + next])));
        }
    }

    private static double[] Regrets(QuasiRandomInstance instance, int agent, double side)
    {
        double[] level = Sequence(Cells, 1000), sign = Sequence(Cells, 2000);
        return instance switch
        {
            QuasiRandomInstance.W => Sequence(Cells, 100 + (agent * Cells)),
            QuasiRandomInstance.M => [.. level.Zip(sign, (l, s) => 0.25 + (0.5 * l) + (side * 0.25 * ((2 * s) - 1)))],
            _ => [.. level.Zip(sign, (l, s) => 0.4 + (0.2 * l) + (side * 0.4 * Math.Sign((2 * s) - 1)))],
        };
    }

    /// <summary>P(.|s, a), [S * A * S]: weights -ln u, normalised.</summary>
    private static double[] Kernel(int offset) =>
        [.. Sequence(Cells * States, offset).Select(u => -Math.Log(u)).Chunk(States).SelectMany(row =>
        {
            double sum = 0;
            foreach (double weight in row) sum += weight;
            return row.Select(weight => weight / sum);
        })];

    /// <summary>u(offset + 1), ..., u(offset + count).</summary>
    private static double[] Sequence(int count, int offset)
    {
        double[] values = new double[count];
        for (int k = 0; k < count; k++)
        {
            double index = offset + k + 1, product = index * index * GoldenFraction;
            values[k] = product - Math.Floor(product);
        }
        return values;
    }
}
