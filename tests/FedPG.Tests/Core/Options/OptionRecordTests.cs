using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using Xunit;

namespace FedPG.Tests.Core.Options;

public sealed class OptionRecordTests
{
    [Fact]
    public void A_default_record_written_and_read_is_the_same_record()
    {
        var defaults = new BasketOptions();
        BasketOptions read = Read(OptionRecord.ToJson(defaults), out ValidationErrors errors);
        Assert.Empty(errors.Items);
        Assert.Equal(OptionRecord.ToJson(defaults).ToJsonString(), OptionRecord.ToJson(read).ToJsonString());
    }

    [Fact]
    public void What_a_program_sets_is_what_is_read()
    {
        var options = new BasketOptions { Size = 3, Weight = 0.5, Colour = Colour.DeepBlue, Lid = true, Handles = [1, 2], Label = "x",
            Share = new Share(0.25), Inner = new InnerOptions { Depth = 7 }, Seed = 5 };
        BasketOptions read = Read(OptionRecord.ToJson(options), out ValidationErrors errors);
        Assert.Empty(errors.Items);
        Assert.Equal(OptionRecord.ToJson(options).ToJsonString(), OptionRecord.ToJson(read).ToJsonString());
        Assert.Equal((3, 0.5, Colour.DeepBlue, true, "x", 0.25, 7, 5L),
            (read.Size, read.Weight, read.Colour, read.Lid, read.Label, read.Share.Value, read.Inner.Depth, read.Seed));
    }

    [Fact]
    public void A_program_gets_the_messages_of_a_file()
    {
        var wrong = new BasketOptions { Size = 0, Weight = 2, Share = new Share(7), Inner = new InnerOptions { Depth = -1 } };
        InvalidInputException e = Assert.Throws<InvalidInputException>(() =>
            OptionRecord.Check(wrong, reader => OptionRecord.Read(reader, new BasketOptions())));
        Assert.Equal(
        [
            "BasketOptions: size: 0; must be a whole number from 1 to 10",
            "BasketOptions: weight: 2; must be a number in (0, 1]",
            "BasketOptions: share: 7; must be a share in [0, 1]",
            "BasketOptions: inner.depth: -1; must be a whole number of at least 0",
        ], e.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void The_description_has_key_default_range_and_meaning()
    {
        OptionInfo size = OptionRecord.Describe(new BasketOptions())[0];
        Assert.Equal(new OptionInfo("size", "2", "a whole number from 1 to 10", "How large it is."), size);
        Assert.Equal("\"red\" | \"blue\"", OptionRecord.Describe(new BasketOptions()).Single(o => o.Key == "colour").Allowed);
    }

    [Fact]
    public void Options_of_a_base_come_first() =>
        Assert.Equal(["size", "weight", "colour", "lid", "handles", "label", "share", "seed"],
            OptionRecord.Describe(new BasketOptions()).Select(o => o.Key));

    [Fact]
    public void An_option_that_something_else_reads_is_left_to_it()
    {
        var errors = new ValidationErrors("test");
        var reader = new OptionReader(JsonSerializer.SerializeToElement(new { size = 3, weight = 0.5 }), "", errors);
        var instead = new Dictionary<string, Func<OptionProperty, object?>?> { [nameof(BasketOptions.Weight)] = _ => 0.75 };
        Assert.Equal(0.75, OptionRecord.Read(reader, new BasketOptions(), instead).Weight);
        reader.Finish();
        Assert.StartsWith("test: weight: unknown key", Assert.Single(errors.Items).ToString(), StringComparison.Ordinal);
        Assert.False(reader.Resolved.ContainsKey("weight"));
    }

    [Theory]
    [InlineData("""{ "ramp": 2 }""", "2", null)]
    [InlineData("""{ "ramp": { "to": 3 } }""", """{"to":3}""", null)]
    [InlineData("""{ "ramp": { "too": 3 } }""", """{"to":0}""", "test: ramp.too: unknown key; the nearest key is \"to\"")]
    public void A_value_with_a_section_of_its_own_reads_itself(string json, string resolved, string? error)
    {
        var errors = new ValidationErrors("test");
        var reader = new OptionReader(JsonDocument.Parse(json).RootElement, "", errors);
        RampOptions read = OptionRecord.Read(reader, new RampOptions());
        Assert.Equal(resolved, reader.Resolved["ramp"]!.ToJsonString());
        if (error is null) Assert.Equal(resolved, OptionRecord.ToJson(read)["ramp"]!.ToJsonString());
        else Assert.StartsWith(error, Assert.Single(errors.Items).ToString(), StringComparison.Ordinal);
    }

    private static BasketOptions Read(JsonObject json, out ValidationErrors errors)
    {
        errors = new ValidationErrors("test");
        var reader = new OptionReader(JsonSerializer.SerializeToElement(json), "", errors);
        BasketOptions read = OptionRecord.Read(reader, new BasketOptions());
        reader.Finish();
        return read;
    }

    private enum Colour
    {
        Red,

        [Word("blue")]
        DeepBlue,
    }

    private readonly record struct Share(double Value) : IOptionValue<Share>
    {
        public static string Allowed(NumberRange range) => "a share in [0, 1]";

        public static bool TryParse(JsonElement element, NumberRange range, out Share value)
        {
            value = element.ValueKind == JsonValueKind.Number ? new Share(element.GetDouble()) : default;
            return value.Value is >= 0 and <= 1;
        }

        public JsonNode? ToJson() => Value;
    }

    private sealed record RampOptions
    {
        [Option("How steep.")]
        public Ramp Ramp { get; init; } = new(1, IsSection: false);
    }

    private sealed record Ramp(double To, bool IsSection) : IOptionSection<Ramp>
    {
        public static Ramp Read(OptionReader reader, string key, Ramp defaultValue, string meaning)
        {
            if (reader.Raw(key).ValueKind != JsonValueKind.Object)
                return new Ramp(reader.Number(key, defaultValue.To, NumberRange.Any, meaning), IsSection: false);
            OptionReader section = reader.Section(key);
            var ramp = new Ramp(section.Number("to", 0, NumberRange.Any, "its end"), IsSection: true);
            section.Finish();
            return ramp;
        }

        public JsonNode? ToJson() => IsSection ? new JsonObject { ["to"] = To } : To;
    }

    private sealed record InnerOptions
    {
        [Option("How deep.", Minimum = 0)]
        public int Depth { get; init; } = 1;
    }

    private record SizeOptions
    {
        [Option("How large it is.", Minimum = 1, Maximum = 10)]
        public int Size { get; init; } = 2;
    }

    private sealed record BasketOptions : SizeOptions
    {
        [Option("How heavy.", Minimum = 0, Maximum = 1, OpenMinimum = true)]
        public double Weight { get; init; } = 0.1;

        [Option("Its colour.")]
        public Colour Colour { get; init; }

        [Option("Whether it has a lid.")]
        public bool Lid { get; init; }

        [Option("Where its handles are.", Minimum = 0)]
        public int[]? Handles { get; init; }

        [Option("What it says.")]
        public string? Label { get; init; }

        [Option("What of it is full.")]
        public Share Share { get; init; } = new(0.5);

        [Option("What is inside.")]
        public InnerOptions Inner { get; init; } = new();

        [Option("What it is drawn from.", Minimum = 0)]
        public long? Seed { get; init; }
    }
}
