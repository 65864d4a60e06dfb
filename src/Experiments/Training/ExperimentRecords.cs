using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;

namespace FedPG.Experiments.Training;

/// <summary>An experiment given as option records: they are read as the document that they stand for, by the reader of files.</summary>
internal static class ExperimentRecords
{
    /// <summary>The records as the document of an experiment, read.</summary>
    public static Experiment Read(
        FederatedEnvironment environment, PolicyOptions policy, GradientOptions gradient, AlgorithmOptions algorithm,
        TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(algorithm);
        JsonObject document = OptionRecord.ToJson(options);
        document["environment"] = GivenEnvironment.Section(environment);
        document["policy"] = Named("kind", policy.Kind, policy);
        document["gradient"] = Named("estimator", gradient.Estimator, gradient);
        document["federation"] = Named("algorithm", algorithm.Algorithm, algorithm);
        return ExperimentReader.Default.Read(
            JsonSerializer.SerializeToElement(document), nameof(FederatedTrainer), Environment.CurrentDirectory, [], environment);
    }

    private static JsonObject Named(string key, string name, object options)
    {
        JsonObject section = OptionRecord.ToJson(options);
        section.Insert(0, key, name);
        return section;
    }
}
