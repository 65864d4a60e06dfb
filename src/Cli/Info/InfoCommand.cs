using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using FedPG.Cli.Common;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Runs;

namespace FedPG.Cli.Info;

/// <summary><c>fedpg info</c>: what this installation is and knows.</summary>
internal static class InfoCommand
{
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON document on stdout." };

    public static Command Create()
    {
        var command = new Command("info", "Says what this installation is and knows.") { Json };
        command.SetAction(parsed => Run(parsed.GetValue(Json)));
        return command;
    }

    private static int Run(bool json)
    {
        var info = new Dictionary<string, object>
        {
            ["version"] = typeof(InfoCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            ["torchsharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
            ["libtorch"] = TorchSharp.torch.__version__,
            ["dotnet"] = Environment.Version.ToString(),
            ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}",
            ["cores"] = Environment.ProcessorCount,
            ["cuda"] = Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cuda*").Any() && TorchSharp.torch.cuda.is_available(),
            ["environments"] = ExperimentCatalog.Default.Environments.AllIds,
            ["policies"] = ExperimentCatalog.Default.Policies.Names,
            ["estimators"] = ExperimentCatalog.Default.Estimators.Names,
            ["algorithms"] = ExperimentCatalog.Default.Algorithms.Names,
            ["plugins"] = PluginHost.Default.Loaded.Select(p => $"{p.Assembly} {p.Version} ({p.Path})"),
        };
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(info, RunFolder.JsonOptions));
            return ExitCode.Ok;
        }
        foreach ((string key, object value) in info)
            Console.WriteLine($"{key + ":",-14} {(value is IEnumerable<string> names ? string.Join(", ", names) : value)}");
        return ExitCode.Ok;
    }
}
