using FedPG.Core.Options;
using FedPG.Experiments.Reading;

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
        .. reader.Catalog.Policies.Entries.Zip(
            ExperimentSchema.PoliciesOf(reader), (kind, own) => new NamedOptions(kind.Kind, kind.Summary, own.Described)),
    ];

    /// <summary>Those of the estimators.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<NamedOptions> OfEstimators(ExperimentReader reader) =>
    [
        .. ExperimentSchema.AllEstimators(reader).Zip(
            ExperimentSchema.EstimatorsOf(reader), (kind, own) => new NamedOptions(kind.Name, kind.Summary, own.Described)),
    ];

    /// <summary>Those of the algorithms.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<NamedOptions> OfAlgorithms(ExperimentReader reader) =>
    [
        .. reader.Catalog.Algorithms.Entries.Zip(
            ExperimentSchema.AlgorithmsOf(reader), (kind, own) => new NamedOptions(kind.Name, kind.Summary, own.Described)),
    ];
}
