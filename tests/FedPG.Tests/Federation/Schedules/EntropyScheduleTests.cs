using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Federation.Estimators;
using FedPG.Federation.Schedules;
using Xunit;

namespace FedPG.Tests.Federation.Schedules;

public sealed class EntropyScheduleTests
{
    [Theory]
    [InlineData("0.3", 0.3, 0.3, 0)]
    [InlineData("""{"from":0.05,"to":0,"until":500}""", 0.05, 0, 500)]
    public void Its_forms_in_json_read_and_write_the_same_schedule(string json, double from, double to, int until)
    {
        (EntropySchedule read, ValidationErrors errors, JsonNode? resolved) = Read(json);
        Assert.Empty(errors.Items);
        Assert.Equal(new EntropySchedule(from, to, until), read);
        Assert.Equal(json, read.ToJson()!.ToJsonString());
        Assert.Equal(json, resolved!.ToJsonString());
    }

    [Theory]
    [InlineData("\"much\"", "test: entropy: \"much\"; must be a number of at least 0, or { \"from\", \"to\", \"until\" }")]
    [InlineData("-1", "test: entropy: -1; must be a number of at least 0")]
    [InlineData("""{"form":1}""", "test: entropy.form: unknown key; the nearest key is \"from\"")]
    [InlineData("""{"from":-2}""", "test: entropy.from: -2; must be a number of at least 0")]
    public void Errors_name_the_nested_key(string json, string error) =>
        Assert.StartsWith(error, Assert.Single(Read(json).Errors.Items).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_program_writes_a_number_or_a_schedule()
    {
        Assert.Equal(new EntropySchedule(0.2, 0.2, 0), new GpomdpOptions { Entropy = 0.2 }.Entropy);
        Assert.Equal(0.1, new EntropySchedule(0.2, 0, 10).At(5));
        Assert.Equal(0, new EntropySchedule(0.2, 0, 10).At(10));
    }

    private static (EntropySchedule Read, ValidationErrors Errors, JsonNode? Resolved) Read(string json)
    {
        var errors = new ValidationErrors("test");
        using JsonDocument document = JsonDocument.Parse($$"""{ "entropy": {{json}} }""");
        var reader = new OptionReader(document.RootElement.Clone(), "", errors);
        EntropySchedule read = EntropySchedule.Read(reader, "entropy", EntropySchedule.None, "tau");
        return (read, errors, reader.Resolved["entropy"]);
    }
}
