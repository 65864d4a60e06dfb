using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Scenes;
using FedPG.Envs.Tabular;
using FedPG.Experiments.Reading;
using FedPG.Experiments.Runs;
using FedPG.Policies;
using FedPG.Policies.LinearQuadratic;
using TorchSharp;

namespace FedPG.Experiments.Scenes;

/// <summary>
/// The trained policy of a run folder, as pictures and episodes need it: a table of probabilities, or what acts on observations.
/// </summary>
/// <param name="Name">What the policy is called.</param>
/// <param name="Environment">The environment of the run.</param>
/// <param name="TableOf">From the agent to pi(a|s), [S, A] row by row, where states are listed; else null.</param>
/// <param name="ActOf">
/// From the agent to what chooses actions from observations (<see cref="SceneSubject.Act"/>) where they are not; else null.
/// </param>
internal sealed record ShownPolicy(
    string Name, FederatedEnvironment Environment, Func<int, double[]>? TableOf, Func<int, Func<double[], int, double[]>>? ActOf)
{
    /// <summary>
    /// The agents that the policy is told of, 0 to N - 1; null (the default) where it is told of none, and is the same for any.
    /// </summary>
    public int? ToldAgents { get; init; }

    /// <summary>Reads what a run ended with.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="source">The option or argument that named the folder, as faults call it.</param>
    /// <param name="errors">Where faults are noted.</param>
    /// <returns>The policy; null when anything was noted.</returns>
    public static ShownPolicy? Read(string folder, string source, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            return Of(StoredPolicy.Read(folder, ExperimentReader.Default, source), source);
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors);
            return null;
        }
    }

    /// <summary>A stored policy.</summary>
    /// <param name="stored">The policy.</param>
    /// <param name="source">The option or argument that named its folder, as faults call it.</param>
    /// <exception cref="InvalidInputException">Nothing steps or shows its environment.</exception>
    public static ShownPolicy Of(StoredPolicy stored, string source)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Experiment experiment = stored.Experiment;
        string name = $"{experiment.AlgorithmName}, {experiment.PolicyKind}, {stored.Rounds} rounds";
        FederatedEnvironment environment = experiment.Environment;
        if (FiniteMdp.Find(environment) is { } mdp)
            return new ShownPolicy(name, mdp, stored.Probabilities, null) { ToldAgents = stored.ToldAgents() };
        if (EpisodicEnvironment.Find(environment) is { } episodic)
        {
            return new ShownPolicy(name, episodic, null, agent => ObservationActor.Of(stored, episodic, agent))
            {
                ToldAgents = stored.ToldAgents(),
            };
        }
        if (LinearQuadraticProblem.Find(environment) is { } problem)
        {
            return new ShownPolicy(name + Noise(experiment), problem, null, agent => (x, _) => Control(stored.ParametersOf(agent), x))
            {
                ToldAgents = stored.OwnRows?.Count,
            };
        }
        throw new InvalidInputException(new ValidationError(
            source, "", stored.Folder, $"holds a policy for {environment.Name}, which cannot be shown"));
    }

    /// <summary>What a run trained, in its own environment: what <c>fedpg eval RUN_DIR --render</c> shows.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="agent">Whose rewards and dynamics are shown, 0 to N - 1.</param>
    /// <param name="source">The argument that named the folder, as faults call it.</param>
    /// <param name="errors">Where faults are noted.</param>
    /// <returns>The subject; null when anything was noted.</returns>
    public static SceneSubject? SubjectOf(string folder, int agent, string source, List<ValidationError> errors) =>
        Read(folder, source, errors)?.SubjectOf(agent, errors);

    /// <summary>The policy in the environment of its run.</summary>
    /// <param name="agent">Whose rewards and dynamics are shown, 0 to N - 1.</param>
    /// <param name="errors">Where a fault is noted.</param>
    /// <returns>The subject; null when anything was noted.</returns>
    public SceneSubject? SubjectOf(int agent, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        int agents = Environment.AgentNames.Count;
        if (agent < 0 || agent >= agents)
        {
            string allowed = agents == 1 ? "must be 0: the run has one agent" : $"must be a whole number from 0 to {agents - 1}";
            errors.Add(new ValidationError("--agent", "", $"{agent}", allowed));
            return null;
        }
        return new SceneSubject(Environment, agent, ExperimentCatalog.Default.Environments.Find(Environment.Name))
        {
            PolicyName = Name, Policy = TableOf?.Invoke(agent), Act = ActOf?.Invoke(agent),
        };
    }

    /// <summary>u = -K x; the noise of a Gaussian policy is for trying things out and is left out.</summary>
    private static double[] Control(double[] gain, double[] x)
    {
        double[] u = new double[gain.Length / x.Length];
        for (int j = 0; j < u.Length; j++)
        {
            for (int i = 0; i < x.Length; i++) u[j] -= gain[(j * x.Length) + i] * x[i];
        }
        return u;
    }

    private static string Noise(Experiment experiment)
    {
        using var policy = (LinearPolicy)experiment.CreatePolicy(new TensorFormat(experiment.Dtype, torch.CPU));
        return policy.StandardDeviation > 0 ? ", its noise left out" : "";
    }
}
