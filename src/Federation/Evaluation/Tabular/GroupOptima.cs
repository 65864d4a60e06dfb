using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Federation.Evaluation.Tabular;

/// <summary>
/// The optima of groups of agents that one policy serves: of each group's average MDP, and their mean weighted by the groups' sizes. A
/// group with different kernels has no average MDP, so nothing is known then. One thread at a time.
/// </summary>
internal sealed class GroupOptima
{
    private readonly FiniteMdp _mdp;
    private readonly Objective _objective;
    private readonly AgentGroups _groups;
    private readonly OptimalPolicy?[] _starts;
    private double? _regularised;
    private double _temperature = double.NaN;

    /// <summary>Computes the plain optima.</summary>
    /// <param name="mdp">All agents' MDPs.</param>
    /// <param name="objective">How rewards become costs.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="average">The optimum of the average MDP of all agents; null where there is none.</param>
    /// <param name="own">Each agent's own optimum, [N]; null where that takes too long.</param>
    public GroupOptima(FiniteMdp mdp, Objective objective, AgentGroups groups, double? average, double[]? own)
    {
        (_mdp, _objective, _groups, _starts) = (mdp, objective, groups, new OptimalPolicy?[groups.Count]);
        Plain = Mean(g => groups[g] switch
        {
            [{ Agents: [int alone] }] => own?[alone],
            [{ Agents.Length: int count }] when count == mdp.Agents.Count => average,
            [_] => StartOf(g).Value,
            _ => null,
        });
    }

    /// <summary>Without an entropy term; null where unknown.</summary>
    public double? Plain { get; }

    /// <summary>With an entropy term; null where unknown.</summary>
    /// <param name="temperature">tau.</param>
    public double? Regularised(double temperature)
    {
        if (temperature == 0 || Plain is null) return Plain;
        if (temperature != _temperature)
        {
            // Always from the same start: the result may depend on tau alone, or a resumed run would write other bits.
            _regularised = Mean(g =>
                Optimum.Regularised(_groups[g][0].Evaluation, CostsOf(g), _mdp.Initial, temperature, StartOf(g)).Value);
            _temperature = temperature;
        }
        return _regularised;
    }

    private OptimalPolicy StartOf(int group) => _starts[group] ??= Optimum.Of(_groups[group][0].Evaluation, CostsOf(group), _mdp.Initial);

    /// <summary>The costs of a group's average MDP, [S, A].</summary>
    private double[] CostsOf(int group)
    {
        int[] agents = _groups[group][0].Agents;
        if (agents.Length == 1) return _objective.Costs(_mdp.Agents[agents[0]]);
        var alone = new FiniteMdp(_mdp.Name, _mdp.Discount, _mdp.Initial, [.. agents.Select(i => _mdp.Agents[i])]);
        return _objective.Costs(alone.AverageAgent());
    }

    /// <summary>The mean over agents of a number of each group.</summary>
    private double? Mean(Func<int, double?> valueOf)
    {
        if (_groups.Count == 1) return valueOf(0);
        double sum = 0;
        for (int g = 0; g < _groups.Count; g++)
        {
            if (valueOf(g) is not { } value) return null;
            sum += value * _groups[g].Sum(part => part.Agents.Length);
        }
        return sum / _mdp.Agents.Count;
    }
}
