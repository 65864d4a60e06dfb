using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary>
/// <c>QuasiRandomMdp-v0</c>: four small instances in closed form, so that anybody who recomputes a figure of the paper's laws has the same numbers.
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
        Description = "With u(k) = frac(0.6180339887498949 k^2) and seq(n, off) = u(off + 1), ..., u(off + n) filled in row by row, every P(.|s,a) is proportional to "
            + "-ln u, from seq(100, 0). The regrets 1 - r are: W: seq(20 N, 100), agent after agent; M: 0.25 + 0.5 seq(20, 1000) plus (even agents) or minus (odd agents) "
            + "0.25 (2 seq(20, 2000) - 1); X: 0.4 + 0.2 seq(20, 1000) plus or minus 0.4 sign(2 seq(20, 2000) - 1), strong heterogeneity; D: the regrets of X, and odd "
            + "agents have a kernel of their own, from seq(100, 5000). M and X have one and the same average MDP for every even number of agents.",
        ActionSpace = "4 actions, without meaning.",
        ObservationSpace = "5 states, without geometry.",
        StartingState = "Uniform over all states.",
        Rewards = "r = 1 - regret, in [0, 1].",
        EpisodeEnd = "None.",
        Heterogeneity = "Of rewards: r_i becomes rbar + lambda (r_i - rbar), so the average MDP does not depend on lambda. Of transitions, with kappa = kernelHeterogeneity: odd agents move by (1 - kappa) P + kappa P', P' that of instance D; "
            + "kappa is 1 for D and 0 for the others when not given, whatever lambda is. With agentSeed agents are drawn, by t_i uniform on (0, 1): of W, agent i has the regrets of number floor(10000 t_i) of the row of agents; of the others, the plus or minus becomes 1 - 2 t_i; and agent i moves by "
            + "(1 - kappa t_i) P + kappa t_i P'. Both degrees 0 make all agents alike.",
        Differences = new(["instance"], ["kernelHeterogeneity"], ["heterogeneity", "kernelHeterogeneity"], ["agentSeed"]),
        VersionHistory = "v0: first version.",
        Source = "This project.",
        Configure = (reader, agents) =>
        {
            string instance = reader.Choice("instance", "W", ["W", "M", "X", "D"], "Which one.");
            double discount = reader.Number("discount", instance == "W" ? 0.9 : 0.8, new NumberRange(0, 1, OpenMaximum: true), "gamma; 0.9 for W and 0.8 for the others when not given.");
            double heterogeneity = reader.Number("heterogeneity", 1, NumberRange.UnitInterval, "lambda: how far the agents' rewards lie apart.");
            double kernels = reader.Number("kernelHeterogeneity", instance == "D" ? 1 : 0, NumberRange.UnitInterval, "kappa: how far the agents' kernels lie apart; 1 for D and 0 for the others when not given.");
            long? seed = reader.OptionalSeed(AgentSpread.SeedKey, "Draws the agents uniformly from this seed, whatever their number; without it even and odd agents alternate, and those of W follow each other.");
            return () => Build(agents, instance, discount, heterogeneity, kernels, seed);
        },
    };

    private static FiniteMdp Build(int count, string instance, double discount, double heterogeneity, double kappa, long? seed)
    {
        double[] shared = Kernel(0), other = kappa == 0 ? shared : Kernel(5000);
        // The place of an agent between the even kind and the odd one.
        double[] places = [.. Enumerable.Range(0, count).Select(i => seed is { } drawn ? AgentSpread.Draw(drawn, i) : i % 2)];
        double[][] rewards = [.. places.Select((place, i) => (double[])[.. Regrets(instance, seed is null ? i : (int)(DrawnFrom * place), 1 - (2 * place)).Select(c => 1 - c)])];
        RewardHeterogeneity.Scale(rewards, heterogeneity);
        double[] initial = new double[States];
        Array.Fill(initial, 1.0 / States);
        var kernels = new Dictionary<double, TransitionKernel>();
        return new FiniteMdp(Definition.Id, discount, initial, [.. rewards.Select((r, i) => new AgentMdp($"agent-{i}", r, KernelOf(kappa * places[i])))]);

        TransitionKernel KernelOf(double share)
        {
            if (kernels.TryGetValue(share, out TransitionKernel? known)) return known;
            double[] mixed = share == 0 ? shared : share == 1 ? other : [.. shared.Zip(other, (p, own) => p + (share * (own - p)))];
            return kernels[share] = TransitionKernel.Create(States, Actions, (s, a) => Enumerable.Range(0, States).Select(next => (next, mixed[(((s * Actions) + a) * States) + next])));
        }
    }

    private static double[] Regrets(string instance, int agent, double side)
    {
        double[] level = Sequence(Cells, 1000), sign = Sequence(Cells, 2000);
        return instance switch
        {
            "W" => Sequence(Cells, 100 + (agent * Cells)),
            "M" => [.. level.Zip(sign, (l, s) => 0.25 + (0.5 * l) + (side * 0.25 * ((2 * s) - 1)))],
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
