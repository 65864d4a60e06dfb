using System.Runtime.CompilerServices;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>Tests, and the processes they start, leave what the program remembers of plug-ins in a folder for temporary files.</summary>
internal static class DataHome
{
    public const string Variable = "XDG_DATA_HOME";

    [ModuleInitializer]
    internal static void Move() =>
        Environment.SetEnvironmentVariable(Variable, Path.Combine(Path.GetTempPath(), "fedpg-tests-data"));
}
