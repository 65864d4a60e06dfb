using System.Text.Json.Nodes;
using FedPG.Core.Options;
using FedPG.Envs.Derivatives;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>One agent of a linear-quadratic problem: x' = A x + B u, paid -(x'Qx + u'Ru).</summary>
/// <param name="Name">What the agent is called in logs and files.</param>
/// <param name="A">The drift, [m, m]; the same object for agents that share dynamics.</param>
/// <param name="B">The control, [m, k]; the same object for agents that share dynamics.</param>
/// <param name="Q">The cost of the state, [m, m], symmetric and positive semidefinite.</param>
/// <param name="R">The cost of the control, [k, k], symmetric and positive definite.</param>
public sealed record LinearQuadraticAgent(string Name, Matrix<double> A, Matrix<double> B, Matrix<double> Q, Matrix<double> R);

/// <summary>
/// N linear-quadratic problems over the same states x (m numbers) and controls u (k numbers): x_{t+1} = A x_t + B u_t, reward -(x'Q_i x +
/// u'R_i u), x_0 with covariance S_0 and mean 0. In the paper's setting A and B are shared and only the costs differ. Immutable and safe to
/// share between threads.
/// </summary>
public sealed class LinearQuadraticProblem : FederatedEnvironment
{
    /// <summary>Creates the problem.</summary>
    /// <param name="name">A name for logs.</param>
    /// <param name="discount">gamma in [0, 1].</param>
    /// <param name="steps">The steps of an episode; 0 for an infinite horizon.</param>
    /// <param name="startCovariance">S_0, [m, m].</param>
    /// <param name="initialGain">K_0, [k, m], which policies start from.</param>
    /// <param name="agents">At least one, all of the same sizes.</param>
    /// <exception cref="ArgumentException">Sizes disagree, a number is out of range, or there are no agents.</exception>
    public LinearQuadraticProblem(
        string name, double discount, int steps, Matrix<double> startCovariance, Matrix<double> initialGain,
        IReadOnlyList<LinearQuadraticAgent> agents)
        : base(name, discount, [.. (agents ?? throw new ArgumentNullException(nameof(agents))).Select(a => a.Name)])
    {
        ArgumentNullException.ThrowIfNull(startCovariance);
        ArgumentNullException.ThrowIfNull(initialGain);
        if (!(discount >= 0 && discount <= 1)) throw new ArgumentException($"discount {discount} is not in [0, 1]", nameof(discount));
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        (Steps, StartCovariance, InitialGain, Agents) = (steps, startCovariance, initialGain, agents);
        (States, Controls) = (startCovariance.RowCount, initialGain.RowCount);
        foreach (LinearQuadraticAgent agent in agents)
        {
            bool fits = Is(agent.A, States, States) && Is(agent.B, States, Controls)
                && Is(agent.Q, States, States) && Is(agent.R, Controls, Controls);
            if (!fits)
                throw new ArgumentException($"agent {agent.Name} does not have {States} states and {Controls} controls", nameof(agents));
        }
        if (!Is(startCovariance, States, States) || !Is(initialGain, Controls, States))
        {
            throw new ArgumentException(
                $"the start covariance or the initial gain do not have {States} states and {Controls} controls", nameof(initialGain));
        }
        SharesDynamics = agents.All(a => ReferenceEquals(a.A, agents[0].A) && ReferenceEquals(a.B, agents[0].B));
    }

    /// <summary>The environment as a linear-quadratic problem; null where it is of another kind.</summary>
    /// <param name="environment">The environment; null where it is not known.</param>
    public static LinearQuadraticProblem? Find(FederatedEnvironment? environment) => environment as LinearQuadraticProblem;

    /// <summary>m, the numbers of a state.</summary>
    public int States { get; }

    /// <summary>k, the numbers of a control.</summary>
    public int Controls { get; }

    /// <summary>The steps of an episode; 0 for an infinite horizon.</summary>
    public int Steps { get; }

    /// <summary>S_0 = E x_0 x_0', [m, m].</summary>
    public Matrix<double> StartCovariance { get; }

    /// <summary>K_0, [k, m].</summary>
    public Matrix<double> InitialGain { get; }

    /// <summary>The N agents.</summary>
    public IReadOnlyList<LinearQuadraticAgent> Agents { get; }

    /// <summary>Whether all agents move by one A and B, so that the mean objective is that of the mean costs.</summary>
    public bool SharesDynamics { get; }

    /// <inheritdoc/>
    public override string Size => $"{States} states, {Controls} controls";

    /// <inheritdoc/>
    public override NumberRange RewardRange => new(double.NegativeInfinity, 0);

    /// <inheritdoc/>
    public override bool? AgentsShareDynamics => SharesDynamics;

    /// <inheritdoc/>
    public override Func<int, IEnvironment> Stepping => agent => new LinearQuadraticEpisodes(this, agent);

    /// <inheritdoc/>
    public override int? StepLimit => Steps > 0 ? Steps : null;

    /// <summary>
    /// Random actions do not stabilise a system: x grows as rho^t, with rho the largest absolute eigenvalue of the agents' A, and costs as
    /// its square. The bound is where the growth of costs reaches 1e200, with room for what they begin with; null where no system grows.
    /// </summary>
    public override int? RandomSteps
    {
        get
        {
            double radius = Agents.Select(a => a.A).Distinct().Max(a => a.Evd().EigenValues.AbsoluteMaximum().Magnitude);
            double steps = 200 * Math.Log(10) / (2 * Math.Log(radius));
            return radius > 1 && steps < int.MaxValue ? Math.Max(1, (int)steps) : null;
        }
    }

    /// <summary>The agent of Proposition 1's average problem: the shared dynamics with the mean of the costs.</summary>
    /// <exception cref="InvalidOperationException">The agents' dynamics differ, so there is no average problem.</exception>
    public LinearQuadraticAgent AverageAgent()
    {
        if (!SharesDynamics) throw new InvalidOperationException("agents with different dynamics have no average problem");
        return Agents[0] with { Name = "average", Q = Mean(a => a.Q), R = Mean(a => a.R) };
    }

    /// <summary>J_i as a function of the gain, in terms of cost.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="standardDeviation">sigma of the policy u = -K x + sigma eps.</param>
    public LinearQuadraticObjective ObjectiveOf(LinearQuadraticAgent agent, double standardDeviation) =>
        Steps == 0
            ? new InfiniteHorizonObjective(this, agent, standardDeviation)
            : new FiniteHorizonObjective(this, agent, standardDeviation);

    /// <summary>The mean of all agents' objectives.</summary>
    /// <param name="standardDeviation">sigma of the policy u = -K x + sigma eps.</param>
    public IDifferentiableObjective MeanObjective(double standardDeviation) => SharesDynamics
        ? ObjectiveOf(AverageAgent(), standardDeviation)
        : new MeanObjective([.. Agents.Select(a => ObjectiveOf(a, standardDeviation))]);

    /// <summary>
    /// The smallest cost that any gain reaches for an agent, by the (discounted) Riccati equation. It is null for a finite horizon, where
    /// the best constant gain is not known. It is also null where the initial gain does not keep the agent's cost finite, and where the
    /// costs are too large for the equation to be solved in float64.
    /// </summary>
    public double? Optimum(LinearQuadraticAgent agent, double standardDeviation)
    {
        if (Steps > 0 || OptimalGain(agent) is not { } gain) return null;
        double cost = ObjectiveOf(agent, standardDeviation).Value(gain.Transpose().ToColumnMajorArray());
        return double.IsFinite(cost) ? cost : null;
    }

    /// <summary>The gain that reaches the optimum; null where it is unknown.</summary>
    public Matrix<double>? OptimalGain(LinearQuadraticAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        double root = Math.Sqrt(Discount);
        return Steps > 0 ? null : MatrixEquations.Riccati(root * agent.A, root * agent.B, agent.Q, agent.R, InitialGain)?.Gain;
    }

    /// <summary>Whether a gain, row by row, keeps the cost of every agent finite.</summary>
    public bool IsFiniteAt(ReadOnlySpan<double> gain)
    {
        if (Steps > 0) return true;
        Matrix<double> k = GainOf(gain);
        return Agents.DistinctBy(a => (a.A, a.B)).All(a => MatrixEquations.IsStable(Math.Sqrt(Discount) * (a.A - (a.B * k))));
    }

    /// <summary>What to tell a user whose gain has an infinite cost.</summary>
    /// <param name="name">What to call the gain.</param>
    public string UnstableGain(string name)
    {
        string matrix = $"A - B {name}{(Discount == 1 ? "" : ", times the root of discount,")}";
        return $"must keep the cost finite: the eigenvalues of {matrix} must lie inside the unit circle for every agent";
    }

    /// <inheritdoc/>
    public override JsonObject Facts()
    {
        double? best = SharesDynamics ? Optimum(AverageAgent(), 0) : null;
        return new JsonObject
        {
            ["states"] = States,
            ["controls"] = Controls,
            ["steps"] = Steps,
            ["sharesDynamics"] = SharesDynamics,
            ["initialCost"] = MeanObjective(0).Value(InitialGain.Transpose().ToColumnMajorArray()),
            ["bestReturn"] = new JsonObject
            {
                ["average"] = -best,
                ["agents"] = Steps > 0 ? null : new JsonArray([.. Agents.Select(a => (JsonNode?)(-Optimum(a, 0)))]),
            },
        };
    }

    /// <summary>A row of parameters as the gain [k, m].</summary>
    internal Matrix<double> GainOf(ReadOnlySpan<double> theta) => Matrix<double>.Build.DenseOfRowMajor(Controls, States, theta.ToArray());

    private Matrix<double> Mean(Func<LinearQuadraticAgent, Matrix<double>> of) =>
        Agents.Select(of).Aggregate((sum, next) => sum + next) / Agents.Count;

    private static bool Is(Matrix<double> matrix, int rows, int columns) => matrix.RowCount == rows && matrix.ColumnCount == columns;
}
