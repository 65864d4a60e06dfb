using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>
/// Bad input ends with exit code 2, one line a fault on stderr that says where, what was found and what is allowed, nothing on stdout, no
/// stack trace, and no run folder.
/// </summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("{ \"name\": \"a\",\n  \"seed\": 1 }}", "e.json: not valid JSON at line 2, column 14: ")]
    [InlineData("", "e.json: not valid JSON at line 1, column 1: ")]
    [InlineData("{ \"federation\": { \"localStepSize\": NaN } }", "e.json: not valid JSON at line 1, column 36: ")]
    [InlineData("""{ "seed": 1, "seed": 2 }""", "e.json: not valid JSON", "seed")]
    [InlineData("[]", "e.json: []; must be an object")]
    [InlineData("""{ "sede": 1 }""", "e.json: sede: unknown key; the nearest key is \"seed\"")]
    [InlineData("""{ "gradient": { "horizont": 1 } }""", "e.json: gradient.horizont: unknown key; the nearest key is \"horizon\"")]
    [InlineData("""{ "gradient": { "entropy": { "form": 1 } } }""",
        "e.json: gradient.entropy.form: unknown key; the nearest key is \"from\"")]
    [InlineData("""{ "environment": { "options": { "with": 3 } } }""",
        "e.json: environment.options.with: unknown key; the nearest key is \"width\"")]
    [InlineData("""{ "gradient": { "horizon": 100000, "trajectories": 1000000 } }""",
        "e.json: gradient.trajectories: 1000000; times gradient.horizon 100000 gives more than")]
    [InlineData("""{ "policy": { "hiden": [3] } }""", "e.json: policy.hiden: unknown key; the nearest key is \"hidden\"")]
    [InlineData("""{ "seed": "one" }""", "e.json: seed: \"one\"; must be a whole number from 0 to ")]
    [InlineData("""{ "seed": -1 }""", "e.json: seed: -1; must be a whole number from 0 to ")]
    [InlineData("""{ "dtype": "float16" }""", "e.json: dtype: \"float16\"; must be \"float32\" | \"float64\" (nearest: \"float32\")")]
    [InlineData("""{ "objective": "regretful" }""",
        "e.json: objective: \"regretful\"; must be \"regret\" | \"reward\" (nearest: \"regret\")")]
    [InlineData("""{ "name": "a/b" }""", "e.json: name: \"a/b\"; must be 1 to 100 letters")]
    [InlineData("""{ "federation": { "localStepSize": 0 } }""", "e.json: federation.localStepSize: 0; must be a number greater than 0")]
    [InlineData("""{ "federation": { "localStepSize": 1e999 } }""",
        "e.json: federation.localStepSize: 1e999; must be a number greater than 0")]
    [InlineData("""{ "federation": { "globalStepSize": 1.5 } }""", "e.json: federation.globalStepSize: 1.5; must be a number in (0, 1]")]
    [InlineData("""{ "federation": { "rounds": 1e20 } }""", "e.json: federation.rounds: 1e20; must be a whole number from 0 to ")]
    [InlineData("""{ "federation": { "rounds": 99999999999999999999 } }""",
        "e.json: federation.rounds: 99999999999999999999; must be a whole number from 0 to ")]
    [InlineData("""{ "federation": { "localSteps": 2.5 } }""", "e.json: federation.localSteps: 2.5; must be a whole number from 1 to ")]
    [InlineData("""{ "federation": { "algorithm": "fedavgg" } }""", "e.json: federation.algorithm: \"fedavgg\"; must be ",
        "(nearest: \"fedavg\")")]
    [InlineData("""{ "federation": 3 }""", "e.json: federation: 3; must be an object")]
    [InlineData("""{ "gradient": { "estimator": "exakt" } }""", "e.json: gradient.estimator: \"exakt\"; must be ", "(nearest: \"exact\")")]
    [InlineData("""{ "gradient": { "trajectories": 0 } }""", "e.json: gradient.trajectories: 0; must be a whole number from 1 to ")]
    [InlineData("""{ "gradient": { "trajectories": 1 } }""",
        "e.json: gradient.trajectories: 1; the baseline \"leave-one-out\" needs at least 2 trajectories")]
    [InlineData("""{ "gradient": { "entropy": "much" } }""", "e.json: gradient.entropy: \"much\"; must be ", "\"from\"")]
    [InlineData("""{ "gradient": { "entropy": -1 } }""", "e.json: gradient.entropy: -1; must be ")]
    [InlineData("""{ "policy": { "kind": "neural-sofmax" } }""", "e.json: policy.kind: \"neural-sofmax\"; must be ",
        "(nearest: \"neural-softmax\")")]
    [InlineData("""{ "policy": { "kind": "neural-softmax", "hidden": [0] } }""",
        "e.json: policy.hidden: [0]; must be a list of whole numbers from 1 to ")]
    [InlineData("""{ "policy": { "kind": "neural-softmax", "hidden": [[]] } }""",
        "e.json: policy.hidden: [[]]; must be a list of whole numbers from 1 to ")]
    [InlineData("""{ "policy": { "kind": "neural-softmax", "hidden": "" } }""",
        "e.json: policy.hidden: \"\"; must be a list of whole numbers from 1 to ")]
    [InlineData("""{ "policy": { "initial": [1, "x"] } }""",
        "e.json: policy.initial: [1, \"x\"]; must be a list, each item a finite number")]
    [InlineData("""{ "policy": { "initial": [1, 2] } }""", "e.json: policy.initial: 2 numbers; must be ",
        " numbers, as many as this policy has parameters")]
    [InlineData("""{ "policy": { "kind": "neural-softmax", "hidden": [65536, 65536] } }""", "e.json: policy: ", "parameters")]
    [InlineData("""{ "environment": { "agents": 0 } }""", "e.json: environment.agents: 0; must be a whole number from 1 to ")]
    [InlineData("""{ "environment": { "id": "GridWorld" } }""",
        "e.json: environment.id: GridWorld; is not an environment; the nearest is \"GridWorld-v0\"")]
    [InlineData("""{ "environment": { "mdp": "none.json" } }""", "/none.json: the file does not exist")]
    [InlineData("""{ "environment": { "mdp": 3 } }""", "e.json: environment.mdp: 3; must be a string")]
    [InlineData("""{ "environment": { "mdp": "" } }""", "e.json: environment.mdp: \"\"; must be the path of a finite-MDP file")]
    [InlineData("""{ "environment": { "mdp": "a\u0000b" } }""", "e.json: environment.mdp: ", "must be the path of a finite-MDP file")]
    [InlineData("""{ "evaluateEvery": 0 }""", "e.json: evaluateEvery: 0; must be a whole number from 1 to ")]
    public void A_fault_in_the_file_is_one_line_with_file_key_value_and_what_is_allowed(string file, params string[] expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], file);
        string line = ErrorOf(folder["e.json"]);
        Assert.All(expected, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_of_a_file_are_reported_together_and_those_of_the_command_line_by_its_options()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], """
            // A comment, and a trailing comma, are welcome.
            { "sede": 1, "environment": { "id": "GridWorld-v0", "options": { "slip": 2 } }, "policy": { "kind": "tabula" },
              "federation": { "rounds": -1, "localSteps": 3, }, "gradient": { "horizon": 0, "trajectories": "many" } }
            """);
        string[] lines = Refused(folder, "train", "e.json", "--out", "run", "--seed", "x", "--set", "federation.localSteps=0", "--set",
            "federation.round=1");
        Assert.All(
            (string[])["e.json: sede: ", "e.json: environment.options.slip: 2; ", "e.json: policy.kind: ",
                "e.json: federation.rounds: -1; ", "e.json: gradient.horizon: 0; ",
                "e.json: gradient.trajectories: \"many\"; ", "--seed: \"x\"; ", "--set: federation.localSteps: 0; ",
                "--set: federation.round: "],
            start => Assert.Single(lines, line => line.StartsWith(start, StringComparison.Ordinal)));
        Assert.Equal(9, lines.Length);
    }

    [Theory]
    [InlineData("--set|federation.localStepSize=NaN", "--set: federation.localStepSize: \"NaN\"; must be a number greater than 0")]
    [InlineData("--set|federation.localStepSize=-Infinity",
        "--set: federation.localStepSize: \"-Infinity\"; must be a number greater than 0")]
    [InlineData("--set|federation.localStepSize=1e999", "--set: federation.localStepSize: 1e999; must be a number greater than 0")]
    [InlineData("--set|nothing", "--set: \"nothing\"; must be key=value or key.path=value")]
    [InlineData("--set|=3", "--set: \"=3\"; must be key=value or key.path=value")]
    [InlineData("--set|seed.high=3", "--set: seed.high: 3; \"seed\" is not an object, so nothing inside it can be set")]
    [InlineData("--set|sed=3", "--set: sed: unknown key; the nearest key is \"seed\"")]
    [InlineData("--set", "--set: a value is missing")]
    [InlineData("--seed|-1", "--seed: -1; must be a whole number from 0 to 9007199254740992")]
    [InlineData("--seed|1.5", "--seed: 1.5; must be a whole number from 0 to 9007199254740992")]
    [InlineData("--seed|one", "--seed: \"one\"; must be a whole number from 0 to 9007199254740992")]
    [InlineData("--seed|1|--seed|2", "--seed: 1 2; must be given once")]
    [InlineData("--threads|0", "--threads: 0; must be a whole number from 1 to ")]
    [InlineData("--threads|two", "--threads: two; must be a whole number from 1 to ")]
    [InlineData("--threads|1000000", "--threads: 1000000; must be a whole number from 1 to ")]
    [InlineData("--threads", "--threads: a value is missing")]
    [InlineData("--block-size|-3", "--block-size: -3; must be a whole number of at least 1")]
    [InlineData("--device|tpu", "--device: tpu; must be cpu|cuda")]
    [InlineData("--quite", "--quite: is not an option of \"fedpg train\"; the nearest is \"--quiet\"")]
    [InlineData("--set|seed=1|--quite", "--quite: is not an option of \"fedpg train\"; the nearest is \"--quiet\"")]
    [InlineData("second.json", "second.json: is one word too many; see fedpg train --help")]
    public void A_fault_on_the_command_line_names_the_option(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        string line = Assert.Single(Refused(folder, ["train", "e.json", "--out", "run", .. arguments.Split('|')]));
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "fedpg: a command is missing; there are train, ")]
    [InlineData("env", "fedpg env: a command is missing; there are list, ")]
    [InlineData("trian", "trian: is not a command of \"fedpg\"; the nearest is \"train\", and there are train, ")]
    [InlineData("env|inof", "inof: is not a command of \"fedpg env\"; the nearest is \"info\"")]
    [InlineData("--verison", "--verison: is not an option of \"fedpg\"; the nearest is \"--version\"")]
    [InlineData("train|--seedz|3", "--seedz: is not an option of \"fedpg train\"; the nearest is \"--seed\"")]
    [InlineData("train|--set|nothing", "--set: \"nothing\"; must be key=value or key.path=value")]
    [InlineData("train|none.json", "none.json: the file does not exist")]
    [InlineData("train|--set|seed=1|none.json", "none.json: the file does not exist")]
    [InlineData("train|", "EXPERIMENT.json: must be the path of a file")]
    [InlineData("train|.", ".: is a folder; a file is needed")]
    [InlineData("train|--resume|none", "--resume: none; is not a run folder: it holds no experiment.json")]
    [InlineData("train|--resume|.", "--resume: .; is not a run folder: it holds no experiment.json")]
    [InlineData("train|--resume|", "--resume: ; must be the path of a folder")]
    [InlineData("train|--resume|.|--seed|3", "--resume: .; cannot be combined with --seed")]
    [InlineData("train|e.json|--resume|.", "--resume: .; cannot be combined with EXPERIMENT.json")]
    [InlineData("train|--resume|.|--set|seed=3", "--resume: .; cannot be combined with --set")]
    [InlineData("train|--resume|.|--out|run", "--resume: .; cannot be combined with --out")]
    [InlineData("train|--out|", "--out: ; must be the path of a folder")]
    [InlineData("train|--device|cuda|--out|run", "--device: cuda; ")]
    [InlineData("advise|none.json", "none.json: the file does not exist")]
    [InlineData("advise|--set|seed=-1", "--set: seed: -1; must be a whole number from 0 to ")]
    [InlineData("advise|--accuracy|0", "--accuracy: 0; must be a number greater than 0")]
    [InlineData("advise|--constant|0.5", "--constant: 0.5; must be a number of at least 1")]
    [InlineData("bench|W9", "WORKLOAD: W9; must be one of W1, W2")]
    [InlineData("bench|--threads|0", "--threads: 0; must be a whole number ")]
    [InlineData("bench|--threads|two", "--threads: two; must be a whole number ")]
    [InlineData("bench|--threads|-1", "--threads: -1; must be a whole number ")]
    [InlineData("bench|--repeats|0", "--repeats: 0; must be a whole number from 1 to ")]
    [InlineData("bench|--device|tpu", "--device: tpu; must be cpu|cuda")]
    [InlineData("bench|W1|--device|cuda", "--device: cuda; ")]
    [InlineData("bench|states=26", "WORKLOAD: states=26; must be one of ")]
    [InlineData("bench|width=16000", "WORKLOAD: width=16000; needs ")]
    [InlineData("env|info", "fedpg env info: ID is missing")]
    [InlineData("env|info|GridWorld", "ID: GridWorld; is not an environment; the nearest is \"GridWorld-v0\"")]
    [InlineData("env|info|GridWorld-v0|--agents|some", "--agents: some; must be a whole number")]
    [InlineData("env|export|GridWorld-v0|--set|slip=2", "--set: slip: 2; must be a number in [0, 1]")]
    [InlineData("env|export|GridWorld-v0|--out|", "--out: ; must be the path of a file")]
    [InlineData("env|export|GridWorld-v0|--out|none/m.json", "--out: none/m.json; the folder of the file does not exist")]
    public void So_it_is_for_every_command(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        string[] words = arguments.Length == 0 ? [] : arguments.Split('|');
        Assert.StartsWith(expected, Assert.Single(Refused(folder, words)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --set environment.id=Taxi-v4 --out run",
        "built-in default: environment.id: -1; is agents[0].rewards[1][0] of this environment; the regret 1 - r allows rewards in [0, 1]")]
    [InlineData("train --set environment.id=FrozenLake-v1 --set environment.options.slipery=true --out run",
        "--set: environment.options.slipery: unknown key; the nearest key is \"slippery\"")]
    [InlineData("train --set environment.mdp=none.json --out run", "none.json: the file does not exist")]
    [InlineData("env info FrozenLake-v1 --agents 0", "--agents: 0; must be a whole number from 1 to 100000")]
    [InlineData("env info FrozenLake-v1 --set agents=0", "--set: agents: 0; must be a whole number from 1 to 100000")]
    [InlineData("env trace CartPole-v1 --actions [0] --seed x", "--seed: x; must be a whole number")]
    public void Another_environment_than_the_built_in_one_has_faults_of_its_own_only(string command, string expected)
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Fedpg.Run(folder.FullPath, command.Split(' '));
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains(expected, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullPath));
    }

    [Fact]
    public void Without_a_CUDA_build_the_line_says_how_to_get_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        string line = Assert.Single(Refused(folder, "train", "e.json", "--out", "run", "--device", "cuda"));
        if (!Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cuda*").Any())
            Assert.Contains("-p:TorchBackend=cuda", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_cannot_be_used_is_refused_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], RunTesting.Tiny);
        File.WriteAllText(folder["file"], "mine");
        Directory.CreateDirectory(folder["full"]);
        File.WriteAllText(folder["full/mine"], "mine");
        foreach ((string target, string expected) in new[] { ("file", "is a file"), ("file/run", "cannot be written"),
            ("full", "is not empty") })
        {
            string line = Assert.Single(Refused(folder, "train", "e.json", "--out", target));
            Assert.StartsWith($"--out: {target}; {expected}", line, StringComparison.Ordinal);
        }
        Assert.Equal("mine", File.ReadAllText(folder["file"]));
        Assert.Equal([folder["full/mine"]], Directory.EnumerateFileSystemEntries(folder["full"]));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Permissions are for Unix.");
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["broken.json"], folder["nowhere.json"]);
        Assert.Equal("broken.json: the file does not exist", Assert.Single(Refused(folder, "train", "broken.json", "--out", "run")));
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "The root user may read everything.");
        File.WriteAllText(folder["secret.json"], "{}");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["secret.json"], UnixFileMode.None);
        Assert.Equal("secret.json: the file cannot be read: permission denied",
            Assert.Single(Refused(folder, "train", "secret.json", "--out", "run")));
    }

    [Theory]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0], "transitions": [[[0.5, 0.5]], [[0.5, 0.4]]],"""
        + """ "agents": [{ "rewards": [[0], [1]] }] }""",
        "m.json: transitions[1][0]: [0.5, 0.4]; state 1, action 0: the probabilities sum to 0.9; they must sum to 1")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0], "transitions": [[[1, 0]], [[0, 1]]], "agents": [] }""",
        "m.json: agents: []; must be a list of at least one agent")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0], "transitions": [[[1, 0]], [[0, 1]]] }""",
        "m.json: agents: is missing; must be a list of at least one agent")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0, 0], "transitions": [[[1, 0]], [[0, 1]]],"""
        + """ "agents": [{ "rewards": [[0], [1]] }] }""", "m.json: initial: has 3 items, but \"states\" is 2")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0], "transitions": [[[1, 0]], [[0, 1]]],"""
        + """ "agents": [{ "rewards": [[0], [1], [1]] }] }""", "m.json: agents[0].rewards: has 3 items, but \"states\" is 2")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 1, "initial": [1, 0], "transitions": [[[1, 0]], [[0, 1]]],"""
        + """ "agents": [{ "rewards": [[0], [1]] }] }""", "m.json: discount: 1; must be a number in [0, 1)")]
    [InlineData("""{ "states": 2, "actions": 1, "discount": 0.9, "initial": [1, 0], "transitions": [[[1, 0]], [[0, 1]]],"""
        + """ "agents": [{ "name": "a", "rewards": [[0], [1.5]] }] }""",
        "m.json: agents[0].rewards[1][0]: 1.5; the regret 1 - r allows rewards in [0, 1]; other rewards need \"objective\": \"reward\"")]
    public void A_fault_in_the_file_of_a_finite_MDP_names_the_place(string mdp, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["m.json"], mdp);
        File.WriteAllText(folder["e.json"], """{ "environment": { "mdp": "m.json" } }""");
        Assert.Contains(expected, ErrorOf(folder["e.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_finite_MDP_file_stands_alone()
    {
        using var folder = new TemporaryFolder();
        Outcome export = Fedpg.Run(folder.FullPath, "env", "export", "RandomMdp-v0", "--agents", "2", "--out", "m.json");
        Assert.Equal((0, "", ""), (export.ExitCode, export.Output, export.Errors));
        File.WriteAllText(folder["e.json"], """{ "environment": { "mdp": "m.json", "id": "RandomMdp-v0", "agents": 2 } }""");
        string[] lines = Refused(folder, "train", "e.json", "--out", "run");
        Assert.Equal(2, lines.Length);
        Assert.Contains("e.json: environment.id: \"RandomMdp-v0\"; cannot stand beside \"mdp\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("e.json: environment.agents: 2; cannot stand beside \"mdp\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_reader_of_experiments_says_is_what_the_command_line_prints()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["e.json"], """{ "seed": "one", "environment": { "mdp": "none.json" } }""");
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.ReadFile(folder["e.json"], []));
        Assert.Equal(e.Errors.Select(f => f.ToString()), Refused(folder, "train", folder["e.json"], "--out", "run"));
    }

    /// <summary>The line that the program prints for the one fault of a file; read in this process, which is quicker.</summary>
    private static string ErrorOf(string file)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => ExperimentReader.Default.ReadFile(file, []));
        string line = Assert.Single(e.Errors).ToString();
        Assert.DoesNotContain('\n', line);
        return line;
    }

    /// <summary>Runs, checks all that refusals have in common, and returns the lines on stderr.</summary>
    private static string[] Refused(TemporaryFolder folder, params string[] arguments)
    {
        string[] before = Directory.GetFileSystemEntries(folder.FullPath, "*", SearchOption.AllDirectories);
        Outcome outcome = Fedpg.Run(folder.FullPath, arguments);
        Assert.True(outcome.ExitCode == 2, $"exit code {outcome.ExitCode}: {outcome.Errors}");
        Assert.Equal("", outcome.Output);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(folder.FullPath, "*", SearchOption.AllDirectories));
        return outcome.ErrorLines;
    }
}
