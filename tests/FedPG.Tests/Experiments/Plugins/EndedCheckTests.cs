using FedPG.Tests.Cli;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

public sealed class EndedCheckTests
{
    /// <summary>
    /// An environment that ends the process, with whatever code, has not passed; the last line says why there is no report.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_check_that_the_environment_ends_has_failed_and_says_so(int code)
    {
        using var folder = new TemporaryFolder();
        string register =
            $$"""contents.Add(Nothing.Definition("A-v0") with { Make = _ => _ => { System.Environment.Exit({{code}}); """
                + $$"""return new Nothing(); } });""";
        string plugin = PluginCompiler.Compile(folder.FullPath, "Mine", PluginCompiler.Plugin(register));
        Outcome outcome = Fedpg.Run(folder.FullPath, "env", "check", "A-v0", "--plugin", plugin);
        Assert.Equal(
            "A-v0: the process ended before the check was over: by Environment.Exit in the environment's own code, or from outside",
            outcome.ErrorLines[^1].TrimEnd());
        Assert.Equal(1, outcome.ExitCode);
    }
}
