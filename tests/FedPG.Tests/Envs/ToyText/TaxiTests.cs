using FedPG.Envs.Tabular;
using FedPG.Envs.ToyText;
using Xunit;

namespace FedPG.Tests.Envs.ToyText;

public sealed class TaxiTests
{
    private const int South = 0, North = 1, East = 2, West = 3, Pickup = 4, DropOff = 5;

    /// <summary>The map of the public documentation; between columns stands ':' or a wall.</summary>
    private static readonly string[] Map = ["|R: | : :G|", "| : | : : |", "| : : : : |", "| | : | : |", "|Y| : |B: |"];

    [Fact]
    public void It_has_500_states_of_which_404_can_be_reached_and_4_are_terminal()
    {
        FiniteMdp mdp = EnvTesting.Make("Taxi-v4");
        Assert.Equal((500, 6, 0.99), (mdp.States, mdp.Actions, mdp.Discount));
        Assert.Equal(404, EnvTesting.Reachable(mdp).Count);
        Assert.Equal(404, EnvTesting.Reachable(EnvTesting.Make("Taxi-v4", 1, """{ "rainy": true }""")).Count);
        Assert.Equal([Index(0, 0, 0, 0), Index(0, 4, 1, 1), Index(4, 0, 2, 2), Index(4, 3, 3, 3)],
            Enumerable.Range(0, 500).Where(s => mdp.Terminal[s]));
        Assert.Equal(300, mdp.Initial.Count(p => p > 0));
        Assert.All(mdp.Initial, p => Assert.True(p == 0 || p == 1.0 / 300));
    }

    /// <summary>
    /// The best is to drive the shortest way to the passenger and on to the destination, by a search on the map's text: 20 less one for
    /// each step before the last.
    /// </summary>
    [Fact]
    public void The_optimum_drives_the_shortest_ways()
    {
        double[] best = EnvTesting.Optimum(EnvTesting.Make("Taxi-v4"), 0, 200, 1);
        (int Row, int Column)[] places = [(0, 0), (0, 4), (4, 0), (4, 3)];
        double mean = 0;
        for (int state = 0; state < 500; state++)
        {
            (int row, int column, int passenger, int destination) = (state / 100, state / 20 % 5, state / 4 % 5, state % 4);
            if (passenger == 4 || passenger == destination) continue;
            int steps = Distances(places[passenger])[row, column] + 1 + Distances(places[destination])[places[passenger].Row,
                places[passenger].Column] + 1;
            Assert.Equal(20 - (steps - 1), best[state], 1e-9);
            mean += best[state] / 300;
        }
        // Published as the mean return of an optimal policy.
        Assert.Equal(7.93, mean, 0.005);
    }

    [Fact]
    public void Pick_ups_and_drop_offs_pay_by_the_rules()
    {
        AgentMdp agent = EnvTesting.Make("Taxi-v4").Agents[0];
        AssertOutcome(agent, Index(0, 0, 0, 1), Pickup, Index(0, 0, 4, 1), -1);
        AssertOutcome(agent, Index(0, 1, 0, 1), Pickup, Index(0, 1, 0, 1), -10);
        AssertOutcome(agent, Index(0, 0, 4, 1), Pickup, Index(0, 0, 4, 1), -10);
        AssertOutcome(agent, Index(0, 4, 4, 1), DropOff, Index(0, 4, 1, 1), 20);
        AssertOutcome(agent, Index(4, 3, 4, 1), DropOff, Index(4, 3, 3, 1), -1);
        AssertOutcome(agent, Index(2, 2, 4, 1), DropOff, Index(2, 2, 4, 1), -10);
        AssertOutcome(agent, Index(0, 0, 0, 1), DropOff, Index(0, 0, 0, 1), -10);
        // A state that cannot be reached keeps the row of the public table.
        AssertOutcome(agent, Index(2, 2, 1, 1), North, Index(1, 2, 1, 1), -1);
    }

    [Fact]
    public void Walls_and_the_border_mean_stay()
    {
        AgentMdp agent = EnvTesting.Make("Taxi-v4").Agents[0];
        for (int row = 0; row < 5; row++)
        {
            for (int column = 0; column < 5; column++)
            {
                (int Row, int Column)[] after =
                [
                    (Math.Min(row + 1, 4), column), (Math.Max(row - 1, 0), column),
                    (row, Map[row][(2 * column) + 2] == ':' ? column + 1 : column), (row, Map[row][2 * column] == ':'
                        ? column - 1 : column),
                ];
                for (int a = 0; a < 4; a++)
                    AssertOutcome(agent, Index(row, column, 4, 2), a, Index(after[a].Row, after[a].Column, 4, 2), -1);
            }
        }
    }

    [Fact]
    public void In_the_rain_possible_moves_go_aside_and_impossible_ones_do_nothing()
    {
        TransitionKernel kernel = EnvTesting.Make("Taxi-v4", 1, """{ "rainy": true }""").Agents[0].Kernel;
        AssertMoves((1, 3), South, ((2, 3), 0.8), ((1, 4), 0.1), ((1, 2), 0.1));
        AssertMoves((1, 3), East, ((1, 4), 0.8), ((0, 3), 0.1), ((2, 3), 0.1));
        // South of the last row is the border: that side is blocked, which means stay.
        AssertMoves((4, 3), East, ((4, 4), 0.8), ((3, 3), 0.1), ((4, 3), 0.1));
        // A wall stands west of (3, 3), and east of it there is none.
        AssertMoves((3, 3), North, ((2, 3), 0.8), ((3, 4), 0.1), ((3, 3), 0.1));
        AssertMoves((0, 0), North, ((0, 0), 1));
        AssertMoves((0, 1), East, ((0, 1), 1));
        AssertMoves((4, 3), West, ((4, 3), 1));
        Assert.Equal(1, EnvTesting.Probability(kernel, Index(0, 0, 0, 1), Pickup, Index(0, 0, 4, 1)));

        void AssertMoves((int Row, int Column) from, int action, params ((int Row, int Column) To, double Probability)[] expected)
        {
            foreach (((int row, int column), double probability) in expected)
                Assert.Equal(probability,
                    EnvTesting.Probability(kernel, Index(from.Row, from.Column, 0, 1), action, Index(row, column, 0, 1)), 1e-15);
        }
    }

    [Fact]
    public void A_fickle_passenger_decides_once_at_the_first_move_on_board()
    {
        FiniteMdp mdp = EnvTesting.Make("Taxi-v4", 1, """{ "fickle": true }""");
        Assert.Equal(1000, mdp.States);
        TransitionKernel kernel = mdp.Agents[0].Kernel;
        int onBoard = Index(0, 0, 4, 1), moved = Index(1, 0, 4, 0);
        foreach ((int destination, double probability) in (ReadOnlySpan<(int, double)>)[(0, 0.1), (1, 0.7), (2, 0.1), (3, 0.1)])
            Assert.Equal(probability, EnvTesting.Probability(kernel, onBoard, South, 500 + moved + destination), 1e-15);
        // A blocked move decides nothing, neither does driving without the passenger; and it is decided once.
        Assert.Equal(1, EnvTesting.Probability(kernel, onBoard, North, onBoard));
        Assert.Equal(1, EnvTesting.Probability(kernel, Index(0, 0, 1, 0), South, Index(1, 0, 1, 0)));
        Assert.Equal(1, EnvTesting.Probability(kernel, 500 + onBoard, South, 500 + Index(1, 0, 4, 1)));
        Assert.Equal(8, mdp.Terminal.Count(t => t));
        // Without the decision the table of 500 states appears again in both halves.
        TransitionKernel plain = EnvTesting.Make("Taxi-v4").Agents[0].Kernel;
        for (int row = 0; row < plain.RowCount; row++)
            Assert.Equal(plain.Next(row).ToArray().Select(next => next + 500), kernel.Next((500 * 6) + row).ToArray());
    }

    [Fact]
    public void Agents_differ_in_rain_or_in_what_destinations_pay()
    {
        FiniteMdp rain = EnvTesting.Make("Taxi-v4", 3, """{ "heterogeneity": 1 }""");
        Assert.Equal([1, 0.8, 0.6], rain.Agents.Select(a => EnvTesting.Probability(a.Kernel, Index(2, 2, 0, 1), North, Index(1, 2, 0, 1))));
        FiniteMdp fares = EnvTesting.Make("Taxi-v4", 4, """{ "differ": "fares", "heterogeneity": 0.5 }""");
        Assert.True(fares.SharesKernel);
        for (int i = 0; i < 4; i++)
        {
            for (int destination = 0; destination < 4; destination++)
            {
                (int row, int column) = TaxiState.Places[destination];
                Assert.Equal(destination == i ? 20 : 10, fares.Agents[i].Rewards[(Index(row, column, 4, destination) * 6) + DropOff]);
            }
        }
    }

    /// <summary>
    /// Of 200 agents a quarter likes each destination: Binomial(200, 1/4) has mean 50 and standard deviation 6.1; 5.5 of them miss with
    /// probability 4e-8, for one of four 2e-7.
    /// </summary>
    [Fact]
    public void The_destination_that_pays_can_be_drawn()
    {
        FiniteMdp drawn = EnvTesting.Make("Taxi-v4", 200, """{ "differ": "fares", "agentSeed": 5 }""");
        int[] paid = [.. Enumerable.Range(0, 4).Select(destination =>
        {
            (int row, int column) = TaxiState.Places[destination];
            return drawn.Agents.Count(a => a.Rewards[(Index(row, column, 4, destination) * 6) + DropOff] == 20);
        })];
        Assert.Equal(200, paid.Sum());
        Assert.All(paid, count => Assert.InRange(count, 50 - 34, 50 + 34));
    }

    [Fact]
    public void States_are_taken_apart_and_put_together() =>
        Assert.All(TaxiState.All.Select((state, index) => (state, index)), pair => Assert.Equal(pair.index, pair.state.Index));

    private static int Index(int row, int column, int passenger, int destination) =>
        (((((row * 5) + column) * 5) + passenger) * 4) + destination;

    /// <summary>Steps from every square to one, by a search over the text of the map.</summary>
    private static int[,] Distances((int Row, int Column) to)
    {
        int[,] steps = new int[5, 5];
        for (int k = 0; k < 25; k++) steps[k / 5, k % 5] = int.MaxValue;
        steps[to.Row, to.Column] = 0;
        var queue = new Queue<(int, int)>([to]);
        while (queue.TryDequeue(out (int Row, int Column) at))
        {
            foreach ((int row, int column, bool open) in (ReadOnlySpan<(int, int, bool)>)
                [(at.Row - 1, at.Column, at.Row > 0), (at.Row + 1, at.Column, at.Row < 4),
                 (at.Row, at.Column - 1, Map[at.Row][2 * at.Column] == ':'), (at.Row, at.Column + 1,
                     Map[at.Row][(2 * at.Column) + 2] == ':')])
            {
                if (!open || steps[row, column] != int.MaxValue) continue;
                steps[row, column] = steps[at.Row, at.Column] + 1;
                queue.Enqueue((row, column));
            }
        }
        return steps;
    }

    private static void AssertOutcome(AgentMdp agent, int state, int action, int next, double reward)
    {
        Assert.Equal(1, EnvTesting.Probability(agent.Kernel, state, action, next));
        Assert.Equal(reward, agent.Rewards[(state * 6) + action]);
    }
}
