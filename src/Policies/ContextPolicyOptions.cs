using FedPG.Core.Options;
using FedPG.Envs;

namespace FedPG.Policies;

/// <summary>Options of policies that can be told of the agent that they act for.</summary>
public abstract record ContextPolicyOptions : PersonalPolicyOptions
{
    /// <summary>
    /// What the policy is told of the agent: nothing (the default), its index, or its task. <see cref="TaskContext.Task"/> needs an
    /// environment that says what its agents' tasks are.
    /// </summary>
    [Option("what the policy is told of the agent that it acts for: nothing, its index, or its task")]
    public TaskContext Context { get; init; }

    /// <summary>
    /// What learns the values that estimators with a critic need: a network of its own, or one more output of the policy's network; null
    /// (the default) for a network of its own where the estimator needs values, and for none elsewhere.
    /// </summary>
    [Option("what learns values: nothing, a network of its own, or one more output of the policy's network")]
    public CriticKind? Critic { get; init; }

    /// <summary>
    /// Whether observations are shifted and scaled by running statistics of an agent's own rollouts, which are parameters without a
    /// gradient and are averaged with the others; false by default. For episodic environments and estimators with a critic, which keep
    /// them.
    /// </summary>
    [Option("whether observations are shifted and scaled by running statistics, which estimators with a critic keep")]
    public bool Normalise { get; init; }

    /// <summary>Notes an error where the environment says nothing of tasks, and the policy is to be told of them.</summary>
    /// <param name="reader">The section.</param>
    /// <param name="environment">The environment; null where it had errors itself.</param>
    internal void Check(OptionReader reader, FederatedEnvironment? environment)
    {
        if (Context == TaskContext.Task && environment is { Tasks: null })
            reader.Reject(
                "context", $"{environment.Name} does not say what tells its agents' tasks apart; allowed there: \"none\" | \"agent\"");
    }
}
