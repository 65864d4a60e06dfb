using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>What holds for every algorithm: a new registration is covered without a change here.</summary>
public sealed class AlgorithmSuiteTests
{
    private const string Sampled = "gradient.estimator=gpomdp";

    public static TheoryData<string> All => [.. AlgorithmTesting.Names];

    public static TheoryData<string> BuiltIn => [.. new ExperimentCatalog().Algorithms.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void It_learns(string algorithm)
    {
        RoundReport[] reports = AlgorithmTesting.Reports(AlgorithmTesting.Experiment(algorithm, "federation.rounds=60"));
        double first = reports[0].Evaluation!.Gap!.Value, last = reports[^1].Evaluation!.Gap!.Value;
        Assert.True(last < 0.25 * first, $"the gap went from {first} to {last} only");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Threads_blocks_and_stops_change_no_bit(string algorithm)
    {
        using var folder = new TemporaryFolder();
        int k = 0;
        foreach (string[] way in AlgorithmTesting.Ways(algorithm))
        {
            Experiment experiment = AlgorithmTesting.Experiment(algorithm, [Sampled, "environment.agents=5", "dtype=float32", .. way]);
            string expected = AlgorithmTesting.Run(experiment, folder[$"{k}-whole"]);
            Assert.NotEqual(expected,
                AlgorithmTesting.Run(AlgorithmTesting.Experiment(algorithm,
                    [Sampled, "environment.agents=5", "dtype=float32", "seed=4", .. way]), folder[$"{k}-other"]));
            foreach (int stop in (int[])[0, 3])
            {
                AlgorithmTesting.Stop(experiment, folder[$"{k}-stop-{stop}"], stop);
                Assert.Equal(expected, AlgorithmTesting.Resume(folder[$"{k}-stop-{stop}"], threads: 2, block: 2 + stop));
            }
            k++;
        }
    }

    /// <summary>
    /// The lists of messages add up, name agents that took part only, and their sum is what the README of the algorithms says.
    /// </summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Bytes_are_counted_as_documented(string algorithm)
    {
        foreach (string[] way in AlgorithmTesting.Ways(algorithm))
        {
            Experiment experiment = AlgorithmTesting.Experiment(algorithm, ["environment.agents=5", .. way]);
            RoundReport[] reports = AlgorithmTesting.Reports(experiment);
            (long up, long down) = (0, 0);
            foreach (RoundReport report in reports)
            {
                foreach (ExchangeEntry entry in report.Exchanges)
                {
                    long bytes = entry.Bytes * (entry.Agents?.Count ?? 5);
                    if (entry.Direction == ExchangeDirection.Up) up += bytes;
                    else down += bytes;
                    if (entry.Agents is null) continue;
                    // In the row after round t stand the messages of the agents of round t and, ahead of their round, of t + 1.
                    int[] allowed = [.. new[] { report.Round - 1, report.Round }.Where(t => t >= 0)
                        .SelectMany(t => experiment.Federation.CohortOf(t).Members)];
                    Assert.Subset(allowed.ToHashSet(), entry.Agents.ToHashSet());
                }
                Assert.Equal((up, down), (report.BytesUp, report.BytesDown));
            }
            if (way.Length == 0 && Documented(algorithm) is { } documented)
            {
                long vector = Parameters(experiment) * sizeof(double);
                RoundReport a = reports[1], b = reports[2];
                Assert.Equal((documented.Up * vector * 5, documented.Down * vector * 5),
                    (b.BytesUp - a.BytesUp, b.BytesDown - a.BytesDown));
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void With_identical_agents_and_one_local_step_it_is_centralized_where_it_says_so(string algorithm)
    {
        if (!AlgorithmTesting.Catalog[algorithm].Has(AlgorithmTraits.EqualsCentralized)) return;
        string[] settings = ["environment.options.heterogeneity=0", "federation.localSteps=1", "federation.rounds=20",
            "federation.globalStepSize=0.7"];
        AlgorithmTesting.AssertClose(
            AlgorithmTesting.Path(AlgorithmTesting.Experiment("centralized", settings)),
            AlgorithmTesting.Path(AlgorithmTesting.Experiment(algorithm, settings)), 1e-12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_it_cannot_do_is_refused_and_its_options_are_in_the_resolved_file(string algorithm)
    {
        AlgorithmDefinition definition = AlgorithmTesting.Catalog[algorithm];
        if (!definition.Has(AlgorithmTraits.PartialParticipation))
            AssertRefused("federation.participation", """federation.participation={"kind":"uniform","sample":2}""");
        if (!definition.Has(AlgorithmTraits.OwnLocalSteps))
            AssertRefused("federation.agentLocalSteps", "federation.agentLocalSteps=[1,2,3,3]");
        Experiment experiment = AlgorithmTesting.Experiment(algorithm);
        foreach (string key in AlgorithmTesting.Catalog[algorithm].OwnKeys)
            Assert.True(experiment.Resolved["federation"]!.AsObject().ContainsKey(key), key);

        void AssertRefused(string key, string assignment)
        {
            InvalidInputException e = Assert.Throws<InvalidInputException>(() => AlgorithmTesting.Experiment(algorithm, assignment));
            Assert.Contains(key, Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_file_with_the_options_of_all_algorithms_runs_with_any(string algorithm)
    {
        string[] options = ["federation.proximal=0.2", "federation.controls=2", "federation.graph=complete", "federation.serverTopK=3",
            "federation.memory=fresh", "federation.novaMomentum=0.1"];
        Assert.Equal(algorithm, AlgorithmTesting.Experiment(algorithm, options).AlgorithmName);
        InvalidInputException e =
            Assert.Throws<InvalidInputException>(() => AlgorithmTesting.Experiment(algorithm, "federation.proximall=1"));
        Assert.Contains("\"proximal\"", Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Every built-in algorithm has a page with the same headings in the same order, which names its file and all keys that are its own, or
    /// refers to those of server optimisers.
    /// </summary>
    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void It_has_a_page(string algorithm)
    {
        string[] page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "algorithms", algorithm + ".md"));
        string[] headings = ["## Equations", "## State, messages, bytes", "## Options", "## When it fails", "## Measured"];
        Assert.Equal(headings, page.Where(headings.Contains));
        string text = string.Join('\n', page);
        Assert.Matches("`src/Federation/Algorithms/\\w+\\.cs`", text);
        if (text.Contains("(README.md#server-optimisers)", StringComparison.Ordinal))
            text += File.ReadAllText(Path.Combine(Repository.Root, "docs", "algorithms", "README.md"));
        foreach (string key in AlgorithmTesting.Catalog[algorithm].OwnKeys) Assert.Contains($"`{key}`", text, StringComparison.Ordinal);
    }

    /// <summary>
    /// Vectors of d numbers that an agent sends and receives in a round with the defaults, from the overview; H = 3 and a ring.
    /// </summary>
    private static (long Up, long Down)? Documented(string algorithm)
    {
        string[]? row = File.ReadLines(Path.Combine(Repository.Root, "docs", "algorithms", "README.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .FirstOrDefault(cells => cells.Length > 4 && cells[1] == $"[{algorithm}]({algorithm}.md)");
        return row is null ? null : (Count(row[3]), Count(row[4]));

        static long Count(string cell) => cell switch
        {
            "0" => 0,
            "d" => 1,
            "2 d" => 2,
            "H d" => 3,
            "neighbours x d" => 2,
            _ => throw new InvalidDataException($"docs/algorithms/README.md: {cell}"),
        };
    }

    private static int Parameters(Experiment experiment)
    {
        using FedPG.Policies.Policy policy = experiment.CreatePolicy(FedPG.Policies.TensorFormat.Float64);
        return policy.Layout.Length;
    }
}

/// <summary>The same suite's count of live tensors, which bears nothing beside it.</summary>
[Collection(NothingBesides.Name)]
public sealed class AlgorithmMemoryTests
{
    public static TheoryData<string> All => [.. AlgorithmTesting.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void No_tensor_is_left_behind(string algorithm)
    {
        foreach (string[] way in AlgorithmTesting.Ways(algorithm))
        {
            // What the server sends for the first time after a round stays; from then on nothing is added.
            FlatMemoryTests.AssertFlat(AlgorithmTesting.Experiment(algorithm, ["environment.agents=5", "federation.rounds=8", .. way]),
                threads: 2, block: 2, steady: 2);
        }
    }
}
