using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Files;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Files;

/// <summary>Files of PRISM and Storm, held to a model whose numbers are known by hand.</summary>
public sealed class ModelFileTests
{
    /// <summary>
    /// State 0: choice 0 stays (cost 1), choice 1 goes to 1 or 2 by 1/4 and 3/4 (cost 2); state 1 goes back; state 2 is the end.
    /// </summary>
    private const string Transitions = "3 4 5\n0 0 0 1\n0 1 1 0.25 go\n0 1 2 3/4 go\n1 0 0 1\n2 0 2 1\n";

    private const string Labels = "0=\"init\" 1=\"deadlock\" 2=\"end\"\n0: 0\n2: 2\n";

    private const string Storm = """
        // a model
        @type: MDP
        @parameters

        @reward_models
        time
        @nr_states
        3
        @nr_choices
        4
        @model
        state 0 [0] init
        	action stay [1]
        		0 : 1
        	action go [2]
        		1 : 0.25
        		2 : 3/4
        state 1 [1]
        	action 0 [0]
        		0 : 1
        state 2 [0] end
        	action 0 [0]
        		2 : 1
        """;

    [Fact]
    public void Both_kinds_of_files_give_the_same_table()
    {
        using var folder = new TemporaryFolder();
        var options = new ModelFileOptions { Discount = 0.5, Costs = true };
        FiniteMdp prism = ModelFile.Read(Prism(folder), options), storm = ModelFile.Read(Write(folder, "storm.drn", Storm), options);
        foreach (FiniteMdp mdp in new[] { prism, storm })
        {
            Assert.Equal((3, 2, 0.5, "time"), (mdp.States, mdp.Actions, mdp.Discount, Assert.Single(mdp.Agents).Name));
            Assert.Equal([1, 0, 0], mdp.Initial);
            // State 1 has one choice, which stands for both actions.
            Assert.Equal([-1, -2, -1, -1, 0, 0], mdp.Agents[0].Rewards);
            Assert.Equal([1, 2], mdp.Agents[0].Kernel.Next(1).ToArray());
            Assert.Equal([0.25, 0.75], mdp.Agents[0].Kernel.Probabilities(1).ToArray());
            Assert.Equal([0], mdp.Agents[0].Kernel.Next(3).ToArray());
            // V(0) = min(1 + V(0) / 2, 2 + (1 + V(0) / 2) / 8) = 2 by staying, 34 / 15 by going.
            Assert.Equal(2, MdpOptima.Of(mdp, Objective.Reward).Agents![0], 12);
        }
    }

    [Fact]
    public void A_goal_pays_once_and_ends()
    {
        using var folder = new TemporaryFolder();
        FiniteMdp mdp = ModelFile.Read(Prism(folder, rewards: false), new ModelFileOptions { Discount = 0.5, Goal = "end" });
        Assert.Equal([0, 0.75, 0, 0, 0, 0], mdp.Agents[0].Rewards);
        // V(0) = 3/4 + V(0) / 16.
        Assert.Equal(-0.8, MdpOptima.Of(mdp, Objective.Reward).Agents![0], 12);
    }

    [Theory]
    [InlineData("3 4 5\n0 0 0 1\n0 1 1 0.25\n", "line 3", "their sum is 0.25")]
    [InlineData("3 4 5\n0 0 7 1\n", "line 2: 7", "must be a state, a whole number from 0 to 2")]
    [InlineData("3\n", "line 1: 3", "must be the numbers of states, choices and transitions")]
    [InlineData("3 4 5\n0 0 0 x\n", "line 2: x", "must be a finite number")]
    public void Errors_name_the_line(string transitions, string where, string what)
    {
        using var folder = new TemporaryFolder();
        string error =
            Assert.Throws<InvalidInputException>(() => ModelFile.Read(Write(folder, "bad.tra", transitions))).Errors[0].ToString();
        Assert.Contains(where, error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_named_with_what_there_is()
    {
        using var folder = new TemporaryFolder();
        string path = Prism(folder, rewards: false);
        Assert.Contains("has no reward structure: give the option goal, one of the labels init, deadlock, end",
            ErrorOf(new ModelFileOptions()), StringComparison.Ordinal);
        Assert.Contains("goal: done; is no label; there are init, deadlock, end", ErrorOf(new ModelFileOptions { Goal = "done" }),
            StringComparison.Ordinal);
        Assert.Contains("rewards: time; is no reward structure; there are none", ErrorOf(new ModelFileOptions { Rewards = "time" }),
            StringComparison.Ordinal);

        string ErrorOf(ModelFileOptions options) =>
            Assert.Throws<InvalidInputException>(() => ModelFile.Read(path, options)).Errors[0].ToString();
    }

    private static string Prism(TemporaryFolder folder, bool rewards = true)
    {
        Write(folder, "model.lab", Labels);
        if (rewards)
        {
            Write(folder, "model.srew", "# Reward structure \"time\"\n3 1\n1 1\n");
            Write(folder, "model.trew", "# Reward structure \"time\"\n3 4 3\n0 0 0 1\n0 1 1 2\n0 1 2 2\n");
        }
        return Write(folder, "model.tra", Transitions);
    }

    private static string Write(TemporaryFolder folder, string name, string text)
    {
        File.WriteAllText(folder[name], text);
        return folder[name];
    }
}
