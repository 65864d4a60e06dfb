using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Reporting.Report;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Fuzzing;

/// <summary>
/// Whatever a user writes, or somebody's folder holds, is understood or refused: by errors of one line with source and reason, within
/// seconds and without a gigabyte, and what is understood means the same when it is written out and read again. FEDPG_FUZZ sets how many
/// inputs there are in all (5,000 unless told otherwise), FEDPG_FUZZ_SEED where they begin; a failure prints seed and input.
/// </summary>
public sealed class InputFuzzTests
{
    private const string Source = "fuzz.json";
    private const long MostBytes = 1L << 30;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>All but those that start a process for each agent.</summary>
    private static readonly string[] Environments = [.. ExperimentCatalog.Default.Environments.Names.Where(id => id != "python")];

    /// <summary>The options of environments, as runs write them out, and an estimator that serves there.</summary>
    private static readonly Dictionary<string, (string Options, string Estimator)> Defaults = [];

    private static int Count => Setting("FEDPG_FUZZ", 5_000);

    private static int FirstSeed => Setting("FEDPG_FUZZ_SEED", 1);

    [Fact]
    public void What_is_changed_is_sound_to_begin_with()
    {
        foreach (string experiment in FuzzCorpus.Experiments) Read(Encoding.UTF8.GetBytes(experiment));
        foreach (string mdp in FuzzCorpus.Mdps) FiniteMdpFile.Parse(Encoding.UTF8.GetBytes(mdp), Source, "fuzz");
        foreach ((string Name, string Text)[] model in FuzzCorpus.Models)
        {
            using var folder = new TemporaryFolder();
            foreach ((string name, string text) in model) File.WriteAllText(folder[name], text);
            ModelFile.Read(folder[model[0].Name]);
        }
    }

    /// <summary>What the fuzzer found: a comment or a last comma within a value, which files may have everywhere.</summary>
    [Theory]
    [InlineData("""{ "policy": { "kind": "neural-softmax", "hidden": [6, /* wide */ 5,] } }""")]
    [InlineData("""{ "environment": { "id": "GridWorld-v0", "options": { "slip": [0.1, 0.2, /* more */], } } }""")]
    [InlineData("""{ "environment": { "id": "CartPole-v1", "options": { "spread": { "gravity": [9, 10,] } } }, "objective": "reward" }""")]
    [InlineData("""{ "policy": { "kind": "log-linear", "features": "one-hot" /* a word */ } }""")]
    public void A_comment_within_a_value_is_no_fault_of_the_program(string text)
    {
        try
        {
            Assert.NotNull(Read(Encoding.UTF8.GetBytes(text)));
        }
        catch (InvalidInputException e)
        {
            Assert.All(e.Errors, error => Assert.DoesNotContain("JSON", error.Allowed, StringComparison.Ordinal));
        }
    }

    /// <summary>What the fuzzer found: an agent that is null went past the reader.</summary>
    [Fact]
    public void An_agent_that_is_null_is_refused()
    {
        byte[] mdp = """
            { "states": 1, "actions": 1, "discount": 0, "initial": [1], "transitions": [[[1]]], "agents": [null] }
            """u8.ToArray();
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => FiniteMdpFile.Parse(mdp, Source, "fuzz"));
        Assert.StartsWith("fuzz.json: agents[0]: null; must be an object", Assert.Single(e.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Experiments_are_understood_or_refused() => Fuzz(0.15, m => Experiment(m.Document(m.Any(FuzzCorpus.Experiments)), []));

    [Fact]
    public void Overrides_are_understood_or_refused() => Fuzz(0.2, m =>
        Experiment(
            Encoding.UTF8.GetBytes(m.Any(FuzzCorpus.Experiments)), [.. Enumerable.Range(0, 1 + m.Below(3)).Select(_ => Assignment(m))]));

    [Fact]
    public void Options_of_every_environment_are_understood_or_refused() => Fuzz(0.2, m =>
    {
        string id = m.Any(Environments);
        (string options, string estimator) = DefaultsOf(id);
        options = m.OneIn(10) ? Encoding.UTF8.GetString(m.Bytes(options)) : m.Values(options);
        return Experiment(Encoding.UTF8.GetBytes(InEnvironment(id, options, estimator)), []);
    });

    [Fact]
    public void Maps_are_understood_or_refused() => Fuzz(0.05, m =>
    {
        string[] drawn = [.. m.Lines(m.Any(FuzzCorpus.Maps)).Split('\n')];
        var map = new JsonArray([.. drawn.Select(line => (JsonNode)line)]);
        string id = m.Any(FuzzCorpus.Mapped);
        return Experiment(Encoding.UTF8.GetBytes(InEnvironment(id, $$"""{ "map": {{map.ToJsonString()}} }""", "gpomdp")), []);
    });

    [Fact]
    public void MDP_files_are_understood_or_refused() => Fuzz(0.1, m =>
    {
        byte[] input = m.Document(m.Any(FuzzCorpus.Mdps));
        return (Encoding.UTF8.GetString(input), () => { FiniteMdpFile.Parse(input, Source, "fuzz"); });
    });

    /// <summary>Files of PRISM, with labels and rewards beside them, and of Storm.</summary>
    [Fact]
    public void Models_of_other_programs_are_understood_or_refused()
    {
        using var folder = new TemporaryFolder();
        Fuzz(0.1, m =>
        {
            (string Name, string Text)[] files = m.Any(FuzzCorpus.Models);
            int changed = m.Below(files.Length);
            byte[] content = m.OneIn(3) ? m.Bytes(files[changed].Text) : Encoding.UTF8.GetBytes(m.Words(files[changed].Text));
            return ($"{files[changed].Name}:\n{Encoding.UTF8.GetString(content)}", () =>
            {
                foreach (string old in Directory.EnumerateFiles(folder.FullPath)) File.Delete(old);
                foreach ((string name, string text) in files) File.WriteAllText(folder[name], text);
                File.WriteAllBytes(folder[files[changed].Name], content);
                ModelFile.Read(folder[files[0].Name]);
            });
        });
    }

    [Fact]
    public void Command_lines_are_understood_or_refused() => Fuzz(0.1, m =>
    {
        string[] words = [.. Enumerable.Range(0, 1 + m.Below(7)).Select(_ => Word(m))];
        return (string.Join(" ", words), () =>
        {
            ParseResult parsed = FedPG.Cli.CommandLine.Create().Parse(words);
            IReadOnlyList<ValidationError> errors = CommandLineErrors.Of(parsed);
            if (errors.Count > 0) throw new InvalidInputException(errors);
        });
    });

    /// <summary>One file of a run folder is changed: nothing is read of it, or what was there before.</summary>
    [Fact]
    public void Files_of_run_folders_are_understood_or_refused()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=5"), folder["run"]);
        string checkpoint = Directory.EnumerateDirectories(folder["run/checkpoints"]).Max(StringComparer.Ordinal)!;
        string[] files =
        [
            folder["run/policy/manifest.json"], folder["run/experiment.json"], folder["run/metrics.csv"], folder["run/exchange.csv"],
            folder["run/summary.json"], Path.Combine(checkpoint, "manifest.json"),
        ];
        Dictionary<string, string> sound = files.ToDictionary(f => f, File.ReadAllText);
        Fuzz(0.1, m =>
        {
            string file = m.Any(files), name = Path.GetRelativePath(folder.FullPath, file);
            byte[] changed = file.EndsWith(".csv", StringComparison.Ordinal)
                ? m.OneIn(3) ? m.Bytes(sound[file]) : Encoding.UTF8.GetBytes(m.Lines(sound[file]))
                : m.Document(sound[file]);
            return ($"{name}:\n{Encoding.UTF8.GetString(changed)}", () =>
            {
                try
                {
                    File.WriteAllBytes(file, changed);
                    ReadFolder(folder["run"], file, Path.GetFileName(Path.GetDirectoryName(file)!));
                }
                finally
                {
                    File.WriteAllText(file, sound[file]);
                }
            });
        });
    }

    private static void ReadFolder(string run, string file, string holder)
    {
        if (holder.StartsWith("round-", StringComparison.Ordinal))
        {
            string? chosen = Checkpoint.Newest(Path.Combine(run, "checkpoints"), _ => [], _ => { })?.Folder;
            if (chosen is not null && chosen != Path.GetDirectoryName(file)) return;
        }
        else if (Path.GetFileName(file) is "experiment.json" || holder == "policy")
        {
            StoredPolicy.Read(run, ExperimentReader.Default);
        }
        if (holder != "policy") ReportedRuns.Read([run]);
    }

    private static string InEnvironment(string id, string options, string estimator) => $$"""
        { "objective": "reward", "environment": { "id": "{{id}}", "agents": 2, "options": {{options}} },
          "gradient": { "estimator": "{{estimator}}" } }
        """;

    private static (string Options, string Estimator) DefaultsOf(string id)
    {
        if (!Defaults.TryGetValue(id, out (string, string) known))
            Defaults[id] = known = OptionsOf(id, "gpomdp") is { } sampled ? (sampled, "gpomdp") : (OptionsOf(id, "exact")!, "exact");
        return known;
    }

    private static string? OptionsOf(string id, string estimator)
    {
        try
        {
            return Read(Encoding.UTF8.GetBytes(InEnvironment(id, "{}", estimator))).Resolved["environment"]!["options"]!.ToJsonString();
        }
        catch (InvalidInputException)
        {
            return null;
        }
    }

    private static (string, Action) Experiment(byte[] text, string[] assignments) =>
        ($"{Encoding.UTF8.GetString(text)}\n{string.Join("\n", assignments)}", () =>
        {
            string resolved = Read(text, assignments).Resolved.ToJsonString();
            string again = Read(Encoding.UTF8.GetBytes(resolved)).Resolved.ToJsonString();
            if (again != resolved) throw new InvalidOperationException($"it resolves to\n{resolved}\nand that to\n{again}");
        });

    private static Experiment Read(byte[] input, params string[] assignments) =>
        ExperimentReader.Default.Read(JsonDocuments.Parse(input, Source), Source, Path.GetTempPath(), assignments);

    private static string Assignment(InputMutator mutator)
    {
        string value = mutator.OddValue();
        return mutator.OneIn(20) ? value
            : $"{mutator.Any(FuzzCorpus.Keys)}={(mutator.OneIn(5) ? Encoding.UTF8.GetString(mutator.Bytes(value)) : value)}";
    }

    private static string Word(InputMutator mutator) => mutator.OneIn(5) ? mutator.OddValue()
        : mutator.OneIn(8) ? Encoding.UTF8.GetString(mutator.Bytes(mutator.Any(FuzzCorpus.Words)))
        : mutator.Any(FuzzCorpus.Words);

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) && value > 0 ? value : standard;

    /// <summary>Tries a share of the inputs.</summary>
    private static void Fuzz(double share, Func<InputMutator, (string Input, Action Read)> make)
    {
        var faults = new List<string>();
        int understood = 0, count = (int)(Count * share);
        for (int seed = FirstSeed; seed < FirstSeed + count && faults.Count < 5; seed++)
        {
            (string input, Action read) = make(new InputMutator(seed));
            long before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            string? fault = FaultOf(read);
            if (fault is null) understood++;
            // A machine that is busy with other things stands still for seconds: what is slow is slow each time.
            for (int again = 0; again < 3 && (fault is null or "") && watch.Elapsed > Longest; again++)
            {
                watch.Restart();
                fault = FaultOf(read);
            }
            if (fault is null or "" && watch.Elapsed > Longest) fault = $"took {watch.Elapsed.TotalSeconds:F1} s";
            if (fault is null or "" && GC.GetAllocatedBytesForCurrentThread() - before > MostBytes) fault = "took a gigabyte";
            if (!string.IsNullOrEmpty(fault)) faults.Add($"seed {seed}: {fault}\n{input}");
        }
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        // Inputs that are all refused for their form would try nothing.
        Assert.True(understood > count / 50, $"{understood} of {count} inputs were understood");
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} inputs, {understood} understood");
    }

    /// <summary>null where an input is understood, empty where it is refused as it should be, else what is wrong.</summary>
    private static string? FaultOf(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (InvalidInputException e)
        {
            bool sound = e.Errors.Count > 0 && e.Errors.All(error => error.Source.Length > 0 && error.Allowed.Length > 0
                && !error.ToString().Contains('\n', StringComparison.Ordinal));
            return sound ? "" : $"an error without source or reason, or of several lines: {e.Message}";
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }
}
