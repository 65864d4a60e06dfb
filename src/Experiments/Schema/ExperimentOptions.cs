using System.Reflection;
using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Schedules;

namespace FedPG.Experiments.Schema;

/// <summary>What one kind of policy, estimator or algorithm reads.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Summary">One line.</param>
/// <param name="Options">What it reads, in order.</param>
internal sealed record NamedOptions(string Name, string Summary, IReadOnlyList<OptionInfo> Options);

/// <summary>
/// The options of all that is registered, asked of what reads them: for the JSON schema and for the pages of reference. Stateless.
/// </summary>
internal static class ExperimentOptions
{
    /// <summary>Those of the kinds of policies.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<NamedOptions> OfPolicies(ExperimentReader reader) =>
    [
        .. reader.Catalog.Policies.Entries.Zip(ExperimentSchema.PoliciesOf(reader), (kind, own) =>
            new NamedOptions(kind.Kind, kind.Summary, With(own.Described, kind.OptionsType))),
    ];

    /// <summary>Those of the estimators.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<NamedOptions> OfEstimators(ExperimentReader reader) =>
    [
        .. ExperimentSchema.AllEstimators(reader).Zip(ExperimentSchema.EstimatorsOf(reader), (kind, own) =>
            new NamedOptions(kind.Name, kind.Summary, With(own.Described, kind.Defaults.GetType()))),
    ];

    /// <summary>Those of the algorithms.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<NamedOptions> OfAlgorithms(ExperimentReader reader) =>
    [
        .. reader.Catalog.Algorithms.Entries.Zip(ExperimentSchema.AlgorithmsOf(reader), (kind, own) =>
            new NamedOptions(kind.Name, kind.Summary, With(own.Described, kind.OptionsType))),
    ];

    /// <summary>Those of the objects within the section of an algorithm, each with the words that it may begin with.</summary>
    public static IReadOnlyList<(string Key, string Word, IReadOnlyList<NamedOptions> Kinds)> OfObjects() =>
    [
        ("localStepSize", "schedule", Variants(typeof(StepSize))),
        ("participation", "kind", Variants(typeof(Participation))),
        ("stragglers", "", [new NamedOptions("", "", OptionRecord.Describe(new StragglerOptions()))]),
    ];

    private static IReadOnlyList<NamedOptions> Variants(Type type) =>
    [
        .. type.GetCustomAttribute<OptionVariantsAttribute>()!.Variants.Select(variant => new NamedOptions(
            variant.GetCustomAttribute<WordAttribute>()!.Word, "", OptionRecord.Describe(Activator.CreateInstance(variant)!))),
    ];

    /// <summary>Those of a record that other code reads follow, with what they mean.</summary>
    private static IReadOnlyList<OptionInfo> With(IReadOnlyList<OptionInfo> described, Type record) =>
    [
        .. described,
        .. OptionProperty.Of(record).Where(option => described.All(known => known.Key != option.Key))
            .Select(option => new OptionInfo(option.Key, "", "", option.Attribute.Meaning)),
    ];
}
