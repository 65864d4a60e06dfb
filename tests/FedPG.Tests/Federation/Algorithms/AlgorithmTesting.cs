using System.Text;
using System.Text.Json.Nodes;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Algorithms;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>Small experiments with any algorithm: the built-in ones, and one that stands for a plug-in's.</summary>
internal static class AlgorithmTesting
{
    /// <summary>What every registered algorithm is tried on: float64, so that laws can be told from rounding.</summary>
    private const string Small = """
        {
          "name": "small", "seed": 3, "dtype": "float64",
          "environment": { "id": "RandomMdp-v0", "agents": 4, "options": { "states": 4, "actions": 3, "heterogeneity": 0.3 } },
          "gradient": { "estimator": "exact", "horizon": 5, "trajectories": 3 },
          "federation": { "algorithm": "fast-fedpg", "rounds": 4, "localSteps": 3, "localStepSize": 0.5 },
          "evaluateEvery": 1, "checkpointEvery": 2
        }
        """;

    public const string Rounded = "federation.messages=float16";

    private static readonly ExperimentCatalog Everything = WithExample();

    public static Catalog<AlgorithmDefinition> Catalog => Everything.Algorithms;

    public static ExperimentReader Reader { get; } = new(Everything);

    public static IEnumerable<string> Names => Catalog.Names;

    /// <summary>
    /// Everyone always, messages that are rounded, and what else an algorithm says it can do:
    /// rounds of some agents, and own numbers of steps.
    /// </summary>
    public static IEnumerable<string[]> Ways(string algorithm)
    {
        AlgorithmDefinition definition = Catalog[algorithm];
        yield return [];
        yield return [Rounded];
        const string some = """federation.participation={"kind":"probabilities","probabilities":[0.9,0.2,0.5,0.5,0.7]}""";
        if (definition.Has(AlgorithmTraits.PartialParticipation)) yield return [some];
        if (definition.Has(AlgorithmTraits.PartialParticipation)) yield return [some, Rounded];
        if (definition.Has(AlgorithmTraits.OwnLocalSteps)) yield return ["""federation.stragglers={"share":0.5}"""];
    }

    /// <summary>A small experiment with an algorithm, and a policy and an estimator that it works with.</summary>
    public static Experiment Experiment(string algorithm, params IEnumerable<string> assignments)
    {
        AlgorithmNeeds needs = Catalog[algorithm].Needs;
        string[] own =
        [
            $"federation.algorithm={algorithm}",
            .. needs.PolicyKinds is { } kinds ? [$"policy.kind={kinds.First()}"] : Array.Empty<string>(),
            .. needs.Estimators is { } estimators ? [$"gradient.estimator={estimators.First()}"] : Array.Empty<string>(),
        ];
        // Later assignments win; what the algorithm cannot do without comes last.
        string[] given = [.. assignments];
        IEnumerable<string> wanted = given.Where(a => !own.Skip(1).Any(o => a.Split('=')[0] == o.Split('=')[0]));
        return Reader.Read(JsonDocuments.Parse(Encoding.UTF8.GetBytes(Small), "small.json"), "small.json", Environment.CurrentDirectory,
            [.. own, .. wanted]);
    }

    /// <summary>thetabar after every round, [T + 1][d].</summary>
    public static double[][] Path(Experiment experiment, int threads = 1, int? block = null)
    {
        var path = new List<double[]>();
        TrainingLoop? observed = null;
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(threads, block), TimeProvider.System);
        observed = federation;
        federation.Run(new Sink(_ => path.Add(observed.Parameters())), checkpoint: null, TestContext.Current.CancellationToken);
        return [.. path];
    }

    public static RoundReport[] Reports(Experiment experiment)
    {
        var reports = new List<RoundReport>();
        using var federation = new TrainingLoop(experiment, RunTesting.Execution(), TimeProvider.System);
        federation.Run(new Sink(reports.Add), checkpoint: null, TestContext.Current.CancellationToken);
        return [.. reports];
    }

    public static string Run(Experiment experiment, string folder, int threads = 1, int? block = null)
    {
        using (TrainingRun run = RunTesting.Start(experiment, folder, threads: threads, block: block))
            run.Run(TestContext.Current.CancellationToken);
        return RunTesting.Bits(folder);
    }

    /// <summary>Goes on from the newest checkpoint.</summary>
    public static string Resume(string folder, int threads, int? block)
    {
        using (TrainingRun? run = TrainingRun.Resume(folder, Reader, _ => RunTesting.Execution(threads, block), Sink.None,
            TimeProvider.System))
            run!.Run(TestContext.Current.CancellationToken);
        return RunTesting.Bits(folder);
    }

    /// <summary>Starts a run, on three threads with blocks of one agent, and stops it when a round is done.</summary>
    public static void Stop(Experiment experiment, string folder, int round)
    {
        using var stop = new CancellationTokenSource();
        using TrainingRun run = TrainingRun.Start(experiment, RunTesting.Execution(3, 1), folder, new JsonObject { ["fedpg"] = "test" },
            new Sink(report => { if (report.Round == round) stop.Cancel(); }), TimeProvider.System);
        run.Run(stop.Token);
    }

    public static void AssertClose(double[][] expected, double[][] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int t = 0; t < expected.Length; t++)
        {
            double most = expected[t].Zip(actual[t], (a, b) => Math.Abs(a - b)).Max();
            Assert.True(most <= tolerance, $"round {t}: {most:R} apart, more than {tolerance:R}");
        }
    }

    private static ExperimentCatalog WithExample()
    {
        var catalog = new ExperimentCatalog();
        catalog.Add(FedNova.Definition);
        return catalog;
    }
}
