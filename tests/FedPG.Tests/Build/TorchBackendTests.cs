using System.Text.Json;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>The switch between the bundles of natives, seen in what the project refers to: not every feed has the CUDA bundles.</summary>
public sealed class TorchBackendTests
{
    [Theory]
    [InlineData("libtorch-cpu-linux-x64", "-p:TorchPlatform=linux")]
    [InlineData("libtorch-cpu-win-x64", "-p:TorchBackend=cpu", "-p:TorchPlatform=windows")]
    [InlineData("libtorch-cpu-osx-arm64", "-p:RuntimeIdentifier=osx-arm64")]
    [InlineData("TorchSharp-cuda-linux", "-p:TorchBackend=cuda", "-p:TorchPlatform=linux")]
    [InlineData("TorchSharp-cuda-linux", "-p:TorchBackend=cuda", "-p:RuntimeIdentifier=linux-x64")]
    [InlineData("TorchSharp-cuda-windows", "-p:TorchBackend=cuda", "-p:TorchPlatform=windows")]
    [InlineData("TorchSharp-cuda-windows", "-p:TorchBackend=cuda", "-p:RuntimeIdentifier=win-x64")]
    public void A_backend_is_one_package(string expected, params string[] properties)
    {
        (int exitCode, string output) = Repository.MSBuild(["-getItem:PackageReference", .. properties]);
        Assert.True(exitCode == 0, output);
        using JsonDocument json = JsonDocument.Parse(output);
        IEnumerable<string?> packages = json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(package => package.GetProperty("Identity").GetString());
        Assert.Equal([expected],
            packages.Where(package => package!.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase)
                || package.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void The_platform_of_this_machine_chooses_the_cuda_package()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "There is no CUDA on this system.");
        A_backend_is_one_package(OperatingSystem.IsLinux() ? "TorchSharp-cuda-linux" : "TorchSharp-cuda-windows", "-p:TorchBackend=cuda");
    }

    [Theory]
    [InlineData("'metal', which is unknown. Allowed values: cpu (the default), cuda.", "-p:TorchBackend=metal")]
    [InlineData("Allowed platforms for cuda: linux, windows.", "-p:TorchBackend=cuda", "-p:TorchPlatform=macos")]
    public void A_backend_that_does_not_exist_fails_before_restore_and_says_which_do(string message, params string[] properties)
    {
        (int exitCode, string output) = Repository.MSBuild(["-t:CollectPackageReferences", .. properties]);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }
}
