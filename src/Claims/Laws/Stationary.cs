using FedPG.Envs.Derivatives;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Experiments;
using FedPG.Policies.Tabular.Exact;

namespace FedPG.Claims.Laws;

/// <summary>The minimum of the agents' mean objective, where it is known in closed form, and the objectives around it.</summary>
internal sealed class Stationary : IDisposable
{
    private readonly IReadOnlyList<IDifferentiableObjective> _agents;
    private readonly IDisposable? _owned;

    private Stationary(IDifferentiableObjective objective, IReadOnlyList<IDifferentiableObjective> agents, double[] theta,
        IDisposable? owned) =>
        (Objective, _agents, Theta, _owned) = (objective, agents, theta, owned);

    /// <summary>theta*, [d].</summary>
    public double[] Theta { get; }

    /// <summary>J, the mean over agents.</summary>
    public IDifferentiableObjective Objective { get; }

    /// <summary>The local model at theta*.</summary>
    public LocalModel Model => ModelAt(Theta);

    /// <summary>The local model somewhere else.</summary>
    public LocalModel ModelAt(double[] theta) => LocalModel.At(_agents, theta);

    /// <summary>
    /// theta* of the entropy-regularised problem with a shared kernel and a tabular policy: the logarithm of the soft optimal policy.
    /// </summary>
    public static Stationary SoftOptimum(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        FiniteMdp mdp = experiment.Mdp;
        AgentMdp average = mdp.AverageAgent();
        OptimalPolicy soft = Optimum.Regularised(
            new ExactEvaluation(average.Kernel, mdp.Discount), experiment.Objective.Costs(average), mdp.Initial, experiment.Entropy.At(0));
        FederatedObjective objective = Objectives.Of(experiment);
        return new Stationary(objective, [.. Enumerable.Range(0, objective.Count).Select(objective.Agent)],
            [.. soft.Policy.Select(p => Math.Log(p))], objective);
    }

    /// <summary>The optimal gain of a linear-quadratic problem: the Riccati equation of the mean costs.</summary>
    public static Stationary Riccati(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var problem = (LinearQuadraticProblem)experiment.Environment;
        double[] theta = problem.OptimalGain(problem.AverageAgent())!.ToRowMajorArray();
        return new Stationary(problem.MeanObjective(0), [.. problem.Agents.Select(a => problem.ObjectiveOf(a, 0))], theta, owned: null);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();
}
