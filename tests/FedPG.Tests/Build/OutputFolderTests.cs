using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using TorchSharp;
using Xunit;

namespace FedPG.Tests.Build;

public sealed class OutputFolderTests
{
    private enum Platform
    {
        None,
        Linux,
        Windows,
        MacOS,
    }

    [Fact]
    public void The_output_folder_holds_the_natives_of_this_platform_only()
    {
        Platform here = OperatingSystem.IsWindows() ? Platform.Windows : OperatingSystem.IsMacOS() ? Platform.MacOS : Platform.Linux;
        Dictionary<string, Platform> natives = Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)
            .Select(path => (Path: Path.GetRelativePath(AppContext.BaseDirectory, path), Platform: PlatformOf(path)))
            .Where(file => file.Platform != Platform.None)
            .ToDictionary(file => file.Path, file => file.Platform);

        Assert.Contains(natives.Keys, path => path.Contains("torch_cpu", StringComparison.Ordinal));
        Assert.All(natives, native => Assert.Equal(here, native.Value));

        // The names of libraries do not repeat: one file of each, not one for every processor.
        Assert.Distinct(natives.Keys.Select(Path.GetFileName), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("libtorch_python.so")]
    [InlineData("libjitbackend_test.so")]
    [InlineData("libtorchbind_test.so")]
    [InlineData("libnnapi_backend.so")]
    [InlineData("libbackend_with_compiler.so")]
    [InlineData("libaoti_custom_ops.so")]
    public void Natives_that_nothing_loads_are_left_out(string name) =>
        Assert.False(File.Exists(Path.Combine(AppContext.BaseDirectory, name)));

    [Fact]
    public void TorchSharp_loads_and_runs()
    {
        using IDisposable scope = torch.NewDisposeScope();
        torch.Tensor weights = torch.ones(3, 2, requires_grad: true);
        torch.matmul(torch.arange(3, dtype: torch.float32), weights).sum().backward();
        Assert.Equal([0f, 0f, 1f, 1f, 2f, 2f], weights.grad!.data<float>().ToArray());
    }

    private static Platform PlatformOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        var magic = new byte[4];
        if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length)
            return Platform.None;
        file.Position = 0;
        return BinaryPrimitives.ReadUInt32BigEndian(magic) switch
        {
            0x7f454c46 => Platform.Linux,
            0xcffaedfe or 0xcafebabe => Platform.MacOS,
            uint start when start >> 16 == 0x4d5a => IsManaged(file) ? Platform.None : Platform.Windows,
            _ => Platform.None,
        };
    }

    private static bool IsManaged(FileStream file)
    {
        using var reader = new PEReader(file);
        return reader.HasMetadata;
    }
}
