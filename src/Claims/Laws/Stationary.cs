using FedPG.Envs;
using FedPG.Envs.Exact;
using FedPG.Federation.Experiment;
using FedPG.Policies.Exact;

namespace FedPG.Claims.Laws;

/// <summary>The agents' exact objectives of an experiment on a finite MDP with a tabular policy, and the stationary point that runs end in.</summary>
public sealed class Stationary : IDisposable
{
    private readonly FederatedObjective _objective;

    private Stationary(FederatedObjective objective, double[] theta) => (_objective, Theta) = (objective, theta);

    /// <summary>theta*, [d].</summary>
    public double[] Theta { get; }

    /// <summary>J, the mean over agents.</summary>
    public FederatedObjective Objective => _objective;

    /// <summary>J(theta*).</summary>
    public double Value => _objective.Value(Theta);

    /// <summary>The local model at theta*.</summary>
    public LocalModel Model => LocalModel.At([.. Enumerable.Range(0, _objective.Count).Select(_objective.Agent)], Theta);

    /// <summary>theta* of the entropy-regularised problem with a shared kernel: the logarithm of the soft optimal policy.</summary>
    public static Stationary SoftOptimum(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        FiniteMdp mdp = experiment.Mdp;
        AgentMdp average = mdp.AverageAgent();
        OptimalPolicy soft = Optimum.Regularised(
            new ExactEvaluation(average.Kernel, mdp.Discount), experiment.Objective.Costs(average), mdp.Initial, experiment.Entropy.At(0));
        return new Stationary(Objectives.Of(experiment), [.. soft.Policy.Select(p => Math.Log(p))]);
    }

    /// <inheritdoc/>
    public void Dispose() => _objective.Dispose();
}
