using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs;

/// <summary>Every registered environment has agents with rewards of their own, with kernels of their own, a degree, and a distribution to draw them from.</summary>
public sealed class AgentDifferencesTests
{
    private const int Agents = 4;

    /// <summary>How to have each in an environment; {0} in a draw is the seed. Affine: whether rewards and kernels are affine in the degree.</summary>
    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["AdversarialPair-v0"] = new("""{ "upperReward": [1, 0.2, 0.5] }""", "{}", """{ "agentSeed": {0}, "upperReward": { "from": 0.2, "to": 1 } }"""),
        ["OppositeKernels-v0"] = new("""{ "goalReward": [1, 0.2, 0.5] }""", """{ "q": 0.7 }""", """{ "agentSeed": {0}, "goalReward": { "from": 0.2, "to": 1 } }"""),
        ["WindyCliff-v0"] = new("""{ "wind": 0.3, "goalReward": [100, 50], "cliffReward": { "from": -100, "to": -50 } }""", """{ "wind": "even" }""", """{ "agentSeed": {0}, "goalReward": { "from": 50, "to": 100 } }"""),
        ["CliffWalking-v1"] = new("""{ "differ": "penalty" }""", """{ "differ": "slip" }""", """{ "agentSeed": {0} }"""),
        ["CliffWalkingSlippery-v1"] = new("""{ "differ": "penalty" }""", """{ "differ": "slip" }""", """{ "agentSeed": {0} }"""),
        ["DeepSea-v0"] = new("""{ "differ": "costs" }""", """{ "differ": "meanings" }""", """{ "differ": "costs", "agentSeed": {0} }""") { IsAffine = false },
        ["FourRooms-v0"] = new("""{ "differ": "goals" }""", """{ "differ": "failure" }""", """{ "agentSeed": {0} }""") { IsAffine = false },
        ["FrozenLake-v1"] = new("""{ "differ": "goals", "map": "SFFG/FFFF/FHFF/GFFG" }""", """{ "differ": "slip" }""", """{ "agentSeed": {0} }"""),
        ["FrozenLake8x8-v1"] = new("""{ "differ": "goals", "map": "SFFG/FFFF/FHFF/GFFG" }""", """{ "differ": "slip" }""", """{ "agentSeed": {0} }"""),
        ["Garnet-v0"] = new("""{ "differ": "rewards" }""", """{ "differ": "kernels" }""", """{ "differ": "both", "seed": {0} }"""),
        ["GridWorld-v0"] = new("""{ "width": 4, "height": 4 }""", """{ "width": 4, "height": 4, "slip": [0.1, 0.2, 0.3, 0.4], "goals": [[0, 0]] }""", """{ "width": 4, "height": 4, "goals": "random", "slip": { "from": 0, "to": 0.5 }, "agentSeed": {0} }"""),
        ["QuasiRandomMdp-v0"] = new("""{ "instance": "M" }""", """{ "kernelHeterogeneity": 1 }""", """{ "agentSeed": {0}, "kernelHeterogeneity": 0.7 }"""),
        ["RandomMdp-v0"] = new("""{ "rewards": "own" }""", """{ "kernels": "own" }""", """{ "kernels": "own", "instance": {0} }"""),
        ["RiverSwim-v0"] = new("""{ "differ": "rewards" }""", """{ "differ": "current" }""", """{ "agentSeed": {0} }"""),
        ["Taxi-v4"] = new("""{ "differ": "fares" }""", """{ "differ": "rain" }""", """{ "agentSeed": {0} }"""),
        ["LinearQuadratic-v0"] = new("{}", """{ "driftSpread": 0.1 }""", """{ "costSpread": 0.3, "driftSpread": 0.1, "agentSeed": {0} }"""),
        ["CartPole-v1"] = new("""{ "target": [-1, 0, 1, 2], "targetShare": 0.5 }""", """{ "length": [0.3, 0.4, 0.5, 0.6] }""", """{ "spread": { "length": [0.3, 0.8], "target": [-1, 1] }, "agentSeed": {0} }"""),
        ["Acrobot-v1"] = new("""{ "goalHeight": [0.4, 0.6, 0.8, 1] }""", """{ "gravity": [8, 9, 10, 11] }""", """{ "spread": { "gravity": [8, 11], "goalHeight": [0.5, 1] }, "agentSeed": {0} }"""),
        ["MountainCar-v0"] = new("""{ "goalPosition": [0.3, 0.4, 0.5, 0.55] }""", """{ "force": [0.001, 0.0011, 0.0012, 0.0013] }""", """{ "spread": { "force": [0.001, 0.002], "goalPosition": [0.3, 0.5] }, "agentSeed": {0} }"""),
        ["Pendulum-v1"] = new("""{ "targetAngle": [0, 1, 2, 3] }""", """{ "length": [0.8, 0.9, 1, 1.1] }""", """{ "spread": { "gravity": [8, 12], "targetAngle": [-1, 1] }, "agentSeed": {0} }"""),
    };

    public static TheoryData<string> Ids => [.. EnvironmentRegistry.WithBuiltIn().Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_is_said_by_which_options_the_agents_differ(string id)
    {
        EnvironmentDefinition definition = EnvironmentRegistry.Default.Find(id)!;
        Assert.NotNull(definition.Differences);
        string[] known = [.. definition.Arguments().Select(argument => argument.Key)];
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "environments", "README.md"));
        Assert.All(definition.Differences.Lists, list =>
        {
            Assert.NotEmpty(list.Options);
            Assert.All(list.Options, option => Assert.Contains(option, known));
        });
        string row = $"| [{id}]({id}.md) | {string.Join(" | ", definition.Differences.Lists.Select(list => string.Join(", ", list.Options.Select(option => $"`{option}`"))))} |";
        Assert.True(page.Contains(row, StringComparison.Ordinal), $"docs/environments/README.md lacks the row\n{row}");
    }

    /// <summary>At degree 1 they differ in what was asked for (and, for rewards, in nothing else); at 0 in nothing, to the bit.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Agents_differ_at_degree_one_and_are_the_same_at_zero(string id)
    {
        Case c = Cases[id];
        EnvironmentInstance rewards = Make(id, c.Rewards, 1), kernels = Make(id, c.Kernels, 1);
        Assert.False(SameRewards(rewards));
        if (id is not ("AdversarialPair-v0" or "OppositeKernels-v0")) Assert.True(SameKernels(rewards));
        Assert.False(SameKernels(kernels));
        foreach (string options in (string[])[c.Rewards, c.Kernels, c.Draw.Replace("{0}", "3", StringComparison.Ordinal)])
        {
            EnvironmentInstance alike = Make(id, options, 0);
            Assert.True(SameRewards(alike) && SameKernels(alike), $"{id} {options}");
        }
    }

    /// <summary>Half the degree is half of the way: of rewards and of probabilities.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Differences_are_affine_in_the_degree(string id)
    {
        Case c = Cases[id];
        if (!c.IsAffine) return;
        foreach (string options in (string[])[c.Rewards, c.Kernels, c.Draw.Replace("{0}", "3", StringComparison.Ordinal)])
        {
            double[][] none = Numbers(Make(id, options, 0)), half = Numbers(Make(id, options, 0.5)), all = Numbers(Make(id, options, 1));
            for (int i = 0; i < Agents; i++)
            {
                double size = all[i].Concat(none[i]).Max(Math.Abs);
                for (int k = 0; k < none[i].Length; k++) Assert.Equal(0.5 * (none[i][k] + all[i][k]), half[i][k], 1e-12 * Math.Max(1, size));
            }
        }
    }

    /// <summary>A draw is a function of its seed and the agent: not of how many there are.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Draws_are_reproducible_and_agents_do_not_depend_on_each_other(string id)
    {
        string options = Cases[id].Draw;
        double[][] drawn = Of("3", Agents), again = Of("3", Agents), others = Of("4", Agents), fewer = Of("3", 2);
        Assert.Equal(drawn, again);
        Assert.NotEqual(drawn, others);
        Assert.Equal(drawn[..2], fewer);
        Assert.NotEqual(drawn[0], drawn[1]);

        double[][] Of(string seed, int agents) => Numbers(Make(id, options.Replace("{0}", seed, StringComparison.Ordinal), 1, agents));
    }

    private static EnvironmentInstance Make(string id, string options, double degree, int agents = Agents)
    {
        var given = (JsonObject)JsonNode.Parse(options)!;
        foreach (string key in EnvironmentRegistry.Default.Find(id)!.Differences!.Degree)
        {
            // A second degree scales what the case gives it, and stays 0 where the case gives nothing.
            if (given[key] is { } own) given[key] = degree * own.GetValue<double>();
            else if (key == "heterogeneity") given[key] = degree;
        }
        return EnvTesting.Configure(id, agents, given.ToJsonString()).Build();
    }

    private static bool SameRewards(EnvironmentInstance instance) => instance switch
    {
        FiniteMdp mdp => mdp.Agents.All(agent => agent.Rewards.SequenceEqual(mdp.Agents[0].Rewards)),
        LinearQuadraticProblem problem => problem.Agents.All(agent => agent.Q.Equals(problem.Agents[0].Q) && agent.R.Equals(problem.Agents[0].R)),
        _ => Same((SteppedEnvironment)instance, list => list.Rewards),
    };

    private static bool SameKernels(EnvironmentInstance instance) => instance switch
    {
        FiniteMdp mdp => mdp.Agents.All(agent => agent.Kernel.SameAs(mdp.Agents[0].Kernel)),
        LinearQuadraticProblem problem => problem.Agents.All(agent => agent.A.Equals(problem.Agents[0].A) && agent.B.Equals(problem.Agents[0].B)),
        _ => Same((SteppedEnvironment)instance, list => list.Kernels),
    };

    private static bool Same(SteppedEnvironment environment, Func<AgentDifferences, IReadOnlyList<string>> which) =>
        which(EnvironmentRegistry.Default.Find(environment.Name)!.Differences!).All(key => environment.Parameters[key].Distinct().Count() == 1);

    /// <summary>All that agents may differ in, [N].</summary>
    private static double[][] Numbers(EnvironmentInstance instance) => instance switch
    {
        FiniteMdp mdp => [.. mdp.Agents.Select(agent => (double[])[.. agent.Rewards, .. Probabilities(agent.Kernel)])],
        LinearQuadraticProblem problem => [.. problem.Agents.Select(agent => (double[])[.. agent.Q.Enumerate(), .. agent.R.Enumerate(), .. agent.A.Enumerate(), .. agent.B.Enumerate()])],
        SteppedEnvironment stepped => [.. Enumerable.Range(0, stepped.AgentNames.Count).Select(i => (double[])[.. stepped.Parameters.Values.Select(values => values[i])])],
        _ => throw new NotSupportedException(),
    };

    private static IEnumerable<double> Probabilities(TransitionKernel kernel)
    {
        double[] row = new double[kernel.States];
        for (int k = 0; k < kernel.RowCount; k++)
        {
            Array.Clear(row);
            for (int j = 0; j < kernel.Next(k).Length; j++) row[kernel.Next(k)[j]] = kernel.Probabilities(k)[j];
            foreach (double p in row) yield return p;
        }
    }

    private sealed record Case(string Rewards, string Kernels, string Draw)
    {
        public bool IsAffine { get; init; } = true;
    }
}
