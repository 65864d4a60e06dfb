using System.Xml.Linq;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Build;

/// <summary>
/// The switch between the bundles of natives, seen in what the project refers to: not every feed has the CUDA bundles. MSBuild is started
/// once, with a project that asks the program's about each case.
/// </summary>
public sealed class TorchBackendTests(TorchBackendTests.Answers answers) : IClassFixture<TorchBackendTests.Answers>
{
    private static readonly (string Expected, string Properties)[] Packages =
    [
        ("libtorch-cpu-linux-x64", "TorchPlatform=linux"),
        ("libtorch-cpu-win-x64", "TorchBackend=cpu;TorchPlatform=windows"),
        ("libtorch-cpu-osx-arm64", "RuntimeIdentifier=osx-arm64"),
        ("TorchSharp-cuda-linux", "TorchBackend=cuda;TorchPlatform=linux"),
        ("TorchSharp-cuda-linux", "TorchBackend=cuda;RuntimeIdentifier=linux-x64"),
        ("TorchSharp-cuda-windows", "TorchBackend=cuda;TorchPlatform=windows"),
        ("TorchSharp-cuda-windows", "TorchBackend=cuda;RuntimeIdentifier=win-x64"),
    ];

    private const string OwnPlatform = "TorchBackend=cuda";

    private static readonly (string Message, string Properties)[] Faults =
    [
        ("'metal', which is unknown. Allowed values: cpu (the default), cuda.", "TorchBackend=metal"),
        ("Allowed platforms for cuda: linux, windows.", "TorchBackend=cuda;TorchPlatform=macos"),
    ];

    public static TheoryData<string, string> PackageCases => new(Packages);

    public static TheoryData<string, string> FaultCases => new(Faults);

    [Theory]
    [MemberData(nameof(PackageCases))]
    public void A_backend_is_one_package(string expected, string properties) => Assert.Equal($"[{expected}]", answers.Of(properties));

    [Fact]
    public void The_platform_of_this_machine_chooses_the_cuda_package()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "There is no CUDA on this system.");
        Assert.Equal($"[TorchSharp-cuda-{(OperatingSystem.IsLinux() ? "linux" : "windows")}]", answers.Of(OwnPlatform));
    }

    [Theory]
    [MemberData(nameof(FaultCases))]
    public void A_backend_that_does_not_exist_fails_before_restore_and_says_which_do(string message, string properties)
    {
        Assert.Equal("[]", answers.Of(properties));
        Assert.Contains($"error FEDPG000{1 + Array.FindIndex(Faults, fault => fault.Properties == properties)}", answers.Output,
            StringComparison.Ordinal);
        Assert.Contains(message, answers.Output, StringComparison.Ordinal);
    }

    /// <summary>What MSBuild said.</summary>
    public sealed class Answers
    {
        private const string Mark = "packages of ";
        private static readonly string[] All = [.. Packages.Select(p => p.Properties), OwnPlatform, .. Faults.Select(f => f.Properties)];
        private readonly Lazy<string> _output = new(Ask);

        /// <summary>All that it wrote.</summary>
        public string Output => _output.Value;

        /// <summary>The bundles that the program refers to, in brackets.</summary>
        public string Of(string properties)
        {
            string line = Output.Split('\n').Single(l => l.Contains($"{Mark}{Array.IndexOf(All, properties)}:", StringComparison.Ordinal));
            return $"[{string.Join(", ", line[(line.LastIndexOf(':') + 1)..].Split(';', StringSplitOptions.TrimEntries).Where(IsBundle))}]";
        }

        private static bool IsBundle(string package) =>
            package.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase)
            || package.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase);

        /// <summary>What is collected here is what a restore restores.</summary>
        private static string Ask()
        {
            using var folder = new TemporaryFolder();
            var target = new XElement("Target", new XAttribute("Name", "Ask"));
            for (int k = 0; k < All.Length; k++)
            {
                target.Add(
                    new XElement("MSBuild", new XAttribute("Projects", Path.Combine(Repository.Root, "src", "Cli", "FedPG.Cli.csproj")),
                        new XAttribute("Targets", "CollectPackageReferences"), new XAttribute("Properties", All[k]),
                        new XAttribute("ContinueOnError", "ErrorAndContinue"),
                        new XElement("Output", new XAttribute("TaskParameter", "TargetOutputs"), new XAttribute("ItemName", $"Found{k}"))),
                    new XElement("Message", new XAttribute("Importance", "high"), new XAttribute("Text", $"{Mark}{k}:@(Found{k})")));
            }
            string project = folder["ask.proj"];
            new XDocument(new XElement("Project", target)).Save(project);
            return Repository.MSBuild(project, "-t:Ask").Output;
        }
    }
}
