using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Scenes;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Experiments.Scenes;

/// <summary>What <c>--policy</c> may name: <c>optimal</c>, <c>random</c>, or the folder of a run.</summary>
internal static class PolicyChoice
{
    /// <summary>The best policy.</summary>
    public const string Optimal = "optimal";

    /// <summary>All actions equally likely.</summary>
    public const string Random = "random";

    /// <summary>The subject that an environment and a choice make.</summary>
    /// <param name="configured">The environment.</param>
    /// <param name="agent">
    /// Whose it is; null for the first, or, for the best policy of agents that share their dynamics, for all together.
    /// </param>
    /// <param name="choice">What was given; null for none.</param>
    /// <param name="errors">Where errors are noted.</param>
    /// <returns>The subject; null when anything was noted.</returns>
    public static SceneSubject? Read(ConfiguredEnvironment configured, int? agent, string? choice, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(configured);
        ArgumentNullException.ThrowIfNull(errors);
        if (agent is { } index && (index < 0 || index >= configured.Agents))
        {
            string allowed = configured.Agents == 1
                ? "must be 0: there is one agent; --agents N makes more" : $"must be a whole number from 0 to {configured.Agents - 1}";
            errors.Add(new ValidationError("--agent", "", $"{index}", allowed));
            return null;
        }
        FederatedEnvironment environment = configured.Build();
        var plain = new SceneSubject(environment, agent ?? 0, configured.Definition);
        FiniteMdp? table = FiniteMdp.Find(environment);
        return choice switch
        {
            null => plain,
            Random when table is { } mdp => plain with { PolicyName = "the random policy", Policy = Uniform(mdp, plain.Agent) },
            Random => plain with { PolicyName = "random actions" },
            Optimal when table is { } mdp => Best(plain, mdp, alone: agent is not null),
            Optimal => Refused(errors, "the best policy is known where states can be listed, "
                + $"and those of {environment.Name} cannot; \"{Random}\" can be shown"),
            _ => OfRun(plain, choice, errors),
        };
    }

    private static double[] Uniform(FiniteMdp mdp, int agent) => FiniteMdpSolver.OfAgent(mdp, agent, Objective.Reward).UniformPolicy();

    private static SceneSubject Best(SceneSubject plain, FiniteMdp mdp, bool alone)
    {
        bool together = !alone && mdp.SharesKernel && mdp.Agents.Count > 1;
        FiniteMdpSolver solver = together
            ? FiniteMdpSolver.OfAverage(mdp, Objective.Reward) : FiniteMdpSolver.OfAgent(mdp, plain.Agent, Objective.Reward);
        string name = together ? "the best common policy" : "the optimal policy";
        return plain with { PolicyName = name, Policy = solver.Optimum().Policy, Together = together };
    }

    private static SceneSubject? OfRun(SceneSubject plain, string folder, List<ValidationError> errors)
    {
        if (!Directory.Exists(folder)) return Refused(errors, $"must be \"{Optimal}\", \"{Random}\" or the folder of a run", folder);
        if (ShownPolicy.Read(folder, "--policy", errors) is not { } run) return null;
        if (run.ToldAgents <= plain.Agent)
        {
            return Refused(errors, $"holds a policy that is told of agents 0 to {run.ToldAgents - 1}, and agent {plain.Agent} is to be "
                + "shown; name one of them by --agent", folder);
        }
        if (run.ActOf is not null) return OfObservations(plain, run, folder, errors);
        string name = plain.Environment.Name;
        if (FiniteMdp.Find(plain.Environment) is not { } mdp)
            return Refused(errors, $"holds a policy over listed states, and those of {name} cannot be listed", folder);
        var trained = (FiniteMdp)run.Environment;
        if ((trained.States, trained.Actions) != (mdp.States, mdp.Actions))
        {
            return Refused(errors,
                $"holds a policy over {trained.States} states and {trained.Actions} actions, and {name} has {mdp.States} "
                + $"and {mdp.Actions}; give the options of the run's environment with --set", folder);
        }
        return plain with { PolicyName = run.Name, Policy = run.TableOf!(plain.Agent) };
    }

    /// <summary>
    /// A policy on observations acts wherever they look the same, so it can be shown under other dynamics than it was trained with.
    /// </summary>
    private static SceneSubject? OfObservations(SceneSubject plain, ShownPolicy run, string folder, List<ValidationError> errors)
    {
        (string trained, string shown) = (Spaces(run.Environment), Spaces(plain.Environment));
        return trained == shown
            ? plain with { PolicyName = run.Name, Act = run.ActOf!(plain.Agent) }
            : Refused(errors, $"holds a policy for {trained}, and {plain.Environment.Name} has {shown}", folder);

        static string Spaces(FederatedEnvironment environment)
        {
            EpisodicEnvironment episodic = EpisodicEnvironment.Of(environment);
            return $"observations {episodic.ObservationSpace} and actions {episodic.ActionSpace}";
        }
    }

    private static SceneSubject? Refused(List<ValidationError> errors, string reason, string? value = null)
    {
        errors.Add(new ValidationError("--policy", "", value, reason));
        return null;
    }
}
