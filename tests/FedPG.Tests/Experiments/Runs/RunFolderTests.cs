using System.Globalization;
using System.Text.Json;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Experiments.Runs;

public sealed class RunFolderTests
{
    private const string Columns = "round,env_steps,objective,gap,grad_norm_sq,drift,bytes_up,bytes_down,seconds";
    private const string Own = ",own_gap,worst_own_gap";
    private const int Agents = 4, Parameters = 5 * 3, Row = Agents * Parameters * sizeof(float);

    [Fact]
    public void A_run_folder_holds_the_files_of_the_contract_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder.FullPath);
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder.FullPath).Select(e => Path.GetFileName(e)!)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(9, names.Length);
        Assert.Equal(["agents.csv", "checkpoints"], names[..2]);
        Assert.StartsWith("events.out.tfevents.", names[2], StringComparison.Ordinal);
        Assert.Equal(["exchange.csv", "experiment.json", "inputs", "metrics.csv", "policy", "summary.json"], names[3..]);
        Assert.Equal(["manifest.json", "theta.bin"],
            Directory.EnumerateFiles(folder["policy"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.NotEmpty(Directory.EnumerateDirectories(folder["checkpoints"]));
        RunTesting.AssertNothingHalfWritten(folder.FullPath);
    }

    [Theory]
    [InlineData("0", Columns + Own)]
    [InlineData("0.1", Columns + ",regularized_objective,regularized_gap" + Own)]
    [InlineData("""{"from":0.1,"to":0,"until":2}""", Columns + ",regularized_objective,regularized_gap" + Own)]
    public void Headers_are_those_of_the_contract(string entropy, string metrics)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment($"gradient.entropy={entropy}"), folder.FullPath);
        Assert.Equal(metrics, new CsvFile(folder["metrics.csv"]).Header);
        Assert.Equal("round,agent,objective,optimum", new CsvFile(folder["agents.csv"]).Header);
        Assert.Equal("round,agent,direction,name,shape,bytes", new CsvFile(folder["exchange.csv"]).Header);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void There_is_one_row_a_round_and_one_before_the_first(int rounds)
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment($"federation.rounds={rounds}"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        Assert.Equal(Enumerable.Range(0, rounds + 1).Select(r => (long)r), metrics.Whole("round"));
        Assert.True(metrics.EndsWithWholeRow);
        Assert.Equal(rounds, summary.Rounds);
        Assert.Equal(0, metrics.Numbers("drift")[0]);
    }

    [Theory]
    [InlineData("fast-fedpg", "reuse", Row, 2 * Row, 1, 3)]
    [InlineData("fast-fedpg", "fresh", Row, 2 * Row, 1, 4)]
    [InlineData("fast-fedpg", "resample", Row, 2 * Row, 1, 5)]
    [InlineData("fedavg", "reuse", 0, Row, 0, 3)]
    [InlineData("centralized", "reuse", 0, 3 * Row, 0, 3)]
    public void Bytes_and_env_steps_are_those_of_the_algorithm(string algorithm, string memory, int bytesBefore, int bytesARound,
        int batchesBefore, int batchesARound)
    {
        using var folder = new TemporaryFolder();
        const int batch = Agents * 3 * 5;
        RunSummary summary = RunTesting.Run(RunTesting.Experiment($"federation.algorithm={algorithm}", $"federation.memory={memory}"),
            folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        long[] expected = [.. metrics.Whole("round").Select(t => bytesBefore + (t * bytesARound))];
        Assert.Equal(expected, metrics.Whole("bytes_up"));
        Assert.Equal(expected, metrics.Whole("bytes_down"));
        Assert.Equal(metrics.Whole("round").Select(t => batch * (batchesBefore + (t * batchesARound))), metrics.Whole("env_steps"));
        Assert.Equal((expected[^1], expected[^1], 2 * expected[^1]), (summary.BytesUp, summary.BytesDown, summary.Bytes));
        Assert.Equal(metrics.Whole("env_steps")[^1], summary.EnvSteps);
    }

    [Fact]
    public void Float64_takes_twice_the_bytes_and_exact_gradients_no_env_steps()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("dtype=float64", "gradient.estimator=exact"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        Assert.Equal(metrics.Whole("round").Select(t => 2 * Row * (1 + (2 * t))), metrics.Whole("bytes_up"));
        Assert.All(metrics.Whole("env_steps"), steps => Assert.Equal(0, steps));
        Assert.Equal(Parameters * sizeof(double), new FileInfo(Path.Combine(folder["policy"], "theta.bin")).Length);
    }

    [Theory]
    [InlineData("fast-fedpg", new[] { "up,memory", "down,memory_mean" },
        new[] { "up,delta", "down,theta", "up,memory", "down,memory_mean" })]
    [InlineData("fedavg", new string[0], new[] { "up,delta", "down,theta" })]
    [InlineData("centralized", new string[0],
        new[] { "up,gradient", "down,theta", "up,gradient", "down,theta", "up,gradient", "down,theta" })]
    public void Every_message_is_listed_and_the_bytes_are_their_sum(string algorithm, string[] before, string[] inARound)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment($"federation.algorithm={algorithm}"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        var exchange = new CsvFile(folder["exchange.csv"]);
        Assert.All(exchange.Rows, row => Assert.Equal((Parameters.ToString(CultureInfo.InvariantCulture), "60"), (row[4], row[5])));
        (long up, long down) = (0, 0);
        foreach (long t in metrics.Whole("round"))
        {
            string[][] rows = [.. exchange.Rows.Where(row => row[0] == $"{t}")];
            IEnumerable<string> expected =
                (t == 0 ? before : inARound).SelectMany(m => Enumerable.Range(0, Agents).Select(i => $"agent-{i},{m}"));
            Assert.Equal(expected, rows.Select(row => $"{row[1]},{row[2]},{row[3]}"));
            up += rows.Where(row => row[2] == "up").Sum(row => long.Parse(row[5], CultureInfo.InvariantCulture));
            down += rows.Where(row => row[2] == "down").Sum(row => long.Parse(row[5], CultureInfo.InvariantCulture));
            Assert.Equal((metrics.Whole("bytes_up")[t], metrics.Whole("bytes_down")[t]), (up, down));
        }
    }

    [Fact]
    public void Cumulative_columns_never_fall()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=20"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        foreach (string column in (string[])["env_steps", "bytes_up", "bytes_down", "seconds"])
        {
            double[] values = metrics.Numbers(column);
            Assert.All(values.Zip(values.Skip(1)),
                pair => Assert.True(pair.Second >= pair.First, $"{column} falls from {pair.First} to {pair.Second}"));
        }
    }

    [Theory]
    [InlineData(1, 7, new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData(3, 7, new[] { 0, 3, 6, 7 })]
    [InlineData(100, 7, new[] { 0, 7 })]
    public void Rounds_that_are_not_evaluated_leave_fields_empty(int every, int rounds, int[] evaluated)
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment($"evaluateEvery={every}", $"federation.rounds={rounds}", "gradient.entropy=0.1"),
            folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        foreach (string column in (string[])["objective", "gap", "grad_norm_sq", "regularized_objective", "regularized_gap"])
            Assert.Equal(evaluated, metrics[column].Select((field, t) => (field, t)).Where(f => f.field.Length > 0).Select(f => f.t));
        foreach (string column in (string[])["round", "env_steps", "drift", "bytes_up", "bytes_down", "seconds"])
            Assert.All(metrics[column], field => Assert.NotEmpty(field));
        Assert.Equal(evaluated.SelectMany(t => Enumerable.Range(0, Agents).Select(i => $"{t},agent-{i}")),
            new CsvFile(folder["agents.csv"]).Rows.Select(r => $"{r[0]},{r[1]}"));
    }

    [Fact]
    public void Evaluating_less_often_changes_no_other_number()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("federation.rounds=7"), folder["each"]);
        RunTesting.Run(RunTesting.Experiment("federation.rounds=7", "evaluateEvery=3"), folder["third"]);
        CsvFile each = new(Path.Combine(folder["each"], "metrics.csv")), third = new(Path.Combine(folder["third"], "metrics.csv"));
        Assert.All(third.Rows.Zip(each.Rows), pair =>
            Assert.Equal(pair.Second.Select((field, k) => k == 8 || (pair.First[2].Length == 0 && IsEvaluated(k)) ? pair.First[k] : field),
                pair.First));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder["each"], "policy", "theta.bin")),
            File.ReadAllBytes(Path.Combine(folder["third"], "policy", "theta.bin")));

        // objective, gap, grad_norm_sq; own_gap, worst_own_gap.
        static bool IsEvaluated(int column) => column is (>= 2 and <= 4) or 9 or 10;
    }

    [Fact]
    public void Numbers_read_back_to_the_same_bits_whatever_the_culture()
    {
        using var folder = new TemporaryFolder();
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator, comma.NumberFormat.NegativeSign) =
            (",", ".", "~");
        try
        {
            CultureInfo.CurrentCulture = comma;
            RunTesting.Run(RunTesting.Experiment("gradient.entropy=0.3", "objective=reward", "dtype=float64"), folder.FullPath);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        var metrics = new CsvFile(folder["metrics.csv"]);
        int columns = metrics.Header.Split(',').Length;
        foreach (string[] row in metrics.Rows)
        {
            Assert.Equal(columns, row.Length);
            Assert.All(row,
                field =>
                    Assert.Equal(field, double.Parse(field, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)));
        }
        // Under "reward" costs are negative: the sign is the invariant one too.
        Assert.All(metrics.Numbers("objective"), j => Assert.True(j < 0));
        JsonElement summary = RunTesting.Json(folder["summary.json"]);
        Assert.Equal(metrics.Numbers("objective")[^1], summary.GetProperty("objective").GetDouble());
        foreach (string[] row in new CsvFile(folder["agents.csv"]).Rows)
            Assert.All(row[2..],
                field =>
                    Assert.Equal(field, double.Parse(field, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Rows_are_in_the_file_when_their_round_is_over()
    {
        using var folder = new TemporaryFolder();
        var seen = new List<(int Rows, bool Whole)>();
        using (TrainingRun run = RunTesting.Start(RunTesting.Experiment(), folder.FullPath, new Sink(_ =>
        {
            var metrics = new CsvFile(folder["metrics.csv"]);
            seen.Add((metrics.Rows.Length, metrics.EndsWithWholeRow));
        })))
        {
            run.Run(TestContext.Current.CancellationToken);
        }
        Assert.Equal([(1, true), (2, true), (3, true), (4, true), (5, true)], seen);
    }

    [Theory]
    [InlineData("float32", "policy.kind=tabular-softmax")]
    [InlineData("float64", "policy.kind=tabular-softmax")]
    [InlineData("float32", RunTesting.Neural)]
    public void The_policy_folder_holds_the_servers_parameters(string dtype, string policy)
    {
        using var folder = new TemporaryFolder();
        using TrainingRun run = RunTesting.Start(RunTesting.Experiment($"dtype={dtype}", policy), folder.FullPath);
        run.Run(TestContext.Current.CancellationToken);
        byte[] stored = File.ReadAllBytes(Path.Combine(folder["policy"], "theta.bin"));
        using torch.Tensor wide = run.Federation.Server.Theta.to(torch.ScalarType.Float64);
        double[] expected = wide.data<double>().ToArray();
        int size = dtype == "float64" ? sizeof(double) : sizeof(float);
        Assert.Equal(expected.Length * size, stored.Length);
        double[] read = [.. expected.Select((_, k) => size == sizeof(double)
            ? System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(stored.AsSpan(k * size))
            : System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(stored.AsSpan(k * size)))];
        Assert.Equal(expected, read);
        Assert.Contains(read, value => value != 0);

        JsonElement manifest = RunTesting.Json(Path.Combine(folder["policy"], "manifest.json"));
        JsonElement tensor = Assert.Single(manifest.GetProperty("tensors").EnumerateArray());
        Assert.Equal(("theta", "theta.bin", dtype),
            (tensor.GetProperty("name").GetString(), tensor.GetProperty("file").GetString(), tensor.GetProperty("dtype").GetString()));
        Assert.Equal([expected.Length], tensor.GetProperty("shape").EnumerateArray().Select(x => x.GetInt32()));
        Assert.Equal(4, manifest.GetProperty("rounds").GetInt32());
        int offset = 0;
        foreach (JsonElement parameter in manifest.GetProperty("parameters").EnumerateArray())
        {
            Assert.Equal(offset, parameter.GetProperty("offset").GetInt32());
            offset += parameter.GetProperty("shape").EnumerateArray().Aggregate(1, (n, x) => n * x.GetInt32());
        }
        Assert.Equal(expected.Length, offset);
        Assert.Equal(RunTesting.Json(folder["experiment.json"]).GetProperty("policy").GetRawText().Where(c => !char.IsWhiteSpace(c)),
            manifest.GetProperty("policy").GetRawText().Where(c => !char.IsWhiteSpace(c)));
    }

    [Fact]
    public void The_summary_is_the_last_row_and_what_is_known_of_the_optimum()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment("dtype=float64"), folder.FullPath);
        JsonElement summary = RunTesting.Json(folder["summary.json"]);
        var metrics = new CsvFile(folder["metrics.csv"]);
        double objective = summary.GetProperty("objective").GetDouble(), optimum = summary.GetProperty("optimum").GetDouble();
        Assert.Equal(metrics.Numbers("objective")[^1], objective);
        Assert.Equal(metrics.Numbers("gap")[^1], summary.GetProperty("gap").GetDouble());
        Assert.Equal(objective - optimum, summary.GetProperty("gap").GetDouble(), 1e-12);
        Assert.Equal(metrics.Numbers("gap")[0], summary.GetProperty("uniformGap").GetDouble(), 1e-12);
        Assert.True(summary.GetProperty("seconds").GetDouble() >= metrics.Numbers("seconds")[^1]);
        Assert.Equal(metrics.Whole("env_steps")[^1], summary.GetProperty("env_steps").GetInt64());
        Assert.Equal(metrics.Whole("bytes_up")[^1] + metrics.Whole("bytes_down")[^1], summary.GetProperty("bytes").GetInt64());
        Assert.Equal("finished", summary.GetProperty("status").GetString());
    }

    [Fact]
    public void The_objective_is_the_mean_of_the_agents_and_no_agent_beats_its_own_optimum()
    {
        using var folder = new TemporaryFolder();
        RunTesting.Run(RunTesting.Experiment(), folder.FullPath);
        var agents = new CsvFile(folder["agents.csv"]);
        double[] objectives = new CsvFile(folder["metrics.csv"]).Numbers("objective");
        for (int t = 0; t < objectives.Length; t++)
            Assert.Equal(objectives[t], agents.Rows.Where(r => r[0] == $"{t}")
                .Average(r => double.Parse(r[2], CultureInfo.InvariantCulture)), 1e-12);
        Assert.All(agents.Numbers("objective").Zip(agents.Numbers("optimum")), pair => Assert.True(pair.First >= pair.Second - 1e-9));
    }

    [Fact]
    public void Numbers_beyond_all_bounds_are_written_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], """
            { "states": 1, "actions": 2, "discount": 0.9, "initial": [1], "transitions": [[[1], [1]]], "agents": [{
              "rewards": [[-1.5e308, -1e308]] }] }
            """);
        File.WriteAllText(folder["e.json"], """
            { "objective": "reward", "environment": { "mdp": "m.json" }, "gradient": { "estimator": "exact" }, "federation": {
              "rounds": 0, "algorithm": "fedavg" } }
            """);
        RunTesting.Run(ExperimentReader.Default.ReadFile(folder["e.json"], []), folder["run"]);
        Assert.Equal([double.PositiveInfinity], new CsvFile(folder["run/metrics.csv"]).Numbers("objective"));
        Assert.Equal("Infinity", RunTesting.Json(folder["run/summary.json"]).GetProperty("objective").GetString());
        Assert.Equal(double.PositiveInfinity, TrainingRun.ReadSummary(folder["run"])!.Objective);
    }

    [Fact]
    public void With_kernels_that_differ_the_gap_is_unknown()
    {
        using var folder = new TemporaryFolder();
        RunSummary summary = RunTesting.Run(RunTesting.Experiment("environment.options.kernels=own"), folder.FullPath);
        var metrics = new CsvFile(folder["metrics.csv"]);
        Assert.All(metrics["gap"], field => Assert.Empty(field));
        Assert.All(metrics["objective"], field => Assert.NotEmpty(field));
        Assert.Equal((null, null, null), (summary.Optimum, summary.Gap, summary.UniformGap));
        JsonElement json = RunTesting.Json(folder["summary.json"]);
        Assert.All((string[])["optimum", "gap", "uniformGap"], key => Assert.Equal(JsonValueKind.Null, json.GetProperty(key).ValueKind));
    }
}
