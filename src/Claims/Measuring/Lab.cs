using System.Reflection;
using FedPG.Claims.Breaking;
using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;
using FedPG.Federation.Threads;
using FedPG.Reporting.Figures;
using TorchSharp;

namespace FedPG.Claims.Measuring;

/// <summary>
/// Where a claim runs its experiments: reads the settings built into this assembly, runs them on several threads, and takes tables and
/// figures. What is measured depends on the seed and the effort, not on the threads.
/// </summary>
/// <param name="claim">The claim's name: the folder of its settings.</param>
/// <param name="breakage">What is wrong with the Fast-FedPG under test.</param>
/// <param name="seed">Every random number of the claim follows from it, the random instances included.</param>
/// <param name="threads">Experiments that run at the same time.</param>
/// <param name="effort">How much is run.</param>
/// <param name="progress">Hears how many of the runs of a step are done; called from several threads.</param>
/// <param name="cancellation">Ends a run at its next round, with an <see cref="OperationCanceledException"/>.</param>
internal sealed class Lab(string claim, Breakage breakage, long seed, int threads, Effort effort, Action<int, int> progress,
    CancellationToken cancellation)
{
    private static readonly ExperimentReader Reader = new(BrokenFastFedPg.Catalog());
    private readonly List<Table> _tables = [];
    private readonly List<(string Name, Figure Figure)> _figures = [];

    /// <summary>What is wrong with the Fast-FedPG under test.</summary>
    public Breakage Breakage => breakage;

    /// <summary>What figures call the algorithm under test.</summary>
    public string Tested => breakage == Breakage.None ? "Fast-FedPG" : $"Fast-FedPG, {Breakages.NameOf(breakage)}";

    /// <summary>Whether little time is to be spent.</summary>
    public bool IsQuick => effort == Effort.Quick;

    /// <summary>Asks long work outside of <see cref="Run"/> and <see cref="Map{T}"/> to end.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The tables saved.</summary>
    public IReadOnlyList<Table> Tables => _tables;

    /// <summary>The figures saved.</summary>
    public IReadOnlyList<(string Name, Figure Figure)> Figures => _figures;

    /// <summary>The seed of run k; different for every seed of the claim.</summary>
    public long Seed(int k) => (seed * 10_000) + k;

    /// <summary>One of two numbers, by the effort.</summary>
    public T Choose<T>(T full, T quick) => IsQuick ? quick : full;

    /// <summary>Settings of this claim as they stand.</summary>
    /// <param name="settings">The name of the file in the claim's folder, without its extension.</param>
    /// <param name="assignments">Overrides <c>key.path=value</c>.</param>
    public Experiment Read(string settings, params IEnumerable<string> assignments)
    {
        string name = $"{claim}/{settings}.json";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceOf(name))!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Reader.Read(JsonDocuments.Parse(bytes.ToArray(), name), name, Environment.CurrentDirectory, [.. assignments]);
    }

    /// <summary>All settings of this claim, by name.</summary>
    public IEnumerable<(string Name, Experiment Experiment)> Settings() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Select(r => r.Replace('\\', '/')).Where(r => r.StartsWith($"{claim}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(r => Path.GetFileNameWithoutExtension(r)).Select(name => (name, Read(name)));

    /// <summary>Settings of this claim, run with the Fast-FedPG under test, which may be a broken one.</summary>
    public Experiment UnderTest(string settings, params IEnumerable<string> assignments) =>
        Read(settings, [.. assignments, .. Breakages.Assignments(breakage)]);

    /// <summary>Runs an experiment on this thread.</summary>
    /// <param name="experiment">What to run.</param>
    /// <param name="observe">Computes something from thetabar, [d], after every evaluated round.</param>
    public Curve Run(Experiment experiment, Func<double[], double[]>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        using var federation = new TrainingLoop(experiment, new ExecutionOptions(1, torch.CPU), TimeProvider.System);
        var curve = new Curve(experiment.Federation.Rounds, observe is not null);
        var recorder = new Recorder(federation, curve, observe);
        try
        {
            if (federation.Run(recorder, checkpoint: null, cancellation) == RunStatus.Cancelled)
                throw new OperationCanceledException(cancellation);
        }
        catch (Exception e) when (e is DivergedException or AggregateException { InnerException: DivergedException })
        {
            curve.DivergeFrom(recorder.Next);
        }
        return curve;
    }

    /// <summary>Does independent pieces of work on the lab's threads; the results come in order.</summary>
    public T[] Map<T>(int count, Func<int, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var results = new T[count];
        int done = 0;
        using var pool = new WorkerPool(Math.Clamp(count, 1, threads));
        try
        {
            pool.Run(count, k =>
            {
                cancellation.ThrowIfCancellationRequested();
                results[k] = work(k);
                progress(Interlocked.Increment(ref done), count);
            });
        }
        catch (AggregateException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        return results;
    }

    /// <summary>Keeps a table, to be written as CSV.</summary>
    public void Save(Table table) => _tables.Add(table);

    /// <summary>Keeps a figure, to be drawn.</summary>
    public void Save(string name, Figure figure) => _figures.Add((name, figure));

    /// <summary>The embedded file, whatever the separators of the machine it was built on.</summary>
    private static string ResourceOf(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().FirstOrDefault(r => r.Replace('\\', '/') == name)
        ?? throw new ArgumentException($"there are no settings {name}", nameof(name));

    private sealed class Recorder(TrainingLoop federation, Curve curve, Func<double[], double[]>? observe) : IRoundSink
    {
        /// <summary>The first round not reported yet.</summary>
        public int Next { get; private set; }

        public void Report(RoundReport report)
        {
            Next = report.Round + 1;
            curve.EnvSteps = report.EnvSteps;
            if (report.Round == 1) curve.RoundTripsPerRound = RoundTrips(report.Exchanges);
            if (report.Evaluation is not { } evaluation) return;
            curve.Set(
                report.Round, evaluation.RegularisedObjective ?? evaluation.Objective, evaluation.Objective,
                (evaluation.RegularisedObjective is null ? evaluation.Gap : evaluation.RegularisedGap) ?? double.NaN,
                evaluation.GradientNormSquared ?? double.NaN, report.Drift, observe?.Invoke(Theta()));
            curve.WorstAgent = evaluation.AgentObjectives.Max();
            if (report.Round > 0)
                curve.BytesPerAgentAndRound = (double)(report.BytesUp + report.BytesDown) / federation.Agents.Count / report.Round;
        }

        /// <summary>The messages up that do not follow on another one.</summary>
        private static int RoundTrips(IReadOnlyList<ExchangeEntry> exchanges) =>
            Enumerable.Range(0, exchanges.Count)
                .Count(k => exchanges[k].Direction == ExchangeDirection.Up
                    && (k == 0 || exchanges[k - 1].Direction == ExchangeDirection.Down));

        private double[] Theta()
        {
            using IDisposable scope = torch.NewDisposeScope();
            return federation.Server.Theta.cpu().to(torch.ScalarType.Float64).data<double>().ToArray();
        }
    }
}
