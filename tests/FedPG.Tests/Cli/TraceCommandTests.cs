using System.CommandLine;
using System.Text.Json;
using FedPG.Cli.Env;
using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Tests.Envs;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Cli;

public sealed class TraceCommandTests
{
    [Theory]
    [InlineData("CartPole-v1", "[0.01, 0.02, -0.03, 0.04]")]
    [InlineData("Acrobot-v1", "[0.1, 0.2, 0.3, 0.4]")]
    [InlineData("Pendulum-v1", "[3, -1]")]
    [InlineData("MountainCar-v0", "[-0.5, 0.01]")]
    [InlineData("LinearQuadratic-v0", "[1, 0.5, 0.25]")]
    [InlineData("FrozenLake-v1", "9")]
    [InlineData("RandomMdp-v0", null)]
    public void Every_number_of_the_episode_reads_back_to_the_bit(string id, string? state)
    {
        EpisodicEnvironment environment = Make(id);
        double[][] actions = Actions(environment.ActionSpace, 12, 3);
        string[] start = state is null ? [] : ["--state", state];
        JsonElement trace = Trace([id, "--actions", JsonSerializer.Serialize(actions), "--seed", "6", .. start]);
        double[]? from = state is null ? null : Numbers(JsonDocument.Parse(state).RootElement);
        Seen[] seen = Run(environment.Create(0), 6, actions, from);
        Assert.Equal(seen.Select(s => s.Reward), Numbers(trace.GetProperty("rewards")));
        Assert.Equal(seen.Select(s => s.Terminated), trace.GetProperty("terminated").EnumerateArray().Select(e => e.GetBoolean()));
        Assert.Equal(seen.SelectMany(s => s.Observation), trace.GetProperty("observations").EnumerateArray().Skip(1).SelectMany(Numbers));
        Assert.Equal(seen.SelectMany(s => s.State), trace.GetProperty("states").EnumerateArray().Skip(1).SelectMany(Numbers));
        Assert.Equal(actions.SelectMany(a => a), trace.GetProperty("actions").EnumerateArray().SelectMany(Numbers));
        Assert.Equal(actions.Length, trace.GetProperty("truncated").GetArrayLength());
        if (from is not null) Assert.Equal(from, Numbers(trace.GetProperty("states")[0]));
    }

    [Fact]
    public void Options_agents_and_limits_of_steps_count()
    {
        JsonElement trace = Trace(["Pendulum-v1", "--set", "mass=[1,2]", "--agents", "2", "--agent", "1", "--state", "[1,0]", "--actions",
            JsonSerializer.Serialize(new double[201])]);
        Assert.Equal([199, 200], trace.GetProperty("truncated").EnumerateArray().Select((e, t) => (t, e.GetBoolean())).Where(p => p.Item2)
            .Select(p => p.t));
        double[][] nothing = [.. Enumerable.Repeat(new double[1], 201)];
        Assert.Equal(Run(Make("Pendulum-v1", 2, """{ "mass": [1, 2] }""").Create(1), 0, nothing, [1, 0]).Select(s => s.Reward),
            Numbers(trace.GetProperty("rewards")));
        Assert.Equal(200, trace.GetProperty("stepLimit").GetInt32());
    }

    [Theory]
    [InlineData("--actions", "0", "must be a list", "CartPole-v1", "--actions", "0")]
    [InlineData("--actions", "2", "a whole number from 0 to 1", "CartPole-v1", "--actions", "[0, 2]")]
    [InlineData("--actions", "0.5", "a whole number from 0 to 1", "CartPole-v1", "--actions", "[0.5]")]
    [InlineData("--actions", "[0, 1]", "a whole number from 0 to 1", "CartPole-v1", "--actions", "[[0, 1]]")]
    [InlineData("--actions", "[NaN]", "not valid JSON", "Pendulum-v1", "--actions", "[NaN]")]
    [InlineData("--actions", "1e999", "a finite number", "Pendulum-v1", "--actions", "[1e999]")]
    [InlineData("--actions", "[1, 2]", "a list of 3 finite numbers", "LinearQuadratic-v0", "--actions", "[[1, 2]]")]
    [InlineData("--state", "[1, 2]", "4 finite numbers: x, xDot, theta, thetaDot", "CartPole-v1", "--actions", "[0]", "--state", "[1, 2]")]
    [InlineData("--state", "16", "a whole number from 0 to 15", "FrozenLake-v1", "--actions", "[0]", "--state", "16")]
    [InlineData("--state", "{", "not valid JSON", "CartPole-v1", "--actions", "[0]", "--state", "{")]
    [InlineData("--agent", "1", "from 0 to 0", "CartPole-v1", "--actions", "[0]", "--agent", "1")]
    [InlineData("--seed", "-1", "from 0 to 9007199254740991", "CartPole-v1", "--actions", "[0]", "--seed", "-1")]
    [InlineData("ID", "CartPol-v1", "the nearest is \"CartPole-v1\"", "CartPol-v1", "--actions", "[0]")]
    [InlineData("--actions", null, "leave the range of float64", "CartPole-v1", "--actions", "[0, 0]", "--state", "[0, 0, 0, 1e300]")]
    public void Bad_input_is_named(string source, string? value, string allowed, params string[] arguments)
    {
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => Trace(arguments)).Errors);
        Assert.Equal((source, value), (fault.Source, fault.Value));
        Assert.Contains(allowed, fault.Allowed, StringComparison.Ordinal);
    }

    private static JsonElement Trace(string[] arguments)
    {
        using var output = new StringWriter();
        ParseResult parsed = EnvCommands.Create().Parse(["trace", .. arguments]);
        Assert.Empty(parsed.Errors);
        Assert.Equal(0, parsed.Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }));
        return JsonDocument.Parse(output.ToString()).RootElement;
    }

    private static double[] Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number ? [element.GetDouble()] : [.. element.EnumerateArray().Select(e => e.GetDouble())];
}
