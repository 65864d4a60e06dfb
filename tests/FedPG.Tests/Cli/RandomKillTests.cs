using System.Globalization;
using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;
using FedPG.Tests.Experiments.TensorBoard;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>
/// Runs of all algorithms and of what agents keep beside theta, killed at random instants again and again, end in the bits of a run that
/// was never stopped: logs, policy, best policy, every number of the event files. FEDPG_KILLS sets how many kills there are (one unless
/// told otherwise), FEDPG_KILLS_SEED where the instants begin. docs/reliability.md says when 200 were last tried.
/// </summary>
public sealed class RandomKillTests
{
    private const int KillsOfARun = 4;

    private const string Values = "policy={}", Head = """policy={"kind":"neural-softmax","hidden":[6],"personal":["head"]}""",
        Ppo = """gradient={"estimator":"ppo","horizon":16,"trajectories":2,"epochs":2}""",
        Stepped = "environment.stepped=true|federation.localStepSize=0.001",
        Some = """federation.participation={"kind":"uniform","sample":2}""",
        Pole = """environment={"id":"CartPole-v1","agents":3}|objective=reward|federation.localStepSize=0.001""",
        Maze = """environment={"id":"MiniGrid-Empty-5x5-v0","agents":3}|objective=reward|federation.localStepSize=0.001""",
        Python = """environment={"id":"python","agents":2,"options":{"make":"walk:Walk"}}|objective=reward|"""
            + "federation.localStepSize=0.001",
        Critic = """gradient={"estimator":"actor-critic","horizon":8,"trajectories":2}""",
        Images = """policy={"network":"convolution","channels":[3],"hidden":[5]}""";

    /// <summary>Rounds and overrides of the experiment that tests vary; the first is the sample that is always tried.</summary>
    private static readonly string[] Runs =
    [
        $"120|{Stepped}|{Head}|{Ppo}|federation.localOptimizer=adam|keepBest=true",
        "400|federation.algorithm=fast-fedpg|federation.memory=fresh",
        $"400|federation.algorithm=fast-fedpg|federation.memory=resample|{Some}",
        "400|federation.algorithm=fedavg|federation.localOptimizer=momentum|federation.localOptimizerState=averaged",
        "400|federation.algorithm=centralized",
        "400|federation.algorithm=independent",
        $"400|federation.algorithm=scaffold|{Some}",
        "400|federation.algorithm=fedlin|federation.messages=float16",
        """400|federation.algorithm=fedprox|federation.stragglers={"share":0.5}""",
        """300|federation.algorithm=ditto|personalise={"steps":3,"localStepSize":0.1,"what":"all"}""",
        "100|federation.algorithm=fedkl",
        "400|federation.algorithm=decentralized",
        $"400|federation.algorithm=pavg|{Values}|gradient={{}}",
        """200|federation.algorithm=pmd|policy={"kind":"tabular-softmax"}""",
        $"300|federation.algorithm=qavg|{Values}|gradient={{}}",
        $"300|federation.algorithm=fedq|{Values}|gradient={{}}",
        $"300|federation.algorithm=fedtd|{Values}|gradient={{}}",
        """300|policy={"kind":"neural-softmax","hidden":[6],"personal":["head","embedding"],"embeddingSize":2}|personalise={"steps":2}""",
        $"300|{Head}|federation.correction=guarded|federation.averaging=touched|policy.context=agent",
        $"60|{Pole}|policy={{\"hidden\":[6],\"normalise\":true}}|{Ppo}|federation.localOptimizer=adam|evaluateEvery=20",
        $"60|{Pole}|policy={{\"hidden\":[6]}}|{Critic}|evaluateEvery=20",
        $"30|{Maze}|{Images}|{Ppo}|federation.algorithm=fedavg|evaluateEvery=10",
        $"60|{Python}|policy={{\"hidden\":[6]}}|evaluateEvery=20",
        "300|federation.serverOptimizer=adam|federation.algorithm=fedavg",
        """300|stopAt={"column":"objective","value":-1,"held":2}|keepBest=true""",
    ];

    private static int Kills => Setting("FEDPG_KILLS", 1);

    [Fact]
    public void Every_experiment_of_these_tests_can_be_read()
    {
        using var folder = new TemporaryFolder();
        WriteWalk(folder);
        Assert.All(Runs, name => Read(name, folder));
    }

    [Fact]
    public void A_run_killed_at_any_instant_ends_in_the_bits_of_one_never_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are for Unix.");
        int seed = Setting("FEDPG_KILLS_SEED", 0);
        var wrong = new List<string>();
        for (int left = Kills; left > 0; seed++)
        {
            string name = Runs[seed % Runs.Length];
            (int kills, string? fault) = Try(name, seed, Math.Min(left, KillsOfARun));
            if (fault is not null) wrong.Add($"seed {seed}, {name}: {fault}");
            left -= Math.Max(1, kills);
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>How many kills found a process that still ran, and what went wrong.</summary>
    private static (int Kills, string? Fault) Try(string name, int seed, int kills)
    {
        var random = new Random(seed);
        int rounds = int.Parse(name.Split('|')[0], CultureInfo.InvariantCulture), killed = 0;
        using var folder = new TemporaryFolder();
        WriteWalk(folder);
        Experiment experiment = Read(name, folder);
        File.WriteAllText(folder["e.json"], experiment.Resolved.ToJsonString());
        RunTesting.Run(experiment, folder["whole"]);
        string[] start = ["train", "e.json", "--out", "run", "--threads", "2", "--quiet"];
        for (int kill = 0; kill < kills; kill++)
        {
            using Fedpg.Started process = Fedpg.Start(folder.FullPath, start);
            int round = random.Next(-1, rounds);
            while (!process.HasExited && RunTesting.RoundsOf(folder["run"]) < round) Thread.Sleep(2);
            Thread.Sleep(random.Next(10));
            if (!process.HasExited)
            {
                process.Signal(Fedpg.Started.Kill);
                killed++;
            }
            Outcome outcome = process.Wait();
            if (outcome.ExitCode is not (0 or 128 + Fedpg.Started.Kill)) return (killed, outcome.Errors);
            if (Directory.Exists(folder["run"])) start = ["train", "--resume", "run", "--threads", $"{1 + random.Next(3)}", "--quiet"];
        }
        Outcome last = Fedpg.Run(folder.FullPath, start);
        string fault = last.ExitCode != 0 ? last.Errors
            : RunTesting.Bits(folder["whole"]) != RunTesting.Bits(folder["run"]) ? "other bits"
            : BestOf(folder["whole"]) != BestOf(folder["run"]) ? "other bits of the best policy"
            : !EventsOf(folder["whole"]).SequenceEqual(EventsOf(folder["run"])) ? "other numbers in the event files" : "";
        if (fault.Length > 0) return (killed, fault);
        RunTesting.AssertNothingHalfWritten(folder["run"]);
        return (killed, null);
    }

    private static Experiment Read(string name, TemporaryFolder folder)
    {
        string[] parts = name.Split('|');
        return RunTesting.Experiment([.. parts[1..].Select(p => p.Replace("walk:", $"{folder["walk.py"]}:", StringComparison.Ordinal)),
            $"federation.rounds={parts[0]}", "checkpointEvery=13"]);
    }

    /// <summary>Every number of the event files but for times. TensorBoard drops what a resumed run says anew.</summary>
    private static string[] EventsOf(string run) =>
        [.. EventFile.ReadAll(run).Where(v => v.Number is not null && !v.Tag.StartsWith("time/", StringComparison.Ordinal))
            .Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Step} {v.Tag} {v.Number:R}"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string BestOf(string run)
    {
        string best = Path.Combine(run, "policy", "best");
        return !Directory.Exists(best) ? "" : string.Join('\n', Directory.EnumerateFiles(best).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(File.ReadAllBytes(file))}"));
    }

    private static void WriteWalk(TemporaryFolder folder) => File.WriteAllText(folder["walk.py"], """
        import random


        class Discrete:
            def __init__(self, n):
                self.n = n


        class Box:
            def __init__(self):
                self.low, self.high, self.shape, self.dtype = [-4.0], [4.0], (1,), "float32"


        class Walk:
            def __init__(self):
                self.observation_space, self.action_space, self.reward_range = Box(), Discrete(2), (0.0, 1.0)

            def reset(self, seed=None, options=None):
                self.random = random.Random(seed)
                self.x, self.t = self.random.uniform(-0.5, 0.5), 0
                return [self.x], {}

            def step(self, action):
                self.x = max(-4.0, min(4.0, self.x + (0.5 if action == 1 else -0.5) * self.random.random()))
                self.t += 1
                return [self.x], max(0.0, 1 - abs(self.x - 1) / 5), False, self.t >= 9, {}
        """);

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) && value > 0 ? value : standard;
}
