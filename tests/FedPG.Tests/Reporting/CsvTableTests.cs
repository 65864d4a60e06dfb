using System.Globalization;
using CsCheck;
using FedPG.Reporting.Curves;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Reporting;

public sealed class CsvTableTests
{
    [Fact]
    public void Numbers_come_back_to_the_bit_and_empty_cells_are_not_numbers()
    {
        using var folder = new TemporaryFolder();
        Gen.Double.Array[1, 20].Sample(
            numbers =>
            {
                string rows = string.Concat(numbers.Select((value, i) => $"{i},{value.ToString("R", CultureInfo.InvariantCulture)},\n"));
                File.WriteAllText(folder["metrics.csv"], "round,gap,drift\n" + rows);
                CsvTable table = RunCurves.Read(folder.FullPath);
                Assert.Equal(numbers.Select(BitConverter.DoubleToInt64Bits), table["gap"].Select(BitConverter.DoubleToInt64Bits));
                Assert.All(table["drift"], value => Assert.True(double.IsNaN(value)));
                Assert.Equal(Enumerable.Range(0, numbers.Length).Select(i => (double)i), table["round"]);
            },
            iter: 100, threads: 1);
    }

    [Fact]
    public void The_last_row_of_a_run_that_still_goes_on_is_left_out_while_it_is_not_whole()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["metrics.csv"], "round,gap\n0,1\n1,0.5\n2,0.2");
        Assert.Equal([1, 0.5], RunCurves.Read(folder.FullPath)["gap"]);
        Assert.Equal([1, 0.5, 0.2], CsvTable.Read(folder["metrics.csv"])["gap"]);
    }

    [Fact]
    public void Cells_may_be_quoted()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.csv"], "name,\"the, value\"\r\n\"a \"\"b\"\"\nc\",1\r\n\r\nplain,2\r\n");
        CsvTable table = CsvTable.Read(folder["a.csv"]);
        Assert.Equal(["name", "the, value"], table.Columns);
        Assert.Equal(["a \"b\"\nc", "plain"], table.Texts("name"));
        Assert.Equal([1.0, 2.0], table["the, value"]);
    }

    [Fact]
    public void Every_fault_is_named_with_its_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.csv"], "x,y\n1,one\n2,two\n");
        CsvTable table = CsvTable.Read(folder["a.csv"]);
        string message = Assert.Throws<InvalidDataException>(() => table["y"]).Message;
        Assert.Equal(2, message.Split('\n').Length);
        Assert.Contains("row 2, y: 'two'", message, StringComparison.Ordinal);
        Assert.Contains("there are x, y", Assert.Throws<InvalidDataException>(() => table["z"]).Message, StringComparison.Ordinal);

        File.WriteAllText(folder["b.csv"], "x,x\n1\n1,2,3\n");
        Assert.Equal(3, Assert.Throws<InvalidDataException>(() => CsvTable.Read(folder["b.csv"])).Message.Split('\n').Length);
        File.WriteAllText(folder["c.csv"], "");
        Assert.Throws<InvalidDataException>(() => CsvTable.Read(folder["c.csv"]));
        Assert.ThrowsAny<IOException>(() => RunCurves.Read(folder.FullPath));
    }

    [Fact]
    public void The_data_of_the_default_curves_can_be_read()
    {
        CsvTable table = CsvTable.Read(Path.Combine(Repository.Root, "docs", "data", "default-curves.csv"));
        Assert.Equal(["centralized", "fast-fedpg", "fedavg"], table.Texts("algorithm").Distinct().Order());
        Assert.All(table["gap_over_uniform_gap"], gap => Assert.InRange(gap, 0, 1.1));
    }
}
