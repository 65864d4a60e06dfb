using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;

namespace FedPG.Cli.Env;

/// <summary><c>fedpg env speed [ID...]</c>: steps per second of environments alone, on one thread, resets included.</summary>
internal static class EnvSpeedCommand
{
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(0.3);

    public static Command Create()
    {
        var ids = new Argument<string[]>("ID")
        {
            Description = "The environments, as `env list` names them (default: all).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout: a list with one object an environment." };
        var command = new Command("speed", "Times the steps of environments alone, with random actions, on one thread.") { ids, json };
        command.SetAction(parsed =>
        {
            Catalog<EnvironmentDefinition> registry = ExperimentCatalog.Default.Environments;
            string[] names = parsed.GetValue(ids) is { Length: > 0 } given ? given : [.. registry.Ids];
            ValidationError[] errors = [.. names.Where(name => registry.Find(name) is null)
                .Select(name => new ValidationError("ID", "", name, registry.UnknownId(name)))];
            if (errors.Length > 0) throw new InvalidInputException(errors);
            TextWriter output = parsed.InvocationConfiguration.Output;
            var results = new JsonArray();
            foreach (string name in names)
            {
                StepRate rate = StepRate.Measure(Make(name), TimeProvider.System, Repeat);
                if (!parsed.GetValue(json))
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{name}  {rate.StepsPerSecond / 1e6:F2} M steps/s (median of {rate.Repeats}, {rate.Minimum / 1e6:F2} to "
                            + $"{rate.Maximum / 1e6:F2}), {rate.BytesPerStep:F0} bytes a step"));
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
            if (parsed.GetValue(json)) output.WriteLine(results.ToJsonString(FedPG.Experiments.Runs.RunFolder.JsonOptions));
        });
        return command;
    }

    private static EpisodicEnvironment Make(string id)
    {
        var errors = new ValidationErrors("defaults");
        ConfiguredEnvironment? configured = ExperimentCatalog.Default.Environments.Configure(id, 1, default,
            EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        return EpisodicEnvironment.Of(configured!.Build(), configured.Definition.StepLimit);
    }
}
