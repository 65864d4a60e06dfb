using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary><c>Garnet-v0</c>: sparse random MDPs of a given size, branching and density of rewards.</summary>
public static class Garnet
{
    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "Garnet-v0",
        Summary = "Garnet problems: random MDPs with few successors a state and few places that pay.",
        Text = EnvironmentText.Beside(typeof(Garnet)),
        Differences = new(["differ"], ["differ"], ["heterogeneity"], ["seed", "firstAgent"]),
        OptionsType = typeof(GarnetOptions),
        Configure = EnvironmentDefinition.Reading<GarnetOptions>(
            (options, agents) => Build(options, agents),
            Check,
            (options, reader) => options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, "firstAgent") }),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, GarnetOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static void Check(GarnetOptions options, OptionReader reader, int agents)
    {
        bool differs = options.Heterogeneity > 0;
        bool rewards = options.Differ != GarnetDifference.Kernels && options.Density > 0;
        bool kernels = options.Differ != GarnetDifference.Rewards && options.States > 1;
        if (differs && !rewards && !kernels)
        {
            if (options.Differ == GarnetDifference.Kernels)
                reader.Reject("states", "must be at least 2 for agents to differ in transitions at a heterogeneity above 0");
            else
                reader.Reject("density", "must be greater than 0 for agents to differ in rewards at a heterogeneity above 0");
        }
        TablesOf(options).CheckSize(reader, options.Differ != GarnetDifference.Rewards && differs, agents);
    }

    private static FiniteMdp Build(GarnetOptions options, int count)
    {
        RandomTables tables = TablesOf(options);
        double lambda = options.Heterogeneity!.Value, density = options.Density;
        TransitionKernel shared = tables.SharedKernel();
        // Number 0 of the endless row is what all have in common; the agents follow it.
        double[] common = tables.Rewards(0, density);
        int first = 1 + options.FirstAgent!.Value;
        var kernels = new TablePool();
        kernels.Unify(shared);
        double apart = options.Differ == GarnetDifference.Rewards ? 0 : lambda;
        AgentMdp[] agents = [.. Enumerable.Range(0, count).Select(i =>
            new AgentMdp($"agent-{i}", RewardsOf(first + i), kernels.Unify(tables.KernelOf(shared, first + i, apart))))];
        double[] initial = new double[tables.States];
        Array.Fill(initial, 1.0 / tables.States);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents);

        double[] RewardsOf(int number)
        {
            if (options.Differ == GarnetDifference.Kernels || lambda == 0) return [.. common];
            double[] own = tables.Rewards(number, density);
            return lambda == 1 ? own : [.. common.Zip(own, (c, o) => c + (lambda * (o - c)))];
        }
    }

    private static RandomTables TablesOf(GarnetOptions options) => new(options.States, options.Actions, options.Branching, options.Seed);
}
