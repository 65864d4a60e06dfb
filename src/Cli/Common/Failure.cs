using System.Data.Common;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FedPG.Envs;
using FedPG.Envs.Python;
using FedPG.Experiments.Plugins;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;

namespace FedPG.Cli.Common;

/// <summary>Failures that have a plain explanation; everything else is a fault of the program and keeps its stack trace.</summary>
internal static class Failure
{
    /// <summary>One line for the user; null for what is not expected to happen.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        DivergedException or EnvironmentContractException or AgentFailureException or PythonException => exception.Message,
        _ when PluginFailure.Describe(exception) is { } plugin => plugin,
        IOException or UnauthorizedAccessException or SocketException or DbException => exception.Message,
        AggregateException { InnerExceptions: [{ } inner, ..] } => Describe(inner),
        OutOfMemoryException => "out of memory",
        _ when MemoryNeed.Explain(exception) is { } memory => memory,
        TypeInitializationException or DllNotFoundException =>
            $"the native libraries of torch cannot be loaded: {FirstLine(Innermost(exception))}",
        NotSupportedException e when e.Message.Contains("native", StringComparison.OrdinalIgnoreCase) => FirstLine(e),
        ExternalException e => $"torch: {FirstLine(e)}",
        _ => null,
    };

    private static string FirstLine(Exception e) => e.Message.Split('\n', 2)[0].Trim();

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
