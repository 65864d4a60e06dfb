using System.Globalization;
using System.Text.Json;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.MiniGrid;
using Xunit;

namespace FedPG.Tests.Envs.MiniGrid;

/// <summary>The environments are the original's: steps to the last number, layouts in distribution.</summary>
public sealed class OriginalTests
{
    [Fact]
    public void Every_environment_was_recorded() => Assert.Equal(
        MiniGrids.Definitions.Select(d => d.Id).Where(id => id != MiniGrids.MixId).Order(), Originals.Layouts.Select(l => l.Id).Order());

    [Fact]
    public void Steps_are_those_of_the_original_to_the_last_number()
    {
        int steps = 0;
        foreach (Trace trace in Originals.Traces.Cases)
        {
            var environment = (IJsonState)MiniGrids.Create(trace.Id, 1).Create(0);
            double[] seen = new double[environment.ObservationSpace.Size];
            environment.Reset(0, seen);
            using JsonDocument state = JsonDocument.Parse(Originals.Traces.State(trace).ToJsonString());
            Assert.Empty(environment.WriteState(state.RootElement, seen));
            Assert.Equal(trace.Rows[0], Originals.Traces.Image(seen));
            for (int t = 0; t < trace.Actions.Length; t++)
            {
                StepResult result = environment.Step([trace.Actions[t] - '0'], seen);
                Assert.Equal($"{trace.Id} {t + 1}: {trace.Rows[t + 1]}", $"{trace.Id} {t + 1}: {Row(environment, result, seen)}");
                Assert.False(result.Terminated && result.Truncated);
                Assert.True(environment.ObservationSpace.Contains(seen));
                steps++;
            }
        }
        Assert.True(steps > 2500, $"{steps} steps were compared");
    }

    /// <summary>Two samples of one distribution: a difference of six standard errors would come once in 5e8 comparisons.</summary>
    [Fact]
    public void Layouts_have_the_distribution_of_the_original()
    {
        foreach (Layouts original in Originals.Layouts)
        {
            EpisodicEnvironment made = MiniGrids.Create(original.Id, 1);
            Assert.Equal(original.MaxSteps, made.StepLimit);
            var environment = (IStatefulEnvironment)made.Create(0);
            int cells = original.Size[0] * original.Size[1];
            int[] wall = new int[cells], thing = new int[cells], agent = new int[cells], directions = new int[4];
            double[] seen = new double[environment.ObservationSpace.Size], state = new double[environment.StateNames.Count];
            for (int k = 0; k < original.Resets; k++)
            {
                environment.Reset(k, seen);
                environment.ReadState(state);
                Assert.Equal(original.Size[0], state[0]);
                Assert.Equal(original.Size[1], state[1]);
                ReadOnlySpan<double> map = state.AsSpan(^cells);
                for (int c = 0; c < cells; c++)
                {
                    int kind = (int)map[c] & 15;
                    if (kind == 2) wall[c]++;
                    else if (kind > 2) thing[c]++;
                }
                agent[(int)((state[2] * original.Size[1]) + state[3])]++;
                directions[(int)state[4]]++;
            }
            Alike("wall", original.Wall, wall);
            Alike("thing", original.Thing, thing);
            Alike("agent", original.Agent, agent);
            Alike("direction", original.Directions, directions);

            void Alike(string what, int[] theirs, int[] ours)
            {
                for (int c = 0; c < theirs.Length; c++)
                {
                    double share = (theirs[c] + ours[c]) / (2.0 * original.Resets);
                    double error = Math.Sqrt(2 * original.Resets * share * (1 - share));
                    Assert.True(Math.Abs(theirs[c] - ours[c]) <= 6 * error, $"{original.Id}, {what} {c}: {theirs[c]} and {ours[c]}");
                }
            }
        }
    }

    /// <summary>Every ball has the same chance of each free cell around it; the goal, walls and the agent are in its way.</summary>
    [Fact]
    public void Balls_wander_uniformly()
    {
        var environment = (IJsonState)MiniGrids.Create("Dynamic-Obstacles-5x5", 1).Create(0);
        double[] seen = new double[environment.ObservationSpace.Size], state = new double[environment.StateNames.Count];
        // Of the cells around the ball three are free: walls, the goal and the agent are the others.
        string text = """
            { "grid": [[W,W,W,W,W],[W,E,E,E,W],[W,E,E,E,W],[W,E,B,G,W],[W,W,W,W,W]], "agent": [2, 3], "direction": 0, "steps": 0 }
            """.Replace("W", "[2,5,0]", StringComparison.Ordinal).Replace("E", "[1,0,0]", StringComparison.Ordinal)
            .Replace("B", "[6,2,0]", StringComparison.Ordinal).Replace("G", "[8,1,0]", StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(text);
        var counts = new Dictionary<(double, double), int>();
        const int tries = 3000;
        for (int k = 0; k < tries; k++)
        {
            environment.Reset(k, seen);
            Assert.Empty(environment.WriteState(document.RootElement, seen));
            environment.Step([0], seen);
            environment.ReadState(state);
            var place = (state[10], state[11]);
            counts[place] = counts.GetValueOrDefault(place) + 1;
        }
        Assert.Equal([(2, 1), (2, 2), (3, 1)], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, (tries / 3) - 130, (tries / 3) + 130));
    }

    private static string Row(IJsonState environment, StepResult result, double[] seen)
    {
        System.Text.Json.Nodes.JsonObject step = environment.StepJson(result, seen);
        string carried = step["carrying"] is { } cell
            ? Originals.Traces.Letters[Array.FindIndex(Originals.Traces.Palette, known =>
                known.SequenceEqual(cell.AsArray().Select(n => (int)n!)))].ToString()
            : "-";
        string reward = result.Reward.ToString("R", CultureInfo.InvariantCulture);
        if (!reward.Contains('.', StringComparison.Ordinal)) reward += ".0";
        int terminated = result.Terminated ? 1 : 0, truncated = (bool)step["truncated"]! ? 1 : 0;
        return $"{Originals.Traces.Image(seen)} {step["direction"]} {step["agent"]![0]} {step["agent"]![1]} {carried} "
            + $"{terminated}{truncated} {reward}";
    }
}
