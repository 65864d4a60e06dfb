using System.Reflection;
using System.Runtime.Loader;
using FedPG.Tests.Build;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Training;

/// <summary>
/// samples/Tutorials: each program of one file is compiled against the libraries of this process, as <c>dotnet run FILE.cs</c> would build
/// them, and run to its end in this process. It throws where it did not learn.
/// </summary>
public sealed class TutorialTests
{
    private static string Folder => Path.Combine(Repository.Root, "samples", "Tutorials");

    [Fact]
    public void They_run_to_their_end()
    {
        string[] files = [.. Directory.GetFiles(Folder, "*.cs").Order(StringComparer.Ordinal)];
        Assert.Equal(3, files.Length);
        var context = new AssemblyLoadContext("tutorials");
        foreach (string file in files)
        {
            using var folder = new TemporaryFolder();
            using var assembly = new MemoryStream();
            Assert.True(ScriptTests.Compile(file, File.ReadAllText(file))
                .Emit(assembly, cancellationToken: TestContext.Current.CancellationToken).Success, file);
            assembly.Position = 0;
            MethodInfo main = context.LoadFromStream(assembly).EntryPoint!;
            main.Invoke(null, [new[] { folder.FullPath }]);
        }
    }

    [Fact]
    public void The_page_names_them_all()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "README.md"));
        Assert.All(Directory.GetFiles(Folder, "*.cs"),
            file => Assert.Contains($"dotnet run samples/Tutorials/{Path.GetFileName(file)}", page, StringComparison.Ordinal));
    }
}
