using System.CommandLine;
using FedPG.Cli.Common;
using FedPG.Core.Options;
using FedPG.Experiments.Export;
using FedPG.Experiments.Training;

namespace FedPG.Cli.Export;

/// <summary><c>fedpg export</c>: the policy of a run for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> Folder = new("RUN_DIR") { Description = "The folder of a run that has ended or was stopped." };

    private static readonly Option<string> Format = new("--format")
    {
        Description =
            "onnx: a graph from observation to action. safetensors: weights as nn.Linear has them, [out, in]. json: the same numbers as "
                + "text, for small policies.",
        HelpName = "onnx|safetensors|json",
        Required = true,
    };

    private static readonly Option<string?> Agent = new("--agent")
    {
        Description =
            "Whose policy, by name or index: what the policy is told of the agent is folded into its numbers (default: the first agent).",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Out = new(
        "--out") { Description = "The file (default: policy.onnx and so on; an existing one is replaced).", HelpName = "FILE" };

    public static Command Create()
    {
        Format.AcceptOnlyFromAmong([.. PolicyExport.Words.Keys]);
        var command = new Command("export", "Writes the policy of a run for other programs.") { Folder, Format, Agent, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string format = parsed.GetValue(Format)!, path = parsed.GetValue(Out) ?? $"policy.{format}";
        TrainedPolicy policy = TrainedPolicy.Load(parsed.GetValue(Folder)!);
        int agent = parsed.GetValue(Agent) is { } name ? NamedItem.IndexOf(policy.AgentNames, name, Agent.Name, "agent") : 0;
        try
        {
            OutputFile.Write(Out.Name, path, policy.Export(PolicyExport.Words[format], agent));
        }
        catch (NotSupportedException e)
        {
            throw new InvalidInputException(new ValidationError(Format.Name, "", format, e.Message));
        }
        Console.WriteLine(path);
        return ExitCode.Ok;
    }
}
