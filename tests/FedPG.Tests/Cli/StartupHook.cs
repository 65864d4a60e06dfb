using System.Diagnostics.CodeAnalysis;
using System.Runtime.Loader;
using FedPG.Tests.Cli;

/// <summary>What the runtime calls before the program's own start where <see cref="WarmProcess"/> says so.</summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for this name, without a namespace.")]
[SuppressMessage("Style", "IDE0130", Justification = "The same.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        Environment.SetEnvironmentVariable(WarmProcess.Hook, null);
        // The engine of clusters looks at the attributes of all assemblies, of this one too: what they are of lies beside it.
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            Path.Combine(AppContext.BaseDirectory, name.Name + ".dll") is var file && File.Exists(file)
                ? context.LoadFromAssemblyPath(file)
                : null;
        CommandServer.Run();
        Environment.Exit(0);
    }
}
