using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Files;

public sealed class FiniteMdpFileTests
{
    private const string Good = """
        {
          // Two states, two actions; comments and trailing commas are welcome.
          "states": 2, "actions": 2, "discount": 0.9, "initial": [0.25, 0.75],
          "transitions": [[[1, 0], [[1, 0.5], [0, 0.5]]], [[0.1, 0.9], [[1, 1]]]],
          "agents": [ { "name": "first", "rewards": [[0, 1], [-2.5, 1e-300]] }, { "rewards": [[0, 0], [0, 0]] }, ],
        }
        """;

    [Fact]
    public void Dense_and_sparse_rows_are_read_side_by_side()
    {
        FiniteMdp mdp = EnvTesting.Read(Good);
        Assert.Equal((2, 2, 0.9), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.Equal(["first", "agent-1"], mdp.Agents.Select(a => a.Name));
        Assert.Equal([0, 1, -2.5, 1e-300], mdp.Agents[0].Rewards);
        TransitionKernel kernel = mdp.Agents[0].Kernel;
        Assert.Equal([1, 0.5, 0.1, 0], Enumerable.Range(0, 4).Select(r => EnvTesting.Probability(kernel, r / 2, r % 2, 0)));
        Assert.True(mdp.SharesKernel);
    }

    [Fact]
    public void Whole_numbers_may_be_written_with_a_point_or_an_exponent()
    {
        string text = Good.Replace("\"states\": 2, \"actions\": 2", "\"states\": 2.0, \"actions\": 0.2e1", StringComparison.Ordinal)
            .Replace("[[1, 1]]", "[[1.0, 1]]", StringComparison.Ordinal);
        EnvTesting.AssertSameNumbers(EnvTesting.Read(Good), EnvTesting.Read(text));
        foreach (string wrong in (string[])["2.5", "1e300", "-2.0", "2.0000000000000001"])
        {
            string faulty = Good.Replace("\"states\": 2", $"\"states\": {wrong}", StringComparison.Ordinal);
            Assert.Throws<InvalidInputException>(() => EnvTesting.Read(faulty));
        }
        Assert.Throws<InvalidInputException>(() => EnvTesting.Read(Good.Replace("[[1, 1]]", "[[0.5, 1]]", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_written_reads_back_bit_for_bit() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 1 << 20], Gen.Double[0, 1], Gen.Bool)
            .Sample((states, actions, agents, seed, lambda, dense) =>
            {
                var options = new JsonObject
                {
                    ["states"] = states, ["actions"] = actions, ["instance"] = seed, ["heterogeneity"] = lambda, ["kernels"] = dense
                        ? "own" : "shared",
                };
                FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", agents, options.ToJsonString());
                string text = EnvTesting.Write(mdp, dense ? states : 0);
                FiniteMdp read = EnvTesting.Read(text);
                EnvTesting.AssertSameNumbers(mdp, read);
                Assert.Equal(text, EnvTesting.Write(read, dense ? states : 0));
            }, iter: 100);

    [Fact]
    public void Any_double_survives() =>
        Gen.Double.Where(double.IsFinite).Array[4].Sample(rewards =>
        {
            var kernel = TransitionKernel.Create(2, 2, (s, _) => [(s, 1)]);
            var mdp = new FiniteMdp("x", 0.5, [0.5, 0.5], [new AgentMdp("Łódź \"1\"", rewards, kernel)]);
            EnvTesting.AssertSameNumbers(mdp, EnvTesting.Read(EnvTesting.Write(mdp)));
        }, iter: 200);

    [Fact]
    public void Rows_are_dense_up_to_a_thousand_states_and_sparse_above()
    {
        JsonElement Row(int states)
        {
            FiniteMdp mdp = EnvTesting.Make("GridWorld-v0", 1, $$"""{ "width": {{states}}, "height": 1 }""");
            using var document = JsonDocument.Parse(EnvTesting.Write(mdp));
            return document.RootElement.GetProperty("transitions")[0][0].Clone();
        }
        Assert.Equal(1000, Row(1000).GetArrayLength());
        JsonElement large = EnvTesting.Json(TextOf(Chain(1001))).GetProperty("transitions")[5][0];
        Assert.Equal("[[6, 1]]", large.GetRawText().Replace(",", ", ", StringComparison.Ordinal));
        EnvTesting.AssertSameNumbers(Chain(1001), EnvTesting.Read(TextOf(Chain(1001))));
    }

    [Fact]
    public void A_row_of_numbers_stands_on_a_line()
    {
        string text = TextOf(EnvTesting.Make("RandomMdp-v0", 2, """{ "states": 3, "actions": 2 }"""));
        string[] lines = text.Split('\n');
        // Six rows of transitions and two times three rows of rewards, each on its own line.
        Assert.Equal(12, lines.Count(l => l.TrimStart().StartsWith("[0.", StringComparison.Ordinal)));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_kernels_that_differ_are_written_and_equal_ones_become_one_object()
    {
        static TransitionKernel Stay() => TransitionKernel.Create(2, 1, (s, _) => [(s, 1)]);
        static TransitionKernel Swap() => TransitionKernel.Create(2, 1, (s, _) => [(1 - s, 1)]);
        var mdp = new FiniteMdp("x", 0.5, [1, 0],
            [new("a", [0, 1], Stay()), new("b", [0, 1], Swap()), new("c", [0, 1], Stay()), new("d", [0, 1], Swap())]);
        string text = TextOf(mdp);
        JsonElement agents = EnvTesting.Json(text).GetProperty("agents");
        Assert.Equal([false, true, false, true], agents.EnumerateArray().Select(a => a.TryGetProperty("transitions", out _)));
        FiniteMdp read = EnvTesting.Read(text);
        Assert.Same(read.Agents[0].Kernel, read.Agents[2].Kernel);
        Assert.Same(read.Agents[1].Kernel, read.Agents[3].Kernel);
        Assert.False(read.SharesKernel);
    }

    [Fact]
    public void An_own_kernel_that_equals_the_shared_one_is_the_shared_one()
    {
        JsonObject root = Parsed();
        root["agents"]![1]!["transitions"] = root["transitions"]!.DeepClone();
        FiniteMdp mdp = EnvTesting.Read(root.ToJsonString());
        Assert.True(mdp.SharesKernel);
    }

    /// <summary>One edit of a good file each: where, what is put there, the key path of the only fault, and part of its message.</summary>
    public static TheoryData<string, string, string, string> Faulty => new()
    {
        { "transitions[0][0]", "[-0.5, 1.5]", "transitions[0][0][0]|transitions[0][0][1]", "must be a number in [0, 1]" },
        { "transitions[0][0]", "[2, 0]", "transitions[0][0][0]", "must be a number in [0, 1]" },
        { "transitions[0][0]", "[\"NaN\", 0]", "transitions[0][0][0]", "must be a number in [0, 1]" },
        { "transitions[0][0]", "[1e999, 0]", "transitions[0][0][0]", "must be a number in [0, 1]" },
        { "transitions[1][0]", "[0.1, 0.8]", "transitions[1][0]", "state 1, action 0: the probabilities sum to 0.9; they must sum to 1" },
        { "transitions[0][1]", "[[1, 0.5], [0, 0.4]]", "transitions[0][1]", "state 0, action 1: the probabilities sum to 0.9" },
        { "transitions[0][1]", "[]", "transitions[0][1]", "state 0, action 1: the probabilities sum to 0" },
        { "transitions[0][1]", "[[1, 0.5], [1, 0.5]]", "transitions[0][1]", "next state 1 is listed more than once" },
        { "transitions[0][1]", "[[2, 1]]", "transitions[0][1][0]", "next must be a state from 0 to 1" },
        { "transitions[0][1]", "[[0.5, 1]]", "transitions[0][1][0]", "next must be a state from 0 to 1" },
        { "transitions[0][1]", "[[0, 1, 2]]", "transitions[0][1][0]", "must be a pair [next, p]" },
        { "transitions[0][1]", "[[0, -1]]", "transitions[0][1][0]", "p must be a number in [0, 1]" },
        { "transitions[0][1]", "[1, 0, 0]", "transitions[0][1]", "has 3 items, but \"states\" is 2" },
        { "transitions[0][1]", "1", "transitions[0][1]", "must be a list of 2 probabilities, or of pairs [next, p]" },
        { "transitions[0]", "[[1, 0]]", "transitions[0]", "has 1 items, but \"actions\" is 2" },
        { "transitions", "[]", "transitions", "has 0 items, but \"states\" is 2" },
        { "transitions", "null", "transitions", "is missing" },
        { "states", "0", "states", "must be a whole number from 1 to" },
        { "states", "null", "states", "is missing; must be a whole number" },
        { "actions", "1.5", "actions", "must be a whole number from 1 to" },
        { "discount", "1", "discount", "must be a number in [0, 1)" },
        { "discount", "-0.1", "discount", "must be a number in [0, 1)" },
        { "discount", "\"0.9\"", "discount", "must be a number in [0, 1)" },
        { "initial", "[0.5, 0.4]", "initial", "the probabilities sum to 0.9; they must sum to 1" },
        { "initial", "[1]", "initial", "has 1 items, but \"states\" is 2" },
        { "initial", "[2, -1]", "initial[0]|initial[1]", "must be a number in [0, 1]" },
        { "initial", "\"uniform\"", "initial", "must be a list of one probability a state" },
        { "agents", "[]", "agents", "must be a list of at least one agent" },
        { "agents", "null", "agents", "is missing; must be a list of at least one agent" },
        { "agents[1]", "3", "agents[1]", "must be an object" },
        { "agents[1].name", "\"first\"", "agents[1].name", "is the name of agents[0] already" },
        { "agents[0].name", "\"agent-1\"", "agents[1].name", "is the name of agents[0] already" },
        { "agents[0].name", "\"\"", "agents[0].name", "must be a string that is not empty" },
        { "agents[1].rewards", "null", "agents[1].rewards", "is missing" },
        { "agents[1].rewards", "[[0, 0]]", "agents[1].rewards", "has 1 items, but \"states\" is 2" },
        { "agents[1].rewards[1]", "[0, 0, 0]", "agents[1].rewards[1]", "has 3 items, but \"actions\" is 2" },
        { "agents[1].rewards[0]", "[0, \"Infinity\"]", "agents[1].rewards[0][1]", "must be a finite number" },
        { "agents[1].rewards[0]", "[0, 1e999]", "agents[1].rewards[0][1]", "must be a finite number" },
        { "agents[1].transitions", "[[[1, 0], [1, 0]], [[1, 0], [0.5, 0]]]", "agents[1].transitions[1][1]",
            "state 1, action 1: the probabilities sum to 0.5" },
        { "agents[1].transitions", "[[[1, 0], [1, 0]]]", "agents[1].transitions", "has 1 items, but \"states\" is 2" },
        { "agents[1].reward", "[]", "agents[1].reward", "the nearest key is \"rewards\"" },
        { "discont", "0.9", "discont", "the nearest key is \"discount\"" },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Every_fault_names_file_key_value_and_what_is_allowed(string where, string json, string keyPaths, string message)
    {
        InvalidInputException thrown = Assert.Throws<InvalidInputException>(() => EnvTesting.Read(Edited(where, json)));
        Assert.Equal(keyPaths.Split('|'), thrown.Errors.Select(f => f.KeyPath));
        Assert.All(thrown.Errors, f => Assert.Equal("mdp.json", f.Source));
        Assert.All(thrown.Errors, f => Assert.Contains(message, f.Allowed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ \"states\": 2, \"states\": 3 }", "states")]
    [InlineData("{ \"states\": 2", "not valid JSON at line 1")]
    [InlineData("", "not valid JSON")]
    [InlineData("[1]", "must be an object")]
    public void What_is_no_JSON_object_is_one_message(string text, string message)
    {
        InvalidInputException thrown = Assert.Throws<InvalidInputException>(() => EnvTesting.Read(text));
        Assert.Contains(message, thrown.Errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void At_most_twenty_faults_are_listed_and_the_others_counted()
    {
        FiniteMdp mdp = EnvTesting.Make("RandomMdp-v0", 1, """{ "states": 10, "actions": 5 }""");
        JsonObject root = JsonNode.Parse(TextOf(mdp))!.AsObject();
        for (int s = 0; s < 10; s++)
        {
            for (int a = 0; a < 5; a++) root["transitions"]![s]![a]![0] = -1;
        }
        InvalidInputException thrown = Assert.Throws<InvalidInputException>(() => EnvTesting.Read(root.ToJsonString()));
        Assert.Equal(21, thrown.Errors.Count);
        Assert.Equal("mdp.json: and 30 more", thrown.Errors[^1].ToString());
    }

    [Fact]
    public void A_file_that_does_not_exist_is_one_message()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Equal($"{path}: the file does not exist", Assert.Throws<InvalidInputException>(() => FiniteMdpFile.Read(path)).Message);
    }

    [Fact]
    public void A_file_is_written_whole_and_read_under_its_name()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "lake.json");
            FiniteMdp mdp = EnvTesting.Make("FrozenLake-v1", 2);
            FiniteMdpFile.Write(mdp, path);
            FiniteMdpFile.Write(mdp, path);
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
            FiniteMdp read = FiniteMdpFile.Read(path);
            Assert.Equal("lake", read.Name);
            EnvTesting.AssertSameNumbers(mdp, read);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string TextOf(FiniteMdp mdp) => EnvTesting.Write(mdp);

    private static JsonObject Parsed() => JsonNode.Parse(Good, null, JsonDocuments.ReadingOptions)!.AsObject();

    private static FiniteMdp Chain(int states)
    {
        var kernel = TransitionKernel.Create(states, 1, (s, _) => [(Math.Min(s + 1, states - 1), 1)]);
        double[] initial = new double[states];
        initial[0] = 1;
        return new FiniteMdp("chain", 0.9, initial, [new AgentMdp("agent-0", new double[states], kernel)]);
    }

    /// <summary>The good file with one value replaced; a JSON null counts as not given.</summary>
    private static string Edited(string where, string json)
    {
        JsonNode node = Parsed();
        string[] steps = where.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (string step in steps[..^1]) node = step[0] == '[' ? node[IndexOf(step)]! : node[step]!;
        // Text that JsonNode would not keep as written (1e999) is put in afterwards.
        const string mark = "\"@\"";
        JsonNode? value = json == "null" ? null : JsonNode.Parse(mark);
        if (steps[^1][0] == '[') node[IndexOf(steps[^1])] = value;
        else node[steps[^1]] = value;
        return node.Root.ToJsonString().Replace(mark, json, StringComparison.Ordinal);
    }

    private static int IndexOf(string step) =>
        int.Parse(step.AsSpan(1, step.Length - 2), System.Globalization.CultureInfo.InvariantCulture);
}
