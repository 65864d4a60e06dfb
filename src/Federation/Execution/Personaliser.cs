using FedPG.Core.Options;
using FedPG.Federation.Agents;
using FedPG.Federation.Estimators;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Setup;
using FedPG.Federation.States;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Execution;

/// <summary>Policies that agents have tuned by themselves.</summary>
/// <param name="Rows">The parameters that serve each agent, [N, d]; whoever has the record disposes them.</param>
/// <param name="EnvSteps">Transitions sampled on the way.</param>
/// <param name="Trajectories">Trajectories sampled on the way.</param>
internal sealed record TunedPolicies(Tensor Rows, long EnvSteps, long Trajectories);

/// <summary>
/// Has every agent take k steps theta_i &lt;- theta_i - eta ghat_i(theta_i) by itself, from the policy that serves it, with the run's
/// estimator and local optimiser. It is a function of what agents have kept and of the round, so it changes nothing of a run, and its bits
/// depend on no thread and no block. Stateless.
/// </summary>
/// <param name="setup">The experiment.</param>
/// <param name="format">The type of tensors and where they live.</param>
/// <param name="round">T, the rounds that are done: random numbers are those of local steps of round T, which training did not use.</param>
internal sealed class Personaliser(TrainingSetup setup, TensorFormat format, int round)
{
    private const string Steps = "personalise.steps";
    private readonly PersonaliseOptions _options = setup.Personalise;
    private readonly IEstimatorFactory _estimators = setup.Gradient.Prepare(setup.Environment);

    /// <summary>Refuses agents that only their sites could personalise.</summary>
    /// <exception cref="InvalidInputException">Steps are asked for, and the agents' environments are at sites.</exception>
    /// <param name="setup">The experiment.</param>
    /// <param name="sites">The sites; null for agents whose environments are here.</param>
    public static void Require(TrainingSetup setup, IOwnObjectives? sites)
    {
        if (setup.Personalise.Steps == 0 || sites is null) return;
        throw RefusedAtSites(setup.Name, setup.Personalise.Steps);
    }

    /// <summary>What is said where agents are pinned to sites.</summary>
    /// <param name="source">Where the steps were asked for.</param>
    /// <param name="steps">How many.</param>
    public static InvalidInputException RefusedAtSites(string source, long steps) => new(new ValidationError(
        source, Steps, $"{steps}",
        "must be 0 where agents are pinned to sites: their environments are there alone, and sites take no steps after the last round"));

    /// <summary>Takes the steps.</summary>
    /// <param name="rows">The parameters that serve each agent, [N, d]; not changed.</param>
    /// <param name="states">What agents keep; what their estimators keep goes on from there, and is not changed.</param>
    /// <param name="blockSize">Agents a block.</param>
    /// <param name="pool">The threads.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <returns>The policies; null where it was cancelled.</returns>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public TunedPolicies? Run(Tensor rows, AgentStates states, int blockSize, WorkerPool pool, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> kept = states.Rows.Where(own => own.Name.StartsWith(BlockState.Estimators, StringComparison.Ordinal))
            .ToDictionary(own => own.Name, own => cat([.. own.Pieces]));
        Tensor tuned = rows.clone();
        BlockRange[] blocks = [.. BlockRange.Of((int)rows.shape[0], blockSize)];
        (long EnvSteps, long Trajectories)[] spent = new (long, long)[blocks.Length];
        pool.Run(blocks.Length, b =>
        {
            using DisposeScope own = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor theta = tuned.narrow(0, blocks[b].First, blocks[b].Count), moved = theta.clone();
            spent[b] = Tune(blocks[b], moved, kept, cancellation);
            theta.copy_(moved);
        });
        if (cancellation.IsCancellationRequested) return null;
        return new TunedPolicies(tuned.DetachFromDisposeScope(), spent.Sum(s => s.EnvSteps), spent.Sum(s => s.Trajectories));
    }

    private (long EnvSteps, long Trajectories) Tune(
        BlockRange block, Tensor theta, Dictionary<string, Tensor> kept, CancellationToken cancellation)
    {
        using Policy policy = setup.CreatePolicy(format);
        policy.Serve(block.First, block.Count);
        using IGradientEstimator estimator = _estimators.Create(new EstimatorSetup(
            setup.Environment, policy, block.First, block.Count, setup.Objective, setup.Entropy, setup.Seed));
        foreach ((string name, Tensor value) in StateTensors.Of(estimator.State))
            value.copy_(kept[BlockState.Estimators + name].narrow(0, block.First, block.Count));
        int first = _options.PersonalOnly && policy.Layout.PersonalLength > 0 ? policy.Layout.SharedLength : 0;
        Tensor directions = zeros_like(theta), own = theta.narrow(1, first, theta.shape[1] - first).clone();
        using var optimizer = new LocalOptimizer(setup.Federation.LocalOptimizer with { State = LocalOptimizerState.Kept }, own);
        long trajectories = 0;
        for (int k = 0; k < _options.Steps && !cancellation.IsCancellationRequested; k++)
        {
            using DisposeScope step = NewDisposeScope();
            var batch = new BatchKey(round, k);
            trajectories += (long)block.Count * estimator.Trajectories;
            if (estimator is IRolloutLearner learner)
            {
                learner.Play(theta, batch);
                for (int u = 0; u < learner.Updates; u++)
                {
                    using DisposeScope update = NewDisposeScope();
                    learner.Gradient(u, theta, batch, directions);
                    Descend();
                }
                // Statistics of observations are shared parameters.
                if (first == 0) learner.Adapt(theta, null);
                own.copy_(theta.narrow(1, first, own.shape[1]));
            }
            else
            {
                estimator.Directions(theta, sameRows: false, batch, directions);
                Descend();
            }
            ThrowIfDiverged(block, theta, estimator, k);
        }
        return (estimator.EnvSteps, trajectories);

        void Descend()
        {
            Tensor along = directions.narrow(1, first, own.shape[1]).clone();
            if (optimizer.Settings.IsPlain) own.sub_(along.Scale(_options.LocalStepSize));
            else optimizer.Step(own, along, _options.LocalStepSize, null);
            theta.narrow(1, first, own.shape[1]).copy_(own);
        }
    }

    private void ThrowIfDiverged(BlockRange block, Tensor theta, IGradientEstimator estimator, int step)
    {
        if (theta.AllFinite()) return;
        int row = Enumerable.Range(0, block.Count).First(i => !theta.select(0, i).AllFinite());
        string why = estimator.ErrorOf(row) ?? "its parameters are no longer finite";
        throw new DivergedException(
            round, $"agent {setup.Environment.AgentNames[block.First + row]}",
            $"{why} after {step + 1} steps of personalise, of personalise.localStepSize");
    }
}
