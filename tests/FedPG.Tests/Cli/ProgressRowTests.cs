using FedPG.Cli.Common;
using Xunit;

namespace FedPG.Tests.Cli;

public sealed class ProgressRowTests
{
    private const string Long = "fedavg-serverOptimizer-adam-globalStepSize-0.1-gradient.trajectories-64";

    /// <summary>A row that is broken over two lines would stay on the terminal when the next is drawn.</summary>
    [Fact]
    public void A_row_never_reaches_the_last_column()
    {
        foreach (string label in (string[])["fedavg", Long])
        {
            for (int terminal = 1; terminal <= 200; terminal++)
                Assert.InRange(ProgressRow.Of(terminal, Long.Length, label, 0.4, " 10/10  latest -1.234E-05").Width, 0,
                    Math.Max(3, terminal - 1));
        }
    }

    [Fact]
    public void Where_there_is_room_nothing_is_cut()
    {
        ProgressRow row = ProgressRow.Of(120, 20, "fedavg", 0.5, " 3/10  latest 0.1234");
        Assert.Equal(("fedavg".PadRight(20), 20, 20, " 3/10  latest 0.1234"), (row.Name, row.Filled, row.Empty, row.Tail));
        Assert.Equal((0, 10), (ProgressRow.Of(60, 20, "fedavg", -1, "").Filled, ProgressRow.Of(60, 20, "fedavg", 2, "").Filled));
    }
}
