using FedPG.Envs.Episodic;
using FedPG.Federation.Agents;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using FedPG.Federation.Families;
using FedPG.Federation.Threads;
using FedPG.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Cluster.Worker;

/// <summary>
/// What a policy is worth to a site's own agents: the only thing that a site says of it is one number and its standard error.
/// </summary>
internal sealed class SiteEvaluation : IDisposable
{
    private readonly WorkerPool _pool = new(1);
    private readonly Evaluator _evaluator;
    private readonly string? _own;

    public SiteEvaluation(WorkerSession session, BlockRange range)
    {
        var whole = (EpisodicEnvironment)session.Experiment.Environment;
        string[] names = [.. whole.AgentNames.Skip(range.First).Take(range.Count)];
        var own = new EpisodicEnvironment(whole.Name, whole.Discount, names, agent => whole.Create(range.First + agent), whole.RewardRange,
            whole.StepLimit);
        _own = session.OwnParameters;
        Policy policy = session.Experiment.CreatePolicy(session.Format);
        policy.Serve(range.First, range.Count);
        // Agents of other sites have other episodes, so that the errors of sites are independent.
        long seed = (session.Experiment.Seed + range.First) & ((1L << 53) - 1);
        _evaluator = ProblemFamily.Of(own).CreateEvaluator(
            session.Experiment with { Environment = own, Seed = seed }, policy, _pool);
    }

    /// <summary>The mean objective of the block's agents, at their own parameters where they have some.</summary>
    /// <param name="block">The block.</param>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    public (double Objective, double? Error) Evaluate(AgentBlock block, Tensor theta, double? temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        EvaluationResult evaluation = _evaluator.Evaluate(theta, temperature, OwnRows(block, theta));
        return evaluation.Error is null ? (evaluation.Objective, evaluation.ObjectiveError) : throw new RefusedException(evaluation.Error);
    }

    /// <summary>The parameters that serve the block's agents, [n, d]; null where thetabar serves all.</summary>
    private Tensor? OwnRows(AgentBlock block, Tensor theta)
    {
        Tensor? own = _own is null ? null : BlockState.Of(block).Single(state => state.Name == BlockState.AgentsPrefix + _own).Value;
        if (block.Personal is not { } personal) return own;
        return personal.Join(own ?? theta.unsqueeze(0).expand(block.Count, -1)).clone();
    }

    public void Dispose()
    {
        _evaluator.Dispose();
        _pool.Dispose();
    }
}
