using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Options;

namespace FedPG.Policies.Episodic;

/// <summary>What the kinds that hold values of observations have in common: their features. Stateless.</summary>
internal static class ObservedValues
{
    private const int MaxFeatures = 10_000;

    /// <summary>Reads the options of such a kind.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="defaults">The defaults.</param>
    /// <param name="environment">The environment; null where it had errors itself.</param>
    /// <param name="own">The options of the kind that are read otherwise than declared.</param>
    public static TOptions Read<TOptions>(
        OptionReader reader, TOptions defaults, EpisodicEnvironment? environment,
        params (string Name, Func<OptionProperty, object?>? Read)[] own)
        where TOptions : ValueOptions
    {
        var box = environment?.ObservationSpace as Box;
        TOptions options = OptionRecord.Read(
            reader, defaults, new Dictionary<string, Func<OptionProperty, object?>?>(own.Select(o => KeyValuePair.Create(o.Name, o.Read)))
        {
            [nameof(ValueOptions.Centres)] = null,
            [nameof(ValueOptions.Width)] = null,
            [nameof(ValueOptions.Features)] = property => ReadFeatures(reader, property, environment),
            [nameof(ValueOptions.FeatureBounds)] = property => ReadBounds(reader, property, box),
        });
        int order = options.FeatureOrder;
        if (box is not null && options.Features?.Word == "fourier" && ObservationFeatures.FourierCount(box.Size, order) > MaxFeatures)
        {
            reader.Reject(
                "featureOrder",
                $"{order} gives (1 + {order})^{box.Size} features of {box.Size} numbers; "
                    + $"at most {MaxFeatures} are allowed (or choose \"random\" features)");
        }
        return options;
    }

    /// <summary>The features of options that were read without an error.</summary>
    /// <param name="options">The options.</param>
    /// <param name="encoding">What is seen of an observation.</param>
    public static ObservationFeatures FeaturesOf(ValueOptions options, ObservationEncoding encoding)
    {
        if (encoding.Space is not Box box) return ObservationFeatures.OneHot(encoding);
        var scales = new ObservationScales(box, options.FeatureBounds?.Ranges);
        return options.Features?.Word switch
        {
            "coordinates" => ObservationFeatures.Coordinates(scales),
            "random" => ObservationFeatures.Random(scales, options.FeatureCount, options.FeatureWidth, options.FeatureInstance),
            _ => ObservationFeatures.Fourier(scales, options.FeatureOrder),
        };
    }

    private static WordOrNumbers ReadFeatures(OptionReader reader, OptionProperty property, EpisodicEnvironment? environment)
    {
        string[] allowed = environment is null ? ["one-hot", "coordinates", "fourier", "random"]
            : environment.ObservationSpace is Box ? ["fourier", "coordinates", "random"] : ["one-hot"];
        return WordOrNumbers.Of(reader.Choice(property.Key, allowed[0], allowed, property.Attribute.Meaning));
    }

    private static FeatureBounds? ReadBounds(OptionReader reader, OptionProperty property, Box? box)
    {
        string allowed = box is null
            ? "a list of ranges [low, high]"
            : $"a list of {box.Size} ranges [low, high], low < high and a finite width, one for each number that is observed";
        return reader.Parsed<FeatureBounds>(property.Key, null, allowed, property.Attribute.Meaning, element => Parse(element, box));
    }

    private static FeatureBounds? Parse(JsonElement element, Box? box) =>
        FeatureBounds.TryParse(element, NumberRange.Any, out FeatureBounds bounds) && (box is null || bounds.Ranges.Count == box.Size)
            ? bounds
            : null;
}
