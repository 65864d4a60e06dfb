using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.GridWorlds;

/// <summary><c>WindyCliff-v0</c>: a small cliff walk in a wind that blows harder for some agents than for others.</summary>
public static class WindyCliff
{
    private const int Actions = 4, Start = 0;
    private const string Uniform = "uniform", Even = "even";

    /// <summary>The steps of the actions up, down, left, right.</summary>
    private static readonly (int Row, int Column)[] Steps = [(-1, 0), (1, 0), (0, -1), (0, 1)];

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "WindyCliff-v0",
        Summary = "A cliff walk in the wind, a task whose agents differ in how hard it blows (Jin et al. 2022).",
        Description = "The agent goes from the bottom-left corner to the bottom-right one; the bottom cells between them are a cliff. A gust blows it one cell down in the place "
            + "of its step with probability w / 3, whatever it does; going down is therefore certain. A step over the border means stay. After the cliff, and after the goal, any action leads back to the start.",
        ActionSpace = "4 actions: 0 up, 1 down, 2 left, 3 right.",
        ObservationSpace = "width * height states: state = y * width + x, with y = 0 the bottom row (16 states; the start is 0, the cliff 1 and 2, the goal 3).",
        StartingState = "State 0, the bottom-left corner.",
        Rewards = "Paid in the state where the action is taken, whatever the action: -1, in the cliff -100, in the goal 100 (cliffReward and goalReward). Rewards outside [0, 1] need \"objective\": \"reward\", or scaled true, "
            + "which maps them linearly from [-100, 100] to [0, 1].",
        EpisodeEnd = "None: the walk goes on from the start.",
        Heterogeneity = "Of transitions: agent i has the wind w_i, and moves in 1/2 + lambda (w_i - 1/2); at lambda = 0 all agents have the wind 1/2 (the transitions are linear in the wind, so this is "
            + "the mixture of the agents' kernels with that of the centre, the degree kappa of the paper's Figure on heterogeneity). "
            + "Of rewards: a list or a range for goalReward or cliffReward gives agents their own, which lambda pulls towards the list's mean or the range's middle. Agents are drawn by \"wind\": \"uniform\" and by ranges for the two rewards.",
        Differences = new(["goalReward", "cliffReward"], ["wind"], ["heterogeneity"], ["wind", "goalReward", "cliffReward", "agentSeed", "firstAgent"]),
        VersionHistory = "v0: first version.",
        Source = "Jin, Peng, Yang, Wang and Zhang, Federated Reinforcement Learning with Environment Heterogeneity (AISTATS 2022), with the rules of the authors' public code "
            + "(github.com/pengyang7881187/FedRL, tabular/GridWorldEnvironment.py): size, numbering, wind, rewards and the way back are theirs; training winds are uniform on (0, 1), test winds evenly spaced from 0 to 1.",
        Configure = (reader, agents) =>
        {
            Options? options = Options.Read(reader, agents);
            return () => Build(options ?? throw new InvalidOperationException("the options had faults"));
        },
    };

    private static FiniteMdp Build(Options options)
    {
        (int width, int height) = (options.Width, options.Height);
        int states = width * height, goal = width - 1;
        string[] rows = [.. Enumerable.Repeat(new string('.', width), height - 1), $"S{new string('C', width - 2)}G"];
        var map = GridMap.FromRows(rows);

        var kernels = new TablePool();
        // Each agent has an array of its own, and the kernel is shared where winds are equal.
        AgentMdp[] agents = [.. options.Winds.Select((wind, i) => new AgentMdp($"agent-{i}", Rewards(i), kernels.Unify(Kernel(wind))))];
        double[] initial = new double[states];
        initial[Start] = 1;
        var layout = new GridLayout(height, width, [.. Enumerable.Range(0, states).Select(s => map.PlaceOf(CellOf(s)))], map.Lines, Steps);
        return new FiniteMdp(Definition.Id, options.Discount, initial, agents, layout)
        {
            Parameters = new Dictionary<string, double[]> { ["wind"] = options.Winds, ["goalReward"] = options.GoalRewards, ["cliffReward"] = options.CliffRewards },
        };

        double[] Rewards(int agent)
        {
            double[] rewards = new double[states * Actions];
            for (int row = 0; row < rewards.Length; row++)
            {
                int state = row / Actions;
                double paid = state == goal ? options.GoalRewards[agent] : state is > Start && state < goal ? options.CliffRewards[agent] : -1;
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

    private sealed record Options(int Width, int Height, double[] Winds, double[] GoalRewards, double[] CliffRewards, double Discount, bool Scaled)
    {
        private const int LargestSide = 100, GoalDraw = 1, CliffDraw = 2;
        private static readonly NumberRange Payable = new(-100, 100);

        public static Options? Read(OptionReader reader, int agents)
        {
            int width = reader.Integer("width", 4, 3, LargestSide, "The columns; the cliff has two fewer.");
            int height = reader.Integer("height", 4, 2, LargestSide, "The rows, the one with the cliff included.");
            object wind = reader.Parsed<object>("wind", Uniform, $"\"{Uniform}\", \"{Even}\", a number in [0, 1], or a list of such numbers",
                "The agents' winds w: uniform: drawn on (0, 1) from agentSeed; even: evenly spaced from 0 to 1; a number: the same for all; a list: one an agent at most, cyclically.", ParseWind)!;
            long seed = reader.Seed(AgentSpread.SeedKey, 0, "The seed of winds and rewards that are drawn.");
            int first = reader.Integer("firstAgent", 0, 0, 1_000_000_000, "The number of the first agent among those that can be drawn: agents that are to be held out begin behind those that are trained.");
            bool scaled = reader.Flag("scaled", false, "Whether rewards are mapped from [-100, 100] to [0, 1].");
            double discount = reader.Number("discount", 0.95, new NumberRange(0, 1, OpenMaximum: true), "gamma; 0.95 as in the paper.");
            double lambda = reader.Number("heterogeneity", 1, NumberRange.UnitInterval, "lambda: how far the agents' winds lie from 1/2, and their rewards from their centre.");
            PerAgentNumbers goal = PerAgentNumbers.Read(reader, "goalReward", 100, Payable, agents, "What the goal pays."),
                cliff = PerAgentNumbers.Read(reader, "cliffReward", -100, Payable, agents, "What the cliff pays.");
            if (wind is double[] winds) PerAgentNumbers.RequireFit(reader, "wind", winds.Length, agents);
            if (wind is not Uniform && !goal.IsDrawn && !cliff.IsDrawn)
            {
                foreach (string key in (string[])[AgentSpread.SeedKey, "firstAgent"])
                {
                    if (reader.Has(key)) reader.Reject(key, $"is used where agents are drawn: with \"wind\": \"{Uniform}\", or a range for goalReward or cliffReward");
                    // Written back as not given, so that what was resolved can be read again.
                    reader.Resolved[key] = null;
                }
            }
            double[] own = wind switch
            {
                double[] list => [.. Enumerable.Range(0, agents).Select(i => list[i % list.Length])],
                double one => [.. Enumerable.Repeat(one, agents)],
                Even => [.. Enumerable.Range(0, agents).Select(i => agents == 1 ? 0.5 : (double)i / (agents - 1))],
                _ => [.. Enumerable.Range(0, agents).Select(i => AgentSpread.Draw(seed, first + i))],
            };
            long rows = (long)width * height * Actions;
            SizeLimits.Check(reader, "width", rows * agents, rows * 2 * agents);
            double[] goals = goal.At(lambda, i => AgentSpread.Draw(seed, first + i, GoalDraw)), cliffs = cliff.At(lambda, i => AgentSpread.Draw(seed, first + i, CliffDraw));
            return new Options(width, height, [.. own.Select((_, i) => AgentSpread.Move(0.5, lambda, own, i))], goals, cliffs, discount, scaled);
        }

        private static object? ParseWind(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString() is Uniform or Even ? element.GetString() : null,
            JsonValueKind.Number => element.TryGetDouble(out double one) && NumberRange.UnitInterval.Contains(one) ? one : null,
            JsonValueKind.Array => Numbers(element),
            _ => null,
        };

        private static double[]? Numbers(JsonElement element)
        {
            double[] items = [.. element.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Number && i.TryGetDouble(out double v) ? v : double.NaN)];
            return items.Length > 0 && items.All(NumberRange.UnitInterval.Contains) ? items : null;
        }
    }
}
