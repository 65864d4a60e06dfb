using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;

namespace FedPG.Policies.Tabular;

/// <summary>What the kinds that hold values of listed states have in common: their features. Stateless.</summary>
internal static class TableValues
{
    /// <summary>Reads the options of such a kind.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="defaults">The defaults.</param>
    /// <param name="mdp">The environment; null where it had errors itself.</param>
    /// <param name="own">The options of the kind that are read otherwise than declared, or not at all.</param>
    public static TOptions Read<TOptions>(
        OptionReader reader, TOptions defaults, FiniteMdp? mdp, params (string Name, Func<OptionProperty, object?>? Read)[] own)
        where TOptions : ValueOptions
    {
        TOptions options = OptionRecord.Read(
            reader, defaults, new Dictionary<string, Func<OptionProperty, object?>?>(own.Select(o => KeyValuePair.Create(o.Name, o.Read)))
        {
            [nameof(ValueOptions.Features)] = property => ReadFeatures(reader, property, mdp),
            [nameof(ValueOptions.FeatureOrder)] = null,
            [nameof(ValueOptions.FeatureWidth)] = null,
            [nameof(ValueOptions.FeatureBounds)] = null,
        });
        TableFeatures.CheckLattice(reader, options.Centres);
        return options;
    }

    /// <summary>The features of options that were read without an error.</summary>
    /// <param name="options">The options.</param>
    /// <param name="mdp">The environment.</param>
    public static ValueFeatures FeaturesOf(ValueOptions options, FiniteMdp mdp) => options.Features?.Word switch
    {
        null => ValueFeatures.Of(options.Features!.Value.Matrix(mdp.States)!),
        "coordinates" => ValueFeatures.Of(StateFeatures.Affine(mdp.Grid!)),
        "radial" => ValueFeatures.Of(StateFeatures.Radial(mdp.Grid!, options.Centres[0], options.Centres[1], options.Width)),
        "random" => ValueFeatures.Random(mdp.States, options.FeatureCount, options.FeatureInstance),
        _ => ValueFeatures.Table(mdp.States),
    };

    private static WordOrNumbers ReadFeatures(OptionReader reader, OptionProperty property, FiniteMdp? mdp)
    {
        string allowed = $"finite numbers [{mdp?.States}][m], m the same everywhere";
        if (TableFeatures.Given(reader, property.Key, given => mdp is null || given.Matrix(mdp.States) is not null, allowed) is { } array)
            return array;
        string word = reader.Choice(
            property.Key, "one-hot", ["one-hot", "coordinates", "radial", "random"], property.Attribute.Meaning,
            TableFeatures.Offered(mdp, "one-hot", "random"));
        if (word is "coordinates" or "radial") TableFeatures.NeedGrid(reader, property.Key, mdp, "\"one-hot\" | \"random\"");
        return WordOrNumbers.Of(word);
    }
}
