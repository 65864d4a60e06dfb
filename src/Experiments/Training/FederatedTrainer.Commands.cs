using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Federation;
using FedPG.Federation.Agents;
using FedPG.Federation.Execution;

namespace FedPG.Experiments.Training;

/// <content>What commands use beyond what programs do: <c>train</c>, <c>compare</c>, <c>sweep</c> go through the same door.</content>
public sealed partial class FederatedTrainer
{
    /// <summary>A trainer of a command, which gives its folder by an option.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="folderSource">The option that named the folder, as messages call it.</param>
    internal FederatedTrainer(Experiment experiment, string folder, ExecutionOptions execution, string folderSource) =>
        (_reader, Experiment, _folder, _execution, _folderSource) = (ExperimentReader.Default, experiment, folder, execution, folderSource);

    /// <summary>Goes on with the run of a folder; null where it is finished.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="environment">The environment, where a program made it by hand; else null.</param>
    /// <param name="changes">Whether files that the run has read may have another content now; null where not.</param>
    /// <exception cref="InvalidInputException">The folder is no run folder, is in use, or its files do not fit together.</exception>
    internal static FederatedTrainer? Continue(
        string folder, ExecutionOptions execution, FederatedEnvironment? environment = null, ResumeChanges? changes = null)
    {
        ExperimentReader reader = ExperimentReader.Default;
        var sinks = new RoundSinks();
        TrainingRun? run = TrainingRun.Resume(folder, reader, _ => execution, sinks, TimeProvider.System, environment, changes);
        return run is null ? null : new FederatedTrainer(reader, run, sinks, execution);
    }

    /// <summary>
    /// A run of a series, whose folder nobody else writes to: goes on with it, or starts it, also where it was killed before its experiment
    /// was there. Null where it is finished.
    /// </summary>
    /// <param name="read">Reads its experiment; called only where it is started.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="execution">How to use this machine.</param>
    /// <param name="sink">Takes the report of every round.</param>
    /// <param name="changes">What is to be otherwise where it goes on; null for nothing.</param>
    /// <exception cref="InvalidInputException">The folder is in use, or its files do not fit together.</exception>
    internal static FederatedTrainer? ContinueOrStart(
        Func<Experiment> read, string folder, ExecutionOptions execution, IRoundSink sink, ResumeChanges? changes = null)
    {
        FederatedTrainer? trainer;
        if (File.Exists(Path.Combine(folder, RunFolder.ExperimentFile)))
        {
            trainer = Continue(folder, execution, changes: changes);
        }
        else
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            trainer = new FederatedTrainer(read(), folder, execution, RunFolder.Out);
        }
        trainer?.AddSink(sink);
        return trainer;
    }

    /// <summary>
    /// Runs the rounds that are left, for a caller who wants no policy: none is made. What comes before the first round is done first.
    /// </summary>
    /// <param name="cancellationToken">Ends training at the next round boundary.</param>
    /// <param name="seconds">Ends it at the first round boundary after so much time; null for no limit.</param>
    /// <returns>The summary.</returns>
    /// <exception cref="DivergedException">Parameters, gradients or the objective stopped being finite.</exception>
    internal RunSummary RunToEnd(CancellationToken cancellationToken, double? seconds = null) =>
        Alone(() => Open().Run(cancellationToken, seconds));

    /// <summary>The run; started, its folder included, where it was not.</summary>
    /// <exception cref="InvalidInputException">The folder cannot be used.</exception>
    internal TrainingRun Open() => _run ??= _folder is null
        ? TrainingRun.StartWithoutFolder(Experiment, _execution, _sinks, TimeProvider.System)
        : TrainingRun.Start(Experiment, _execution, _folder, SoftwareVersions.ToJson(), _sinks, TimeProvider.System, _folderSource);
}
