using System.Runtime.CompilerServices;
using FedPG.Federation.Rollouts;

namespace FedPG.Cli.Common;

/// <summary>What commands that train say where somebody else's code is slow, or ends the process.</summary>
internal static class ProcessGuard
{
    /// <summary>Begins to watch. Not inlined, so that commands that do not train load no libraries for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Begin() => StepWatch.GuardProcess(
        line => Console.Error.WriteLine($"fedpg: {line}"), Failure.Describe, () => Interrupt.ExitAtOnce(ExitCode.Failure));
}
