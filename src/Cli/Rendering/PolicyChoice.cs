using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Cli.Rendering;

/// <summary>What <c>--policy</c> may name: <c>optimal</c>, <c>random</c>, or the folder of a run.</summary>
public static class PolicyChoice
{
    /// <summary>The best policy.</summary>
    public const string Optimal = "optimal";

    /// <summary>All actions equally likely.</summary>
    public const string Random = "random";

    /// <summary>The subject that an environment and a choice make.</summary>
    /// <param name="configured">The environment.</param>
    /// <param name="agent">Whose it is; null for the first, or, for the best policy of agents that share their dynamics, for all together.</param>
    /// <param name="choice">What was given; null for none.</param>
    /// <param name="errors">Where faults are noted.</param>
    /// <returns>The subject; null when anything was noted.</returns>
    public static Subject? Read(ConfiguredEnvironment configured, int? agent, string? choice, List<ValidationError> errors)
    {
        ArgumentNullException.ThrowIfNull(configured);
        ArgumentNullException.ThrowIfNull(errors);
        int before = errors.Count;
        FederatedEnvironment instance = configured.Build();
        if (agent is { } index && (index < 0 || index >= configured.Agents))
            errors.Add(new ValidationError("--agent", "", $"{index}", configured.Agents == 1 ? "must be 0: there is one agent; --agents N makes more" : $"must be a whole number from 0 to {configured.Agents - 1}"));
        if (errors.Count > before) return null;
        var plain = new Subject(instance, agent ?? 0, "", null, configured.Definition.StepLimit);
        return choice switch
        {
            null => plain,
            Random when instance is FiniteMdp mdp => plain with { PolicyName = "the random policy", Policy = FiniteMdpSolver.OfAgent(mdp, plain.Agent, Objective.Reward).UniformPolicy() },
            Random => plain with { PolicyName = "random actions" },
            Optimal when instance is FiniteMdp mdp => Best(plain, mdp, alone: agent is not null),
            Optimal => Refused(errors, $"the best policy is known where states can be listed, and those of {instance.Name} cannot; \"{Random}\" can be shown"),
            _ => OfRun(plain, choice, errors),
        };
    }

    private static Subject Best(Subject plain, FiniteMdp mdp, bool alone)
    {
        bool together = !alone && mdp.SharesKernel && mdp.Agents.Count > 1;
        FiniteMdpSolver solver = together ? FiniteMdpSolver.OfAverage(mdp, Objective.Reward) : FiniteMdpSolver.OfAgent(mdp, plain.Agent, Objective.Reward);
        return plain with { PolicyName = together ? "the best common policy" : "the optimal policy", Policy = solver.Optimum().Policy, Together = together };
    }

    private static Subject? OfRun(Subject plain, string folder, List<ValidationError> errors)
    {
        if (!Directory.Exists(folder)) return Refused(errors, $"must be \"{Optimal}\", \"{Random}\" or the folder of a run", folder);
        if (RunPolicy.Read(folder, "--policy", errors) is not { } run) return null;
        if (run.Act is not null) return OfObservations(plain, run, folder, errors);
        if (plain.Mdp is not { } mdp) return Refused(errors, $"holds a policy over listed states, and those of {plain.Instance.Name} cannot be listed", folder);
        var trained = (FiniteMdp)run.Environment;
        if ((trained.States, trained.Actions) != (mdp.States, mdp.Actions))
        {
            return Refused(errors, $"holds a policy over {trained.States} states and {trained.Actions} actions, and {mdp.Name} has {mdp.States} and {mdp.Actions}; "
                + "give the options of the run's environment with --set", folder);
        }
        return plain with { PolicyName = run.Name, Policy = run.Table };
    }

    /// <summary>A policy on observations acts wherever they look the same, so it can be shown under other dynamics than it was trained with.</summary>
    private static Subject? OfObservations(Subject plain, RunPolicy run, string folder, List<ValidationError> errors)
    {
        (EpisodicEnvironment trained, EpisodicEnvironment shown) = (EpisodicEnvironment.Of(run.Environment), EpisodicEnvironment.Of(plain.Instance));
        if (Spaces(trained) != Spaces(shown)) return Refused(errors, $"holds a policy for {Spaces(trained)}, and {plain.Instance.Name} has {Spaces(shown)}", folder);
        return plain with { PolicyName = run.Name, Act = run.Act };

        static string Spaces(EpisodicEnvironment environment) => $"observations {environment.ObservationSpace} and actions {environment.ActionSpace}";
    }

    private static Subject? Refused(List<ValidationError> errors, string reason, string? value = null)
    {
        errors.Add(new ValidationError("--policy", "", value, reason));
        return null;
    }
}
