using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Tests.Build;
using Xunit;

namespace FedPG.Tests.Envs;

/// <summary>
/// Every registered environment has agents with rewards of their own, with kernels of their own, a degree, and a distribution to draw them
/// from.
/// </summary>
public sealed partial class AgentDifferencesTests
{
    private const int Agents = 4;
    private const string Goals = """{ "differ": "goals", "map": "SFFG/FFFF/FHFF/GFFG" }""";

    /// <summary>How to have each in an environment; {0} in a draw is the seed.</summary>
    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["AdversarialPair-v0"] = new("""{ "upperReward": [1, 0.2, 0.5] }""", "{}",
            """{ "agentSeed": {0}, "upperReward": { "from": 0.2, "to": 1 } }"""),
        ["OppositeKernels-v0"] = new("""{ "goalReward": [1, 0.2, 0.5] }""", """{ "q": 0.7 }""",
            """{ "agentSeed": {0}, "goalReward": { "from": 0.2, "to": 1 } }"""),
        ["WindyCliff-v0"] = new("""{ "wind": 0.3, "goalReward": [100, 50], "cliffReward": { "from": -100, "to": -50 } }""",
            """{ "wind": "even" }""", """{ "agentSeed": {0}, "goalReward": { "from": 50, "to": 100 } }"""),
        ["CliffWalking-v1"] = new("""{ "differ": "penalty" }""", """{ "differ": "slip" }""", """{ "agentSeed": {0}, "differ": "slip" }""",
            """{ "agentSeed": {0}, "differ": "penalty" }"""),
        ["CliffWalkingSlippery-v1"] = new("""{ "differ": "penalty" }""", """{ "differ": "slip" }""",
            """{ "agentSeed": {0}, "differ": "slip" }""", """{ "agentSeed": {0}, "differ": "penalty" }"""),
        ["DeepSea-v0"] = new("""{ "differ": "costs" }""", """{ "differ": "meanings" }""", """{ "differ": "costs", "agentSeed": {0} }""",
            """{ "differ": "meanings", "agentSeed": {0} }""", """{ "differ": "meanings", "mappingSeed": {0} }""") { IsAffine = false },
        ["FourRooms-v0"] = new("""{ "differ": "goals" }""", """{ "differ": "failure" }""", """{ "differ": "failure", "agentSeed": {0} }""",
            """{ "differ": "goals", "agentSeed": {0} }""") { IsAffine = false, EndsForAll = true },
        ["FrozenLake-v1"] = new(Goals, """{ "differ": "slip" }""", """{ "agentSeed": {0}, "differ": "slip" }""",
            Goals.Replace(" }", """, "agentSeed": {0} }""", StringComparison.Ordinal)),
        ["FrozenLake8x8-v1"] = new(Goals, """{ "differ": "slip" }""", """{ "agentSeed": {0}, "differ": "slip" }""",
            Goals.Replace(" }", """, "agentSeed": {0} }""", StringComparison.Ordinal)),
        ["Garnet-v0"] = new("""{ "differ": "rewards" }""", """{ "differ": "kernels" }""", """{ "differ": "both", "seed": {0} }""",
            """{ "differ": "rewards", "seed": {0} }""", """{ "differ": "kernels", "seed": {0} }"""),
        ["GridWorld-v0"] = new("""{ "width": 4, "height": 4 }""",
            """{ "width": 4, "height": 4, "slip": [0.1, 0.2, 0.3, 0.4], "goals": [[0, 0]] }""",
            """{ "width": 4, "height": 4, "goals": "random", "slip": { "from": 0, "to": 0.5 }, "agentSeed": {0} }""",
            """{ "width": 4, "height": 4, "goals": "random", "continuing": false, "terminateOwnGoalOnly": true, "agentSeed": {0} }""")
        {
            PullsToMean = true,
        },
        ["QuasiRandomMdp-v0"] = new("""{ "instance": "M" }""", """{ "kernelHeterogeneity": 1 }""",
            """{ "agentSeed": {0}, "kernelHeterogeneity": 0.7 }""", """{ "instance": "M", "agentSeed": {0} }""",
            """{ "instance": "X", "agentSeed": {0} }""", """{ "instance": "D", "kernelHeterogeneity": 1, "agentSeed": {0} }""")
        {
            PullsToMean = true,
        },
        ["RandomMdp-v0"] = new("""{ "rewards": "own" }""", """{ "kernels": "own" }""",
            """{ "kernels": "own", "instance": {0} }""") { PullsToMean = true },
        ["RiverSwim-v0"] = new("""{ "differ": "rewards" }""", """{ "differ": "current" }""",
            """{ "differ": "current", "agentSeed": {0} }""", """{ "differ": "rewards", "agentSeed": {0} }"""),
        ["Taxi-v4"] = new("""{ "differ": "fares" }""", """{ "differ": "rain" }""", """{ "differ": "rain", "agentSeed": {0} }""",
            """{ "differ": "fares", "agentSeed": {0} }"""),
        // What a dealer of another deck ends with is a polynomial of it.
        ["Blackjack-v1"] = new("""{ "differ": "ties" }""", """{ "differ": "deck" }""", """{ "differ": "deck", "agentSeed": {0} }""",
            """{ "differ": "ties", "agentSeed": {0} }""") { IsAffine = false },
        ["LinearQuadratic-v0"] = new("{}", """{ "driftSpread": 0.1 }""",
            """{ "costSpread": 0.3, "driftSpread": 0.1, "agentSeed": {0} }""") { PullsToMean = true },
        ["CartPole-v1"] = new("""{ "target": [-1, 0, 1, 2], "targetShare": 0.5 }""", """{ "length": [0.3, 0.4, 0.5, 0.6] }""",
            """{ "spread": { "length": [0.3, 0.8], "target": [-1, 1] }, "targetShare": 0.5, "agentSeed": {0} }""",
            """{ "agentSeed": {0} }"""),
        ["Acrobot-v1"] = new("""{ "goalHeight": [0.4, 0.6, 0.8, 1] }""", """{ "gravity": [8, 9, 10, 11] }""",
            """{ "spread": { "gravity": [8, 11], "goalHeight": [0.5, 1] }, "agentSeed": {0} }"""),
        ["MountainCar-v0"] = new("""{ "goalPosition": [0.3, 0.4, 0.5, 0.55] }""", """{ "force": [0.001, 0.0011, 0.0012, 0.0013] }""",
            """{ "spread": { "force": [0.001, 0.002], "goalPosition": [0.3, 0.5] }, "agentSeed": {0} }"""),
        ["MountainCarContinuous-v0"] = new("""{ "goalPosition": [0.3, 0.4, 0.45, 0.5] }""",
            """{ "power": [0.001, 0.0012, 0.0015, 0.0018] }""",
            """{ "spread": { "power": [0.001, 0.002], "goalPosition": [0.3, 0.5] }, "agentSeed": {0} }"""),
        ["Pendulum-v1"] = new("""{ "targetAngle": [0, 1, 2, 3] }""", """{ "length": [0.8, 0.9, 1, 1.1] }""",
            """{ "spread": { "gravity": [8, 12], "targetAngle": [-1, 1] }, "agentSeed": {0} }"""),
        ["MiniGrid"] = new("""{ "prize": [0.5, 0.6, 0.8, 1] }""", """{ "slip": [0, 0.1, 0.2, 0.3] }""",
            """{ "spread": { "slip": [0, 0.3], "prize": [0.2, 1] }, "agentSeed": {0} }""", """{ "agentSeed": {0} }"""),
    };

    public static TheoryData<string> Ids => [.. EnvTesting.OneOfEachKind];

    private static Case CaseOf(string id) => Cases[id.StartsWith("MiniGrid-", StringComparison.Ordinal) ? "MiniGrid" : id];

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_is_said_by_which_options_the_agents_differ(string id)
    {
        EnvironmentDefinition definition = ExperimentCatalog.Default.Environments.Find(id)!;
        Assert.NotNull(definition.Differences);
        string[] known = [.. definition.Arguments().Select(argument => argument.Key)];
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "environments", "README.md"));
        Assert.All(definition.Differences.Lists, list =>
        {
            Assert.NotEmpty(list.Options);
            Assert.All(list.Options, option => Assert.Contains(option, known));
        });
        IEnumerable<string> cells = definition.Differences.Lists
            .Select(list => string.Join(", ", list.Options.Select(option => $"`{option}`")));
        string name = id.StartsWith("MiniGrid-", StringComparison.Ordinal) ? "[MiniGrid](MiniGrid.md), all" : $"[{id}]({id}.md)";
        string row = $"| {name} | {string.Join(" | ", cells)} |";
        Assert.True(page.Contains(row, StringComparison.Ordinal), $"docs/environments/README.md lacks the row\n{row}");
    }

    /// <summary>At degree 1 they differ in what was asked for (and, for rewards, in nothing else); at 0 in nothing, to the bit.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Agents_differ_at_degree_one_and_are_the_same_at_zero(string id)
    {
        Case c = CaseOf(id);
        FederatedEnvironment rewards = Make(id, c.Rewards, 1), kernels = Make(id, c.Kernels, 1);
        Assert.False(SameRewards(rewards));
        if (id is not ("AdversarialPair-v0" or "OppositeKernels-v0")) Assert.True(SameKernels(rewards));
        Assert.False(SameKernels(kernels));
        foreach (string options in (string[])[c.Rewards, c.Kernels, .. c.Drawn("3")])
        {
            FederatedEnvironment alike = Make(id, options, 0);
            Assert.True(SameRewards(alike) && SameKernels(alike), $"{id} {options}");
        }
    }

    /// <summary>Half the degree is half of the way: of rewards and of probabilities.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Differences_are_affine_in_the_degree(string id)
    {
        Case c = CaseOf(id);
        if (!c.IsAffine) return;
        foreach (string options in (string[])[c.Rewards, c.Kernels, .. c.Drawn("3")])
        {
            double[][] none = Numbers(Make(id, options, 0)), half = Numbers(Make(id, options, 0.5)), all = Numbers(Make(id, options, 1));
            for (int i = 0; i < Agents; i++)
            {
                double size = all[i].Concat(none[i]).Max(Math.Abs);
                double tolerance = 1e-12 * Math.Max(1, size);
                // Tables have millions of numbers, and a call of Assert takes longer than all else here.
                for (int k = 0; k < none[i].Length; k++)
                {
                    double middle = 0.5 * (none[i][k] + all[i][k]);
                    if (!(Math.Abs(middle - half[i][k]) <= tolerance)) Assert.Equal(middle, half[i][k], tolerance);
                }
            }
        }
    }

    /// <summary>Whatever heterogeneity can act on can be drawn.</summary>
    [Fact]
    public void Every_difference_has_a_draw()
    {
        foreach (string id in Ids)
        {
            string[] drawn = [.. CaseOf(id).Drawn("1").Select(draw => (string?)JsonNode.Parse(draw)!["differ"]).OfType<string>()];
            Assert.Empty(Values(id, "differ").Except(drawn));
        }
    }

    /// <summary>
    /// A draw is a function of its seed and the agent, not of how many there are: at every degree where it pulls towards what all have in
    /// common, at degree 1 where it pulls towards the mean of the agents.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Draws_are_reproducible_and_agents_do_not_depend_on_each_other(string id)
    {
        Case c = CaseOf(id);
        for (int k = 0; k < c.Draws.Count; k++)
        {
            foreach (double degree in (double[])(c.PullsToMean ? [1] : [0.5, 1]))
            {
                double[][] drawn = Of("3", Agents), again = Of("3", Agents), others = Of("4", Agents), fewer = Of("3", 2);
                Assert.True(SameBits(drawn, again), $"{id}: two draws of one seed");
                Assert.False(SameBits(drawn, others), $"{id}: draws of two seeds");
                // Kinds are few, so that two agents may be of one kind.
                Assert.Contains(drawn, agent => !agent.AsSpan().SequenceEqual(drawn[0]));
                if (!c.EndsForAll) Assert.True(SameBits(drawn[..2], fewer), $"{id}: two agents of four, and two");

                double[][] Of(string seed, int agents) => Numbers(Make(id, c.Drawn(seed)[k], degree, agents));
            }
        }
    }

    /// <summary>
    /// Nothing is ignored: two agents at degree 1 differ in an entry of their tables or a number of their physics, whatever one other
    /// option is set to at the ends of what it may be, or the options are refused. At degree 0 they are alike to the bit.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void At_degree_one_agents_differ_or_the_options_are_refused_and_at_zero_they_are_alike(string id)
    {
        IReadOnlyList<string> degrees = ExperimentCatalog.Default.Environments.Find(id)!.Differences!.Degree;
        string?[] differs = Values(id, "differ") is { Count: > 0 } values ? [.. values] : [null];
        foreach (string? differ in differs)
        {
            foreach (OptionInfo option in ExperimentCatalog.Default.Environments.Find(id)!.Arguments().Where(o => o.Key != "differ"
                && !degrees.Contains(o.Key)))
            {
                foreach (string value in Ends(option))
                {
                    // A wind that all have in common is pulled to 1/2 by the degree; a sea of one cell has two meanings to draw.
                    if ((id, option.Key) is ("WindyCliff-v0", "wind") or ("DeepSea-v0", "size")) continue;
                    foreach (int degree in (int[])[0, 1])
                    {
                        JsonObject given = new() { [option.Key] = JsonNode.Parse(value) };
                        foreach (string key in degrees) given[key] = degree;
                        if (differ is not null) given["differ"] = differ;
                        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, 2,
                            EnvTesting.Json(given.ToJsonString()), EnvironmentKeys.Experiment, new ValidationErrors("x"));
                        if (configured is null) continue;
                        FederatedEnvironment made = configured.Build();
                        Assert.True((degree == 0) == (SameRewards(made) && SameKernels(made)),
                            $"{id} {given.ToJsonString()}: the agents are {(degree == 0 ? "not " : "")}alike");
                    }
                }
            }
        }
    }

    /// <summary>Who says how agents differ has agents that differ; a degree of 0, given, makes them alike all the same.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void What_is_said_about_agents_is_not_flattened(string id)
    {
        Case c = CaseOf(id);
        foreach (string options in (string[])[c.Rewards, c.Kernels, .. c.Drawn("3")])
        {
            FederatedEnvironment made = EnvTesting.Configure(id, Agents, options).Build();
            Assert.False(SameRewards(made) && SameKernels(made), $"{id} {options}");
        }
    }

    /// <summary>
    /// What env info shows of the agents is what they have: alike at degree 0, and where it is numbers that differ, different at 1.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void What_agents_have_is_shown(string id)
    {
        Case c = CaseOf(id);
        foreach (string options in (string[])[c.Rewards, c.Kernels, .. c.Drawn("3")])
        {
            Assert.All(Make(id, options, 0).Parameters.Values, values => Assert.Single(values.Distinct()));
            // Tables that are drawn number by number have no few numbers to show.
            bool whole = id is "Garnet-v0" or "RandomMdp-v0" or "QuasiRandomMdp-v0" or "LinearQuadratic-v0"
                || options.Contains("meanings", StringComparison.Ordinal);
            FederatedEnvironment apart = Make(id, options, 1);
            if (!whole) Assert.Contains(apart.Parameters.Values, values => values.Distinct().Count() > 1);
            Assert.Equal(apart.Parameters.Count > 0, apart.Facts().ContainsKey("parameters"));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_seed_is_at_most_2_to_the_53rd_and_no_number_beside_it(string id)
    {
        foreach (OptionInfo option in ExperimentCatalog.Default.Environments.Find(id)!.Arguments().Where(o => o.Key is "seed" or "instance"
            || o.Key.EndsWith("Seed", StringComparison.Ordinal)))
        {
            if (option.Key == "instance" && option.Allowed.Contains('|', StringComparison.Ordinal)) continue;
            Assert.Equal("a whole number from 0 to 9007199254740992", option.Allowed);
            foreach (string value in (string[])["9007199254740993", "9007199254740993.0", "-1", "0.5"])
            {
                IReadOnlyList<ValidationError> errors = EnvTesting.ErrorsOf(id, 2, $$"""{ "{{option.Key}}": {{value}} }""");
                Assert.Contains(errors, fault => fault.KeyPath == $"environment.options.{option.Key}" && fault.Value == value
                    && fault.Allowed == $"must be {option.Allowed}");
            }
        }
    }

    /// <summary>The words that an option may be, in the text of what it allows.</summary>
    private static List<string> Values(string id, string key) =>
        [.. ExperimentCatalog.Default.Environments.Find(id)!.Arguments().Where(o => o.Key == key).SelectMany(o =>
            Quoted().Matches(o.Allowed)).Select(match => match.Groups[1].Value)];

    /// <summary>
    /// The values of an option at the ends of what it may be, as JSON: words, true and false, and numbers that belong to the range.
    /// </summary>
    private static IEnumerable<string> Ends(OptionInfo option)
    {
        if (option.Allowed == "true or false") return ["true", "false"];
        IEnumerable<string> words = Quoted().Matches(option.Allowed).Select(match => match.Value).Where(word =>
            word is not ("\"from\"" or "\"to\""));
        return [.. words, .. Interval().Matches(option.Allowed).SelectMany(Closed),
            .. Min().Matches(option.Allowed).Select(match => match.Groups[1].Value)];

        static IEnumerable<string> Closed(Match interval)
        {
            if (interval.Groups[1].Value == "[") yield return interval.Groups[2].Value;
            if (interval.Groups[4].Value == "]") yield return interval.Groups[3].Value;
        }
    }

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"number in ([\[(])([^,]+), ([^\])]+)([\])])")]
    private static partial Regex Interval();

    /// <summary>The least only: the largest sizes take gigabytes.</summary>
    [GeneratedRegex("number (?:from|of at least) (-?[0-9.]+)")]
    private static partial Regex Min();

    private static FederatedEnvironment Make(string id, string options, double degree, int agents = Agents)
    {
        var given = (JsonObject)JsonNode.Parse(options)!;
        foreach (string key in ExperimentCatalog.Default.Environments.Find(id)!.Differences!.Degree)
        {
            // A second degree scales what the case gives it, and stays 0 where the case gives nothing.
            if (given[key] is { } own) given[key] = degree * own.GetValue<double>();
            else if (key == "heterogeneity") given[key] = degree;
        }
        return EnvTesting.Configure(id, agents, given.ToJsonString()).Build();
    }

    private static bool SameRewards(FederatedEnvironment instance) => instance switch
    {
        FiniteMdp mdp => mdp.Agents.All(agent => agent.Rewards.SequenceEqual(mdp.Agents[0].Rewards)),
        LinearQuadraticProblem problem =>
            problem.Agents.All(agent => agent.Q.Equals(problem.Agents[0].Q) && agent.R.Equals(problem.Agents[0].R)),
        _ => Same((EpisodicEnvironment)instance, list => list.Rewards),
    };

    private static bool SameKernels(FederatedEnvironment instance) => instance switch
    {
        FiniteMdp mdp => mdp.Agents.All(agent => agent.Kernel.SameAs(mdp.Agents[0].Kernel)),
        LinearQuadraticProblem problem =>
            problem.Agents.All(agent => agent.A.Equals(problem.Agents[0].A) && agent.B.Equals(problem.Agents[0].B)),
        _ => Same((EpisodicEnvironment)instance, list => list.Kernels),
    };

    private static bool Same(EpisodicEnvironment environment, Func<AgentDifferences, IReadOnlyList<string>> which) =>
        which(ExperimentCatalog.Default.Environments.Find(environment.Name)!.Differences!).All(key =>
            environment.Parameters[key].Distinct().Count() == 1);

    /// <summary>All that agents may differ in, [N].</summary>
    private static double[][] Numbers(FederatedEnvironment instance) => instance switch
    {
        FiniteMdp mdp => [.. mdp.Agents.Select(agent => (double[])[.. agent.Rewards, .. Probabilities(agent.Kernel)])],
        LinearQuadraticProblem problem =>
            [.. problem.Agents.Select(agent =>
            (double[])[.. agent.Q.Enumerate(), .. agent.R.Enumerate(), .. agent.A.Enumerate(), .. agent.B.Enumerate()])],
        EpisodicEnvironment stepped =>
            [.. Enumerable.Range(0, stepped.AgentNames.Count).Select(i =>
            (double[])[.. stepped.Parameters.Values.Select(values => values[i])])],
        _ => throw new NotSupportedException(),
    };

    private static double[] Probabilities(TransitionKernel kernel)
    {
        double[] rows = new double[kernel.RowCount * kernel.States];
        for (int k = 0; k < kernel.RowCount; k++)
        {
            for (int j = 0; j < kernel.Next(k).Length; j++) rows[(k * kernel.States) + kernel.Next(k)[j]] = kernel.Probabilities(k)[j];
        }
        return rows;
    }

    private static bool SameBits(double[][] one, double[][] other) =>
        one.Length == other.Length && one.Zip(other).All(pair =>
            MemoryMarshal.AsBytes(pair.First.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(pair.Second.AsSpan())));

    private sealed record Case(string Rewards, string Kernels, params IReadOnlyList<string> Draws)
    {
        /// <summary>Whether rewards and kernels are affine in the degree.</summary>
        public bool IsAffine { get; init; } = true;

        /// <summary>Whether the degree pulls towards the mean over the agents, and not towards something that all have in common.</summary>
        public bool PullsToMean { get; init; }

        /// <summary>Whether the goals of all agents end the episodes of each.</summary>
        public bool EndsForAll { get; init; }

        public IReadOnlyList<string> Drawn(string seed) => [.. Draws.Select(draw => draw.Replace("{0}", seed, StringComparison.Ordinal))];
    }
}
