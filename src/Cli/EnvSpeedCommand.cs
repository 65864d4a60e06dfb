using System.CommandLine;
using System.Text.Json.Nodes;
using FedPG.Envs;
using FedPG.Envs.Options;
using FedPG.Envs.Stepping;

namespace FedPG.Cli;

/// <summary><c>fedpg env speed [ID...]</c>: steps per second of environments alone, on one thread, resets included.</summary>
internal static class EnvSpeedCommand
{
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(0.3);

    public static Command Create()
    {
        var ids = new Argument<string[]>("ID") { Description = "The environments, as `env list` names them (default: all).", Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout: a list with one object an environment." };
        var command = new Command("speed", "Times the steps of environments alone, with random actions, on one thread.") { ids, json };
        command.SetAction(parsed =>
        {
            EnvironmentRegistry registry = EnvironmentRegistry.Default;
            string[] names = parsed.GetValue(ids) is { Length: > 0 } given ? given : [.. registry.Ids];
            Fault[] faults = [.. names.Where(name => registry.Find(name) is null).Select(name => new Fault("ID", "", name, registry.UnknownId(name)))];
            if (faults.Length > 0) throw new InvalidInputException(faults);
            TextWriter output = parsed.InvocationConfiguration.Output;
            var results = new JsonArray();
            foreach (string name in names)
            {
                StepRate rate = StepRate.Measure(Make(name), TimeProvider.System, Repeat);
                if (!parsed.GetValue(json))
                    output.WriteLine(FormattableString.Invariant($"{name}  {rate.StepsPerSecond / 1e6:F2} M steps/s (median of {rate.Repeats}, {rate.Minimum / 1e6:F2} to {rate.Maximum / 1e6:F2}), {rate.BytesPerStep:F0} bytes a step"));
                results.Add((JsonNode)new JsonObject
                {
                    ["workload"] = name,
                    ["stepsPerSecond"] = Math.Round(rate.StepsPerSecond),
                    ["minimum"] = Math.Round(rate.Minimum),
                    ["maximum"] = Math.Round(rate.Maximum),
                    ["bytesPerStep"] = rate.BytesPerStep,
                    ["threads"] = 1,
                    ["repeats"] = rate.Repeats,
                });
            }
            if (parsed.GetValue(json)) output.WriteLine(results.ToJsonString(FedPG.Federation.Runs.RunFolder.JsonOptions));
        });
        return command;
    }

    private static SteppedEnvironment Make(string id)
    {
        var faults = new FaultList("defaults");
        ConfiguredEnvironment? configured = EnvironmentRegistry.Default.Configure(id, 1, default, EnvironmentKeys.CommandLine, faults);
        faults.ThrowIfAny();
        return SteppedEnvironment.Of(configured!.Build(), configured.Definition.StepLimit);
    }
}
