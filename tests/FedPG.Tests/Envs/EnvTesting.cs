using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Envs;

/// <summary>What the tests of environments have in common.</summary>
internal static class EnvTesting
{
    public static readonly string[] AllIds = [.. ExperimentCatalog.Default.Environments.Ids];

    /// <summary>
    /// All environments, of MiniGrid's some that differ in kind: one class makes them all, and tests of its own cover every id.
    /// </summary>
    public static readonly string[] OneOfEachKind =
    [
        .. new ExperimentCatalog().Environments.Ids.Where(id => !id.StartsWith("MiniGrid-", StringComparison.Ordinal)),
        "MiniGrid-v0", "MiniGrid-DoorKey-6x6-v0", "MiniGrid-Dynamic-Obstacles-6x6-v0", "MiniGrid-MemoryS7-v0",
        "MiniGrid-PutNear-6x6-N2-v0", "MiniGrid-MultiRoom-N2-S4-v0",
    ];

    public static JsonElement Json(string text) =>
        JsonSerializer.SerializeToElement(JsonNode.Parse(text, null, JsonDocuments.ReadingOptions));

    public static ConfiguredEnvironment Configure(string id, int agents, string options = "{}")
    {
        var errors = new ValidationErrors("experiment.json");
        ConfiguredEnvironment? environment = ExperimentCatalog.Default.Environments.Configure(id, agents, Json(options),
            EnvironmentKeys.Experiment,
            errors);
        errors.ThrowIfAny();
        return environment!;
    }

    public static FiniteMdp Make(string id, int agents = 1, string options = "{}") =>
        Assert.IsType<FiniteMdp>(Configure(id, agents, options).Build());

    public static IReadOnlyList<ValidationError> ErrorsOf(string id, int agents, string options)
    {
        var errors = new ValidationErrors("experiment.json");
        ConfiguredEnvironment? environment = ExperimentCatalog.Default.Environments.Configure(id, agents, Json(options),
            EnvironmentKeys.Experiment,
            errors);
        Assert.Null(environment);
        return errors.Items;
    }

    public static double Probability(TransitionKernel kernel, int state, int action, int next)
    {
        int row = (state * kernel.Actions) + action;
        int k = kernel.Next(row).IndexOf(next);
        return k < 0 ? 0 : kernel.Probabilities(row)[k];
    }

    public static string Write(FiniteMdp mdp, int denseStates = FiniteMdpFile.DenseStates)
    {
        using var stream = new MemoryStream();
        FiniteMdpFile.Write(mdp, stream, denseStates);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static FiniteMdp Read(string text) => FiniteMdpFile.Parse(Encoding.UTF8.GetBytes(text), "mdp.json", "mdp");

    public static void AssertSameNumbers(FiniteMdp expected, FiniteMdp actual)
    {
        Assert.Equal((expected.States, expected.Actions), (actual.States, actual.Actions));
        Assert.Equal(Bits([expected.Discount]), Bits([actual.Discount]));
        Assert.Equal(Bits(expected.Initial), Bits(actual.Initial));
        Assert.Equal(expected.SharesKernel, actual.SharesKernel);
        Assert.Equal(expected.Agents.Count, actual.Agents.Count);
        foreach ((AgentMdp e, AgentMdp a) in expected.Agents.Zip(actual.Agents))
        {
            Assert.Equal(e.Name, a.Name);
            Assert.Equal(Bits(e.Rewards), Bits(a.Rewards));
            Assert.True(e.Kernel.SameAs(a.Kernel));
        }
    }

    public static void AssertLawful(FiniteMdp mdp, bool unitRewards = true)
    {
        Assert.Equal(1, mdp.Initial.Sum(), 1e-12);
        foreach (AgentMdp agent in mdp.Agents)
        {
            for (int row = 0; row < agent.Kernel.RowCount; row++)
            {
                double sum = 0;
                foreach (double p in agent.Kernel.Probabilities(row))
                {
                    Assert.InRange(p, 0, 1 + 1e-15);
                    sum += p;
                }
                Assert.Equal(1, sum, 1e-12);
            }
            if (unitRewards) Assert.All(agent.Rewards, r => Assert.InRange(r, 0, 1));
        }
        for (int s = 0; s < mdp.States; s++)
        {
            if (mdp.Terminal[s]) Assert.All(mdp.Agents, a => Assert.True(a.Kernel.IsAbsorbing(s)));
        }
    }

    /// <summary>Optimal expected rewards over so many steps from each state, by backward induction.</summary>
    public static double[] Optimum(FiniteMdp mdp, int agent, int steps, double discount)
    {
        AgentMdp of = mdp.Agents[agent];
        double[] values = new double[mdp.States];
        for (int t = 0; t < steps; t++)
        {
            double[] last = values;
            values = [.. Enumerable.Range(0, mdp.States).Select(s => Enumerable.Range(0, mdp.Actions).Max(a =>
                of.Rewards[(s * mdp.Actions) + a] + (discount * of.Kernel.Expectation((s * mdp.Actions) + a, last))))];
        }
        return values;
    }

    /// <summary>The best expected discounted return from the start, of one agent alone, by the project's own solver.</summary>
    public static double BestReturn(FiniteMdp mdp, int agent = 0) =>
        -FiniteMdpSolver.OfAgent(mdp, agent, Objective.Reward).Optimum().Objective;

    /// <summary>The states that can be reached from the start under some policy of an agent.</summary>
    public static HashSet<int> Reachable(FiniteMdp mdp, int agent = 0)
    {
        var queue = new Queue<int>(Enumerable.Range(0, mdp.States).Where(s => mdp.Initial[s] > 0));
        HashSet<int> seen = [.. queue];
        while (queue.TryDequeue(out int state))
        {
            for (int a = 0; a < mdp.Actions; a++)
            {
                foreach (int next in mdp.Agents[agent].Kernel.Next((state * mdp.Actions) + a))
                {
                    if (seen.Add(next)) queue.Enqueue(next);
                }
            }
        }
        return seen;
    }

    private static long[] Bits(double[] values) => [.. values.Select(BitConverter.DoubleToInt64Bits)];
}
