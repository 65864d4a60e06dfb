using FedPG.Federation.Agents;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Execution;
using FedPG.Federation.Families;
using FedPG.Federation.Setup;
using FedPG.Federation.States;
using FedPG.Federation.Threads;
using FedPG.Policies;
using FedPG.Policies.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation;

/// <summary>
/// The policies that serve the agents of a run: the common one, each agent's own, or those that agents have tuned since the last round
/// (section <c>personalise</c>). They are read off the state of server and agents, which stays as it is. Not thread-safe.
/// </summary>
internal sealed class ServedPolicies(
    TrainingSetup experiment, Algorithm algorithm, ExecutionOptions execution, ParameterLayout layout, IFederationAgents agents,
    ServerState server, Evaluator evaluator, WorkerPool pool) : IDisposable
{
    private readonly TensorFormat _format = new(experiment.Dtype, execution.Device);
    private TunedPolicies? _tuned;
    private Evaluator? _ownEvaluator;

    /// <summary>
    /// What judges them: the evaluator of the run, unless they are tuned ones in the place of a common one, whose optimum is the mean of
    /// agents' own.
    /// </summary>
    public Evaluator Evaluator => _tuned is null || experiment.OwnPolicies
        ? evaluator
        : _ownEvaluator ??= ProblemFamily.Of(experiment.Environment).CreateEvaluator(
            experiment with { OwnPolicies = true }, experiment.CreatePolicy(_format), pool);

    /// <summary>Whether agents have tuned their policies since the last round.</summary>
    public bool IsPersonalised => _tuned is not null;

    /// <summary>Transitions that the tuning sampled; 0 without it.</summary>
    public long EnvSteps => _tuned?.EnvSteps ?? 0;

    /// <summary>Trajectories that the tuning sampled; 0 without it, and where the estimator does not say how many.</summary>
    public long Trajectories => _tuned?.Trajectories ?? 0;

    /// <summary>
    /// Has agents tune their policies, where the experiment says so and they have not. The tuned policies serve until they are forgotten.
    /// </summary>
    /// <param name="roundsDone">t, which names the randomness.</param>
    /// <param name="cancellation">Ends it between two steps, without a trace.</param>
    /// <returns>Whether it was done.</returns>
    /// <exception cref="DivergedException">Parameters stopped being finite.</exception>
    public bool Personalise(int roundsDone, CancellationToken cancellation)
    {
        if (_tuned is not null) return true;
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = OwnRows() ?? server.Theta.unsqueeze(0).expand(agents.Count, -1);
        int block = execution.BlockSizeFor(agents.Count, (long)layout.Length * _format.ElementSize);
        _tuned = new Personaliser(experiment, _format, roundsDone).Run(rows, agents.States(), block, pool, cancellation);
        return _tuned is not null;
    }

    /// <summary>Serves by the state of the run again: before a round, which goes on from there.</summary>
    public void Forget()
    {
        _tuned?.Rows.Dispose();
        _tuned = null;
    }

    /// <summary>
    /// The parameters that serve each agent, [N, d]: tuned ones, its own, or thetabar with its personal ones behind it. Null where thetabar
    /// serves all agents, and where agents are at sites that keep theirs to themselves.
    /// </summary>
    /// <returns>A tensor of the caller's dispose scope.</returns>
    public Tensor? OwnRows()
    {
        if (_tuned is not null) return _tuned.Rows.clone();
        bool personal = layout.PersonalLength > 0;
        if (agents is IOwnObjectives || (!personal && algorithm.OwnParameters is null)) return null;
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        AgentStates states = agents.States();
        Tensor shared = algorithm.OwnParameters is { } name
            ? RowsOf(BlockState.AgentsPrefix + name)
            : server.Theta.unsqueeze(0).expand(agents.Count, -1);
        return (personal ? cat([shared, RowsOf(BlockState.Personal)], 1) : shared.clone()).MoveToOuterDisposeScope();

        Tensor RowsOf(string state) => cat([.. states.Rows.Single(rows => rows.Name == state).Pieces]);
    }

    /// <summary><see cref="OwnRows"/> in double precision, [N][d].</summary>
    public double[][]? OwnParameters()
    {
        using DisposeScope scope = NewDisposeScope();
        return OwnRows() is not { } rows ? null
            : [.. rows.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray().Chunk(layout.Length)];
    }

    /// <summary>Evaluates the policies that serve the agents now.</summary>
    /// <param name="temperature">The current tau; null for an experiment without entropy.</param>
    public EvaluationResult Evaluate(double? temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        return Evaluator.Evaluate(server.Theta, temperature, OwnRows());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _ownEvaluator?.Dispose();
    }
}
