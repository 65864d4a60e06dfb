using FedPG.Federation.Setup;
using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Federation.Rows;
using FedPG.Federation.States;
using FedPG.Policies;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>Neighbouring agents.</summary>
/// <param name="First">The index of the first.</param>
/// <param name="Count">Their number.</param>
internal readonly record struct BlockRange(int First, int Count)
{
    /// <summary>All agents in blocks of one size, but for the last, which may be smaller.</summary>
    /// <param name="agents">N.</param>
    /// <param name="size">The size, a power of two, so that each block is a subtree of <see cref="RowSums"/>.</param>
    public static IReadOnlyList<BlockRange> Of(int agents, int size)
    {
        var blocks = new List<BlockRange>();
        for (int first = 0; first < agents; first += size) blocks.Add(new BlockRange(first, Math.Min(size, agents - first)));
        return blocks;
    }
}

/// <summary>Makes the blocks of an experiment, here or on another machine. Thread-safe.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="algorithm">Its algorithm.</param>
/// <param name="format">The type of tensors and where they live.</param>
internal sealed class BlockFactory(TrainingSetup experiment, Algorithm algorithm, TensorFormat format)
{
    private readonly IEstimatorFactory _estimators = StagedEstimators.Of(experiment);
    private readonly TouchedColumns? _touched = TouchedColumns.Of(experiment, format);

    /// <summary>A new block, at the start of a run. It has received nothing yet.</summary>
    public AgentBlock Create(BlockRange range)
    {
        using var noGrad = no_grad();
        Policy policy = experiment.CreatePolicy(format);
        policy.Serve(range.First, range.Count);
        IGradientEstimator estimator = _estimators.Create(new EstimatorSetup(
            experiment.Environment, policy, range.First, range.Count, experiment.Objective, experiment.Entropy, experiment.Seed));
        AgentBlock block = algorithm.NewBlock(range.First, range.Count, policy, estimator);
        block.Messages = experiment.Federation.Messages;
        if (!algorithm.StepsAtServer) block.UseOptimizer(experiment.Federation.LocalOptimizer);
        block.Touched = _touched?.RowsOf(range);
        if (policy.Layout.PersonalLength == 0) return block;
        double[] common = experiment.StartOf(policy);
        double[][] own = [.. Enumerable.Range(range.First, range.Count).Select(agent => experiment.PersonalStartOf(policy, common, agent))];
        FederationOptions federation = experiment.Federation;
        block.Personal = new PersonalRows(
            policy, estimator,
            new PersonalTraining(federation.Personal, federation.LocalSteps, federation.LocalStepSize, federation.LocalOptimizer), own);
        return block;
    }
}

/// <summary>
/// The tensors that a block keeps from round to round, by name: those of the algorithm's record, those of the estimator's, and the agents'
/// personal parameters.
/// </summary>
internal static class BlockState
{
    /// <summary>What comes before the names of an algorithm's own state and of estimators', and the name of personal parameters.</summary>
    public const string AgentsPrefix = "agents/", Estimators = "oracle/", Personal = "personal/" + nameof(PersonalState.Parameters);

    /// <summary>The tensors themselves, rows [n, ...].</summary>
    public static IEnumerable<(string Name, Tensor Value)> Of(AgentBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        foreach ((string name, Tensor value) in StateTensors.Of(block.StateRecord)) yield return (AgentsPrefix + name, value);
        foreach ((string name, Tensor value) in StateTensors.Of(block.EstimatorState)) yield return (Estimators + name, value);
        foreach ((string name, Tensor value) in StateTensors.Of(block.Optimizer.State)) yield return ($"optimizer/{name}", value);
        if (block.Personal is not { } personal) yield break;
        foreach ((string name, Tensor value) in StateTensors.Of(personal.State)) yield return ($"personal/{name}", value);
        foreach ((string name, Tensor value) in StateTensors.Of(personal.Optimizer.State))
            yield return ($"personal/optimizer/{name}", value);
    }
}
