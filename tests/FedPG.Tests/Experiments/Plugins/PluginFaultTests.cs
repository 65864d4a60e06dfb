using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments;
using FedPG.Experiments.Plugins;
using FedPG.Experiments.Reading;
using FedPG.Tests.Experiments.Runs;
using Xunit;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>Whatever keeps a file from being a plug-in is one fault on one line, which names the file and what to do.</summary>
public sealed class PluginFaultTests
{
    private static PluginHost NewHost() =>
        new(new ExperimentCatalog());

    [Fact]
    public void A_missing_file_a_folder_and_an_empty_path_are_named()
    {
        using var folder = new TemporaryFolder();
        Expect(folder["none.dll"], "the plug-in does not exist");
        Expect(folder.FullPath, "is a folder; the path of a plug-in's .dll is needed");
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => NewHost().Load("")).Errors);
        Assert.Equal("--plugin: the path of a plug-in's .dll is needed", fault.ToString());
    }

    [Theory]
    [InlineData("this is no assembly")]
    [InlineData("")]
    [InlineData("MZ and then nothing of what a Windows file has")]
    public void What_is_no_assembly_is_not_loaded(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.dll"], content);
        Expect(folder["text.dll"], "is not a .NET assembly; the path of a plug-in's .dll is needed");
    }

    [Theory]
    [InlineData("public sealed class Ordinary { }",
        "the assembly is no plug-in: it has no public class that implements FedPG.Experiments.Plugins.IPlugin")]
    [InlineData("internal sealed class Hidden : FedPG.Experiments.Plugins.IPlugin { public void "
        + "Register(FedPG.Experiments.Plugins.PluginContents c) { } }", "Hidden implements IPlugin, but is not public")]
    [InlineData("public sealed class Asks(int n) : FedPG.Experiments.Plugins.IPlugin { public int N => n; public void "
        + "Register(FedPG.Experiments.Plugins.PluginContents c) { } }",
        "Asks implements IPlugin, but has no public constructor without parameters")]
    public void An_assembly_without_a_usable_class_says_which_class_is_needed(string source, string expected)
    {
        using var folder = new TemporaryFolder();
        Expect(PluginCompiler.Compile(folder.FullPath, "Mine", source), expected);
    }

    [Theory]
    [InlineData("", "", "the plug-in registers no environment, policy, estimator or algorithm: its Register adds nothing")]
    [InlineData("""throw new NotSupportedException("not\n today");""", "",
        "the plug-in failed in MyPlugin.Register: NotSupportedException: not today")]
    [InlineData("", """public MyPlugin() => throw new TimeoutException("too late");""",
        "the plug-in failed in the constructor of MyPlugin: TimeoutException: too late")]
    [InlineData("", """static MyPlugin() => throw new TimeoutException("much too late");""",
        "the plug-in failed in the constructor of MyPlugin: TimeoutException: much too late")]
    [InlineData("""contents.Add((EnvironmentDefinition)null!);""", "", "the plug-in failed in MyPlugin.Register: ArgumentNullException: ")]
    [InlineData("""contents.Add(Nothing.Definition("GridWorld-v0"));""", "",
        "the plug-in's environment GridWorld-v0 cannot be registered: the environment GridWorld-v0 is registered already")]
    [InlineData("""contents.Add(Nothing.Definition("A-v0")); contents.Add(Nothing.Definition("A-v0"));""", "",
        "the plug-in's environment A-v0 cannot be registered: the environment A-v0 is registered already")]
    [InlineData("""contents.Add(Nothing.Definition(" "));""", "", "cannot be registered: ")]
    [InlineData("""contents.Add(Nothing.Definition("A-v0") with { StepLimit = 0 });""", "",
        "the plug-in's environment A-v0 cannot be registered: A-v0: StepLimit must be at least 1")]
    [InlineData("""contents.Add(Nothing.Definition("Walk"));""", "",
        "the plug-in's environment Walk cannot be registered: an id is a name and a version, such as Walk-v0")]
    [InlineData("""contents.Add(Nothing.Definition("../Walk-v0"));""", "",
        "the plug-in's environment ../Walk-v0 cannot be registered: an id is a name and a version, such as Walk-v0")]
    [InlineData("""contents.Add(Nothing.Definition("A-v0") with { Discount = double.NaN });""", "",
        "the plug-in failed in MyPlugin.Register: ArgumentException: A-v0: Discount is NaN; it must be a number in [0, 1]")]
    [InlineData("""contents.Add(Nothing.Definition("A-v0") with { Make = null! });""", "",
        "the plug-in failed in MyPlugin.Register: ArgumentException: A-v0: Make is null")]
    public void A_plug_in_that_cannot_be_registered_says_why(string register, string constructor, string expected)
    {
        using var folder = new TemporaryFolder();
        Expect(PluginCompiler.Compile(folder.FullPath, "Mine", PluginCompiler.Plugin(register, constructor)), expected);
    }

    [Theory]
    [InlineData(".NETCoreApp,Version=v99.0",
        "the plug-in was built for .NET 99.0, and this is .NET 10.0; build it for net10.0, or run fedpg on the newer .NET")]
    [InlineData(".NETFramework,Version=v4.8", "the plug-in was built for .NET Framework 4.8, and this is .NET 10.0; build it for net10.0")]
    public void Another_framework_is_refused_before_anything_is_loaded(string framework, string expected)
    {
        using var folder = new TemporaryFolder();
        string attribute = $"[assembly: System.Runtime.Versioning.TargetFramework(\"{framework}\")]";
        string source = PluginCompiler.Plugin("""contents.Add(Nothing.Definition("A-v0"));""");
        Expect(PluginCompiler.Compile(folder.FullPath, "Mine",
            source.Replace(PluginCompiler.Usings, PluginCompiler.Usings + attribute, StringComparison.Ordinal)), expected);
    }

    [Theory]
    [InlineData("FedPG.Experiments", "0.9.3.0",
        "the plug-in was built against FedPG.Experiments 0.9.3, and this is FedPG.Torch {0}; build it again against {0}, or "
            + "run it with FedPG.Torch 0.9")]
    [InlineData("TorchSharp", "0.55.1.0",
        "the plug-in was built against TorchSharp 0.55.1, and this FedPG.Torch uses TorchSharp 0.107.0, which both must share; build the "
            + "plug-in with that version")]
    [InlineData("FedPG.Gardens", "0.1.0.0",
        "the plug-in refers to FedPG.Gardens 0.1.0, which this version of FedPG.Torch ({0}) does not have; "
            + "build it against FedPG.Torch {0}")]
    public void Another_version_of_what_is_shared_is_refused_with_both_versions(string library, string version, string expected)
    {
        using var folder = new TemporaryFolder();
        string other = PluginCompiler.Counterfeit(folder.FullPath, library, version, """
            namespace FedPG.Experiments.Plugins
            {
                public sealed class PluginContents { }
                public interface IPlugin { void Register(PluginContents contents); }
                public class Old { }
            }
            """);
        string plugin = PluginCompiler.Compile(folder.FullPath, "Mine", library == "FedPG.Experiments"
            ? "public sealed class MyPlugin : FedPG.Experiments.Plugins.IPlugin { public void "
                + "Register(FedPG.Experiments.Plugins.PluginContents contents) { } }"
            : "public sealed class Mine : FedPG.Experiments.Plugins.Old { }", other);
        File.Delete(other);
        Expect(plugin, string.Format(System.Globalization.CultureInfo.InvariantCulture, expected,
            typeof(PluginHost).Assembly.GetName().Version!.ToString(3)));
    }

    [Fact]
    public void A_dependency_that_is_not_beside_it_is_named()
    {
        using var folder = new TemporaryFolder();
        string helper = PluginCompiler.Counterfeit(folder.FullPath, "Helper", "2.3.4.0",
            "public static class Help { public static string Id => \"A-v0\"; }");
        string plugin = PluginCompiler.Compile(folder.FullPath, "Mine",
            PluginCompiler.Plugin("contents.Add(Nothing.Definition(Help.Id));"), helper);
        File.Delete(helper);
        Expect(plugin, "it needs the assembly Helper 2.3.4, which is not beside it");
    }

    [Fact]
    public void Two_plug_ins_use_their_own_versions_of_one_dependency()
    {
        using var folder = new TemporaryFolder();
        PluginHost host = NewHost();
        var brought = new List<string>();
        foreach (string version in (string[])["1.0.0.0", "2.0.0.0"])
        {
            string own = Directory.CreateDirectory(folder[version]).FullName, name = $"Mine{version[0]}";
            string helper = PluginCompiler.Counterfeit(own, "Helper", version,
                $"public static class Help {{ public static string Id => \"Helped-v{version[0]}\"; }}");
            LoadedPlugin plugin =
                host.Load(PluginCompiler.Compile(own, name, PluginCompiler.Plugin("contents.Add(Nothing.Definition(Help.Id));"), helper));
            brought.AddRange(plugin.Contents.Environments.Select(e => e.Id));
        }
        Assert.Equal(["Helped-v1", "Helped-v2"], brought);
    }

    [Fact]
    public void The_same_file_twice_is_one_plug_in_and_another_of_its_name_is_refused()
    {
        using var folder = new TemporaryFolder();
        string first = PluginCompiler.Compile(folder.FullPath, "Mine",
            PluginCompiler.Plugin("""contents.Add(Nothing.Definition("A-v0"));"""));
        PluginHost host = NewHost();
        Assert.Same(host.Load(first), host.Load(first));
        string second = PluginCompiler.Compile(Directory.CreateDirectory(folder["other"]).FullName, "Mine",
            PluginCompiler.Plugin("""contents.Add(Nothing.Definition("B-v0"));"""));
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => host.Load(second)).Errors);
        Assert.Equal($"{second}: another plug-in of the name Mine is loaded already, from {first}", fault.ToString());
    }

    [Theory]
    [InlineData("""p.Options.Number("depth", 5, NumberRange.UnitInterval, "How deep.")""",
        "the default 5 of the option depth is not a number in [0, 1]")]
    [InlineData("""p.Options.Integer("depth", 5, 6, 9, "How deep.")""",
        "the default 5 of the option depth is not a whole number from 6 to 9")]
    [InlineData("""p.Number("depth", 5, NumberRange.Any, "How deep.", (2, 1))""",
        "the spread of depth, 2 to 1, is not a range of allowed numbers")]
    [InlineData("""p.Options.Number("discount", 0.9, NumberRange.UnitInterval, "gamma.")""",
        "the option discount is read for every environment that is stepped, so another one needs another name "
            + "(EpisodicDefinition.Discount is its default)")]
    [InlineData("""p.Number("spread", 0.9, NumberRange.UnitInterval, "How wide.")""",
        "the option spread is read for every environment that is stepped")]
    [InlineData("""p.Number("depth", double.NaN, NumberRange.Any, "How deep.")""",
        "the default NaN of the option depth is not a finite number")]
    [InlineData("""(p.Number("depth", 1, NumberRange.Any, "How deep."), p.Number("depth", 1, NumberRange.Any, "How deep."))""",
        "the number depth is read twice; use what the first call gave")]
    public void A_default_that_nobody_may_give_is_the_plug_ins_fault(string read, string expected)
    {
        using var folder = new TemporaryFolder();
        PluginHost host = NewHost();
        string register =
            $$"""contents.Add(Nothing.Definition("A-v0") with { Make = p => { _ = {{read}}; return _ => new Nothing(); } });""";
        EnvironmentDefinition definition = Assert.Single(
            host.Load(PluginCompiler.Compile(folder.FullPath, "Mine", PluginCompiler.Plugin(register))).Contents.Environments);
        ValidationError fault =
            Assert.Single(
                Assert.Throws<InvalidInputException>(() =>
                    PluginFailure.AsInput(() => definition.Configure(OptionReader.Empty(), 1))).Errors);
        Assert.Contains($"ArgumentException: {expected}", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constructor_that_throws_when_the_environment_is_made_is_the_plug_ins_fault_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var catalog = new ExperimentCatalog();
        var host = new PluginHost(catalog);
        string file = PluginCompiler.Compile(folder.FullPath, "Mine",
            PluginCompiler.Plugin("""contents.Add(Nothing.Definition("A-v0", fails: true));"""));
        host.Load(file);
        var reader = new ExperimentReader(catalog);
        using var document = System.Text.Json.JsonDocument.Parse("""{ "environment": { "id": "A-v0" } }""");
        ValidationError fault =
            Assert.Single(
                Assert.Throws<InvalidInputException>(() => reader.Read(document.RootElement, "e.json", folder.FullPath, [])).Errors);
        Assert.Equal(
            $"{file}: the plug-in failed in the constructor of Nothing (Mine.cs, line 10): InvalidOperationException: no "
                + "room for this environment", fault.ToString());
    }

    private static void Expect(string file, string expected)
    {
        ValidationError fault = Assert.Single(Assert.Throws<InvalidInputException>(() => NewHost().Load(file)).Errors);
        Assert.StartsWith($"{file}: ", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, PluginCompiler.WithoutLine(fault.ToString()), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.ToString());
    }
}
