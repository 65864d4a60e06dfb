using System.Diagnostics.CodeAnalysis;
using FedPG.Tests.Cli;

/// <summary>What the runtime calls before the program's own start where <see cref="WarmProcess"/> says so.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name, without a namespace.")]
[SuppressMessage("Style", "IDE0130", Justification = "The same.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        Environment.SetEnvironmentVariable(WarmProcess.Hook, null);
        CommandServer.Run();
        Environment.Exit(0);
    }
}
