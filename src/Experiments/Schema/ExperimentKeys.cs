using FedPG.Core.Options;
using FedPG.Experiments.Reading;
using FedPG.Federation.Estimators;

namespace FedPG.Experiments.Schema;

/// <summary>The key paths that experiment files may have, without those of environments' options. Loads no natives. Stateless.</summary>
internal static class ExperimentKeys
{
    /// <summary>All paths, each once, such as <c>federation.rounds</c>.</summary>
    /// <param name="reader">The reader of the files.</param>
    public static IReadOnlyList<string> Of(ExperimentReader reader)
    {
        IEnumerable<string> root = Keys(typeof(TrainingOptions)).Append(CurriculumReader.Key);
        IEnumerable<string> environment = ["id", "agents", "options", "mdp", "stepped"];
        IEnumerable<string> policy = reader.Catalog.Policies.Entries.SelectMany(definition => Keys(definition.OptionsType)).Append("kind");
        IEnumerable<EstimatorDefinition> estimators = reader.Catalog.Estimators.Entries
            .Concat(reader.Catalog.Algorithms.Entries.SelectMany(algorithm => algorithm.OwnEstimators ?? []));
        IEnumerable<string> gradient = estimators.SelectMany(definition => Keys(definition.Defaults.GetType())).Append("estimator");
        IEnumerable<string> federation = reader.Catalog.Algorithms.Entries.SelectMany(definition => Keys(definition.OptionsType))
            .Append("algorithm");
        return
        [
            .. root
                .Concat(environment.Select(key => $"environment.{key}")).Concat(policy.Select(key => $"policy.{key}"))
                .Concat(gradient.Select(key => $"gradient.{key}")).Concat(federation.Select(key => $"federation.{key}"))
                .Distinct(),
        ];
    }

    /// <summary>The paths whose last key is a word, but for case and separators.</summary>
    /// <param name="reader">The reader of the files.</param>
    /// <param name="word">The word, such as local-steps.</param>
    public static IEnumerable<string> EndingWith(ExperimentReader reader, string word)
    {
        string letters = Letters(word);
        return letters.Length == 0 ? [] : Of(reader).Where(path => Letters(path[(path.LastIndexOf('.') + 1)..]) == letters);
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    private static IEnumerable<string> Keys(Type options) => OptionProperty.Of(options).Select(option => option.Key);
}
