using FedPG.Core.Metrics;
using FedPG.Envs.Returns;
using FedPG.Federation.Estimators;
using FedPG.Federation.Setup;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>
/// The estimators of an experiment with a curriculum: each stage has one, in its own environment, and a batch goes to that of its round.
/// Which it is follows from the round alone, so replays and resumed runs find it again. Thread-safe.
/// </summary>
internal sealed class StagedEstimators : IEstimatorFactory
{
    private readonly IReadOnlyList<(CurriculumStage Stage, IEstimatorFactory Factory)> _stages;
    private readonly IEstimatorFactory _last;

    private StagedEstimators(TrainingSetup experiment) => (_stages, _last) = (
        [.. experiment.Curriculum.Select(stage => (stage, experiment.Gradient.Prepare(stage.Environment)))],
        experiment.Gradient.Prepare(experiment.Environment));

    /// <summary>The estimators of an experiment.</summary>
    /// <param name="experiment">The experiment, with a curriculum or without.</param>
    public static IEstimatorFactory Of(TrainingSetup experiment) =>
        experiment.Curriculum.Count == 0 ? experiment.Gradient.Prepare(experiment.Environment) : new StagedEstimators(experiment);

    /// <inheritdoc/>
    public IGradientEstimator Create(EstimatorSetup setup)
    {
        IGradientEstimator[] all =
        [
            .. _stages.Select(of => of.Factory.Create(setup with { Environment = of.Stage.Environment })), _last.Create(setup),
        ];
        int[] until = [.. _stages.Select(of => of.Stage.UntilRound)];
        return all[^1] switch
        {
            IRolloutLearner => new StagedLearner(all, until),
            IBatchEstimator => new StagedBatches(all, until),
            _ => new StagedEstimator(all, until),
        };
    }
}

/// <summary>What the estimators of all stages keep: those whose rounds are over keep where they stopped.</summary>
/// <param name="Stage">Their states, one a stage.</param>
internal sealed record StagedState(IReadOnlyList<object> Stage);

/// <summary>The estimators of a block, a stage each.</summary>
/// <param name="stages">One a stage, the last for all rounds after the curriculum.</param>
/// <param name="until">The first round that is no longer a stage's; one less than there are stages.</param>
internal class StagedEstimator(IReadOnlyList<IGradientEstimator> stages, IReadOnlyList<int> until) : IGradientEstimator
{
    /// <summary>The estimator of the latest batch.</summary>
    protected IGradientEstimator Current { get; private set; } = stages[0];

    /// <inheritdoc/>
    public long EnvSteps => stages.Sum(stage => stage.EnvSteps);

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => Current.Rollouts;

    /// <inheritdoc/>
    public object State { get; } = new StagedState([.. stages.Select(stage => stage.State)]);

    /// <inheritdoc/>
    public GradientBatch? Batch => stages[^1].Batch;

    /// <inheritdoc/>
    public int Trajectories => stages[^1].Trajectories;

    /// <inheritdoc/>
    public string? ErrorOf(int row) => Current.ErrorOf(row);

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions) =>
        Of(batch).Directions(rows, sameRows, batch, directions);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IGradientEstimator stage in stages) stage.Dispose();
    }

    /// <summary>The estimator of a batch.</summary>
    protected IGradientEstimator Of(BatchKey batch)
    {
        int k = 0;
        while (k < until.Count && batch.Round >= until[k]) k++;
        return Current = stages[k];
    }
}

/// <summary>The same where a batch serves several steps.</summary>
internal sealed class StagedBatches(IReadOnlyList<IGradientEstimator> stages, IReadOnlyList<int> until)
    : StagedEstimator(stages, until), IBatchEstimator
{
    /// <inheritdoc/>
    public SurrogateBatch Collect(Tensor rows, Tensor server, bool sameRows, BatchKey batch) =>
        ((IBatchEstimator)Of(batch)).Collect(rows, server, sameRows, batch);
}

/// <summary>The same where a local step is a rollout with its updates.</summary>
internal sealed class StagedLearner(IReadOnlyList<IGradientEstimator> stages, IReadOnlyList<int> until)
    : StagedEstimator(stages, until), IRolloutLearner
{
    /// <inheritdoc/>
    public int Updates => Learner.Updates;

    private IRolloutLearner Learner => (IRolloutLearner)Current;

    /// <inheritdoc/>
    public void Play(Tensor rows, BatchKey batch) => ((IRolloutLearner)Of(batch)).Play(rows, batch);

    /// <inheritdoc/>
    public void Gradient(int update, Tensor rows, BatchKey batch, Tensor gradients) =>
        ((IRolloutLearner)Of(batch)).Gradient(update, rows, batch, gradients);

    /// <inheritdoc/>
    public void Adapt(Tensor rows, bool[]? active) => Learner.Adapt(rows, active);

    /// <inheritdoc/>
    public void Report(MetricRecorder metrics, bool[]? active) => Learner.Report(metrics, active);
}
