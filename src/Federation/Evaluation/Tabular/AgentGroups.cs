using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Federation.Evaluation.Tabular;

/// <summary>Agents that share a kernel and a policy, so that one factorisation evaluates them.</summary>
/// <param name="Evaluation">The solver of the kernel.</param>
/// <param name="Agents">Their indices, ascending.</param>
internal sealed record KernelGroup(ExactEvaluation Evaluation, int[] Agents);

/// <summary>Agents in groups that one policy serves, and each group by its kernels. One thread at a time: groups share solvers.</summary>
internal sealed class AgentGroups
{
    private readonly KernelGroup[][] _groups;
    private readonly ExactEvaluation[] _ofAgent;

    /// <summary>Groups agents.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="groups">The agents that one policy serves, every agent once.</param>
    public AgentGroups(FiniteMdp mdp, IReadOnlyList<int[]> groups)
    {
        Kernels = ByKernel(mdp, [.. Enumerable.Range(0, mdp.Agents.Count)], kernel => new ExactEvaluation(kernel, mdp.Discount));
        _ofAgent = new ExactEvaluation[mdp.Agents.Count];
        foreach (KernelGroup kernel in Kernels)
        {
            foreach (int i in kernel.Agents) _ofAgent[i] = kernel.Evaluation;
        }
        var known = Kernels.ToDictionary(kernel => mdp.Agents[kernel.Agents[0]].Kernel, kernel => kernel.Evaluation, Comparer);
        _groups = [.. groups.Select(agents => ByKernel(mdp, agents, kernel => known[kernel]))];
    }

    /// <summary>The number of groups.</summary>
    public int Count => _groups.Length;

    /// <summary>All agents by their kernels.</summary>
    public KernelGroup[] Kernels { get; }

    private static IEqualityComparer<TransitionKernel> Comparer => ReferenceEqualityComparer.Instance;

    /// <summary>The agents of a group by their kernels.</summary>
    public KernelGroup[] this[int group] => _groups[group];

    /// <summary>Every agent in a group of its own.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    public static int[][] OneEach(FiniteMdp mdp) => [.. Enumerable.Range(0, mdp.Agents.Count).Select(i => new[] { i })];

    /// <summary>An agent as a group of its own.</summary>
    public KernelGroup Alone(int agent) => new(_ofAgent[agent], [agent]);

    private static KernelGroup[] ByKernel(FiniteMdp mdp, int[] agents, Func<TransitionKernel, ExactEvaluation> evaluationOf) =>
        [.. agents.GroupBy(i => mdp.Agents[i].Kernel, Comparer).Select(group => new KernelGroup(evaluationOf(group.Key), [.. group]))];
}
