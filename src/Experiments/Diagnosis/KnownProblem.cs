using FedPG.Envs;
using FedPG.Envs.Derivatives;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Federation.Setup;
using FedPG.Policies;
using FedPG.Policies.LinearQuadratic;
using FedPG.Policies.Tabular;
using FedPG.Policies.Tabular.Exact;
using static TorchSharp.torch;

namespace FedPG.Experiments.Diagnosis;

/// <summary>
/// An experiment's problem at one entropy weight, as far as it is known exactly: what constants and local laws are computed from. In double precision,
/// whatever the experiment's own is. One thread at a time.
/// </summary>
public abstract class KnownProblem : IDisposable
{
    /// <summary>The mean J, Eq. (3), with the entropy term where tau is above 0.</summary>
    public abstract IDifferentiableObjective Mean { get; }

    /// <summary>N.</summary>
    public abstract int Agents { get; }

    /// <summary>J*, the least mean that any policy reaches; null where unknown.</summary>
    public abstract double? Optimum { get; }

    /// <summary>An agent's J_i; it lives as long as this object.</summary>
    /// <param name="agent">i, in [0, N).</param>
    public abstract IDifferentiableObjective Agent(int agent);

    /// <summary>grad_K J, the expectation of the truncated estimate, below Eq. (5).</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    /// <param name="gradient">The gradient, [d], overwritten.</param>
    public abstract void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient);

    /// <summary>The problem of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="temperature">tau.</param>
    /// <returns>null for an environment that is known by its trajectories alone, and for parameters that policy gradients do not train.</returns>
    public static KnownProblem? Of(TrainingSetup experiment, double temperature)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        Policy policy = experiment.CreatePolicy(new TensorFormat(ScalarType.Float64, CPU));
        switch (experiment.Environment, policy)
        {
            case (FiniteMdp mdp, TabularPolicy { TakesGradients: true } finite):
                return new FiniteProblem(mdp, experiment.Objective, finite, temperature);
            case (LinearQuadraticProblem problem, LinearPolicy linear):
                using (linear) return new LinearQuadratic(problem, linear.StandardDeviation);
            default:
                policy.Dispose();
                return null;
        }
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>grad J(theta) of the mean, [d].</summary>
    /// <param name="theta">theta, [d].</param>
    public double[] Gradient(ReadOnlySpan<double> theta)
    {
        double[] gradient = new double[theta.Length];
        Mean.Gradient(theta, gradient);
        return gradient;
    }

    /// <summary>grad_K J - grad J of the mean, [d].</summary>
    /// <param name="theta">theta, [d].</param>
    /// <param name="horizon">K, at least 1.</param>
    public double[] TruncationError(ReadOnlySpan<double> theta, int horizon)
    {
        double[] error = new double[theta.Length];
        TruncatedGradient(theta, horizon, error);
        Lanczos.AddMultiple(error, -1, Gradient(theta));
        return error;
    }

    private sealed class FiniteProblem(FiniteMdp mdp, Objective objective, TabularPolicy policy, double temperature) : KnownProblem
    {
        private readonly FederatedObjective _objective = new(mdp, objective, policy, temperature);
        private readonly Lazy<double?> _optimum = new(() => OptimumOf(mdp, objective, temperature));

        public override IDifferentiableObjective Mean => _objective;

        public override int Agents => _objective.Count;

        public override double? Optimum => _optimum.Value;

        public override IDifferentiableObjective Agent(int agent) => _objective.Agent(agent);

        public override void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient) =>
            _objective.TruncatedGradient(theta, horizon, gradient);

        public override void Dispose() => _objective.Dispose();

        private static double? OptimumOf(FiniteMdp mdp, Objective objective, double temperature)
        {
            if (!mdp.SharesKernel) return null;
            AgentMdp average = mdp.AverageAgent();
            var evaluation = new ExactEvaluation(average.Kernel, mdp.Discount);
            double[] costs = objective.Costs(average);
            OptimalPolicy plain = Envs.Tabular.Exact.Optimum.Of(evaluation, costs, mdp.Initial);
            return temperature == 0 ? plain.Value : Envs.Tabular.Exact.Optimum.Regularised(evaluation, costs, mdp.Initial, temperature, plain).Value;
        }
    }

    /// <summary>The linear policy has no entropy term: its entropy is a constant.</summary>
    private sealed class LinearQuadratic(LinearQuadraticProblem problem, double standardDeviation) : KnownProblem
    {
        private readonly IDifferentiableObjective _mean = problem.MeanObjective(standardDeviation);

        public override IDifferentiableObjective Mean => _mean;

        public override int Agents => problem.Agents.Count;

        public override double? Optimum => problem.SharesDynamics ? problem.Optimum(problem.AverageAgent(), standardDeviation) : null;

        public override IDifferentiableObjective Agent(int agent) => problem.ObjectiveOf(problem.Agents[agent], standardDeviation);

        public override void TruncatedGradient(ReadOnlySpan<double> theta, int horizon, Span<double> gradient)
        {
            var truncated = new LinearQuadraticProblem(problem.Name, problem.Discount, horizon, problem.StartCovariance, problem.InitialGain, problem.Agents);
            truncated.MeanObjective(standardDeviation).Gradient(theta, gradient);
        }

        public override void Dispose()
        {
            // Nothing is held.
        }
    }
}
