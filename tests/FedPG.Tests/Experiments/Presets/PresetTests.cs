using FedPG.Core.Options;
using FedPG.Experiments.Presets;
using FedPG.Experiments.Reading;
using Xunit;

namespace FedPG.Tests.Experiments.Presets;

/// <summary>The experiments that are built in.</summary>
public sealed class PresetTests
{
    public static TheoryData<string> Names() => new(PresetLibrary.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_is_an_experiment_of_its_own_name_that_says_what_it_learns(string name)
    {
        FedPG.Experiments.Experiment experiment = ExperimentReader.Default.Read(
            PresetLibrary.Read(name), PresetLibrary.SourceOf(name), Environment.CurrentDirectory, []);
        Assert.Equal(name, experiment.Name);
        Assert.True(PresetLibrary.SummaryOf(name).Length > 20, "the first line of the file says what it learns");
    }

    [Fact]
    public void Another_name_is_refused_with_the_nearest()
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(() => PresetLibrary.Read("cartpol"));
        Assert.Contains("\"cartpole\"", e.Message, StringComparison.Ordinal);
    }
}
