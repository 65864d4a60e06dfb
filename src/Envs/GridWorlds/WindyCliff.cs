using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>WindyCliff-v0</c>: a small cliff walk in a wind that blows harder for some agents than for others.</summary>
public static class WindyCliff
{
    private const int Actions = 4, Start = 0;

    /// <summary>The steps of the actions up, down, left, right.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (1, 0), (0, -1), (0, 1)];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "WindyCliff-v0",
        Summary = "A cliff walk in the wind, a task whose agents differ in how hard it blows (Jin et al. 2022).",
        Text = EnvironmentText.Beside(typeof(WindyCliff)),
        Differences = new(
            ["goalReward", "cliffReward"], ["wind"], ["heterogeneity"],
            ["wind", "goalReward", "cliffReward", "agentSeed", "firstAgent"]),
        OptionsType = typeof(WindyCliffOptions),
        Configure = EnvironmentDefinition.Reading<WindyCliffOptions, Settings>(Settings.Settle, (settings, _) => Build(settings)),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, WindyCliffOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(Settings settings)
    {
        WindyCliffOptions options = settings.Options;
        (int width, int height) = (options.Width, options.Height);
        int states = width * height, goal = width - 1;
        string[] rows = [.. Enumerable.Repeat(new string('.', width), height - 1), $"S{new string('C', width - 2)}G"];
        var map = GridMap.FromRows(rows);

        var kernels = new TablePool();
        // Each agent has an array of its own, and the kernel is shared where winds are equal.
        AgentMdp[] agents = [.. settings.Winds.Select((wind, i) => new AgentMdp($"agent-{i}", Rewards(i), kernels.Unify(Kernel(wind))))];
        double[] initial = new double[states];
        initial[Start] = 1;
        var layout = new GridLayout(height, width, [.. Enumerable.Range(0, states).Select(s => map.PlaceOf(CellOf(s)))], map.Lines, Steps);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout)
        {
            Tasks = options.Heterogeneity == 0 ? null : AgentTasks.Of(
                (options.Wind.IsOwn, "wind", settings.Winds),
                (options.GoalReward.IsOwn, "goalReward", settings.GoalRewards.Select(r => r / 100)),
                (options.CliffReward.IsOwn, "cliffReward", settings.CliffRewards.Select(r => r / 100))),
            Parameters = new Dictionary<string, double[]>
            {
                ["wind"] = settings.Winds,
                ["goalReward"] = settings.GoalRewards,
                ["cliffReward"] = settings.CliffRewards,
            },
        };

        double[] Rewards(int agent)
        {
            double[] rewards = new double[states * Actions];
            for (int row = 0; row < rewards.Length; row++)
            {
                int state = row / Actions;
                double paid = state == goal ? settings.GoalRewards[agent]
                    : state is > Start && state < goal ? settings.CliffRewards[agent]
                    : -1;
                rewards[row] = options.Scaled ? (paid + 100) / 200 : paid;
            }
            return rewards;
        }

        // The map's rows count from the top, the states' from the bottom; the rule is its own inverse.
        int CellOf(int state) => ((height - 1 - (state / width)) * width) + (state % width);

        TransitionKernel Kernel(double wind) => TransitionKernel.Create(states, Actions, (state, action) =>
            state is > Start && state <= goal
                ? [(Start, 1)]
                : [(After(state, action), 1 - (wind / 3)), (After(state, 1), wind / 3)]);

        int After(int state, int action) => CellOf(map.Neighbour(CellOf(state), Steps[action].Row, Steps[action].Column));
    }

    /// <summary>What the environment is built from.</summary>
    /// <param name="Options">The options, checked.</param>
    /// <param name="Winds">Each agent's wind, [N].</param>
    /// <param name="GoalRewards">What the goal pays each agent, [N].</param>
    /// <param name="CliffRewards">What the cliff pays each agent, [N].</param>
    private sealed record Settings(WindyCliffOptions Options, double[] Winds, double[] GoalRewards, double[] CliffRewards)
    {
        private const int GoalDraw = 1, CliffDraw = 2;

        public static Settings Settle(WindyCliffOptions options, OptionReader reader, int agents)
        {
            (PerAgentNumbers goal, PerAgentNumbers cliff, double lambda) = (options.GoalReward, options.CliffReward, options.Heterogeneity);
            (long seed, int first) = (options.AgentSeed!.Value, options.FirstAgent!.Value);
            options.Wind.RequireFit(reader, "wind", agents);
            goal.RequireFit(reader, "goalReward", agents);
            cliff.RequireFit(reader, "cliffReward", agents);
            if (!options.Wind.IsDrawn && !goal.IsDrawn && !cliff.IsDrawn)
            {
                const string use = "is used where agents are drawn: with \"wind\": \"uniform\", or a range for goalReward or cliffReward";
                reader.RejectUnused(use, AgentSpread.SeedKey, "firstAgent");
            }
            long rows = (long)options.Width * options.Height * Actions;
            SizeLimits.Check(reader, "width", rows * agents, rows * 2 * agents);
            double[] winds = options.Wind.At(agents, i => AgentSpread.Draw(seed, first + i));
            return new Settings(
                options,
                [.. winds.Select((_, i) => AgentSpread.Move(0.5, lambda, winds, i))],
                goal.At(agents, lambda, i => AgentSpread.Draw(seed, first + i, GoalDraw)),
                cliff.At(agents, lambda, i => AgentSpread.Draw(seed, first + i, CliffDraw)));
        }
    }
}
