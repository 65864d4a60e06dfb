using System.Text;
using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>A finite MDP that is stepped: what is estimated of it can be compared with what is known.</summary>
internal sealed class TableEnvironment(FiniteMdp mdp, int agent) : IEnvironment
{
    private EpisodeRandom _random;
    private int _state;

    public Space ObservationSpace { get; } = new Discrete(mdp.States);

    public Space ActionSpace { get; } = new Discrete(mdp.Actions);

    public static EpisodicEnvironment Of(FiniteMdp mdp, int agents, Func<int, int> agentOf, int? stepLimit = null) =>
        new("table", mdp.Discount, [.. Enumerable.Range(0, agents).Select(i => $"agent-{i}")], i => new TableEnvironment(mdp, agentOf(i)),
            mdp.RewardRange, stepLimit);

    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        double left = _random.NextDouble();
        for (_state = 0; _state < mdp.States - 1; _state++)
        {
            left -= mdp.Initial[_state];
            if (left < 0) break;
        }
        observation[0] = _state;
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (mdp.Terminal[_state]) throw new InvalidOperationException("a step after the end");
        int row = (_state * mdp.Actions) + (int)action[0];
        ReadOnlySpan<int> next = mdp.Agents[agent].Kernel.Next(row);
        ReadOnlySpan<double> probabilities = mdp.Agents[agent].Kernel.Probabilities(row);
        double left = _random.NextDouble();
        int k = 0;
        for (; k < next.Length - 1; k++)
        {
            left -= probabilities[k];
            if (left < 0) break;
        }
        _state = next[k];
        observation[0] = _state;
        return new StepResult(mdp.Agents[agent].Rewards[row], mdp.Terminal[_state]);
    }
}

/// <summary>
/// One step with a continuous action: the reward is -(a - target)^2 summed over the numbers of the action, which must lie in the box.
/// </summary>
internal sealed class TargetEnvironment(double target, Box actions) : IEnvironment
{
    private double _observed;

    public Space ObservationSpace { get; } = Box.Of(1, -1, 1);

    public Space ActionSpace => actions;

    public static EpisodicEnvironment Of(double target, Box actions, int agents = 1) =>
        new("target", 1, [.. Enumerable.Range(0, agents).Select(i => $"agent-{i}")], _ => new TargetEnvironment(target, actions),
            NumberRange.Any, stepLimit: 1);

    public void Reset(long seed, Span<double> observation) => observation[0] = _observed = new EpisodeRandom(seed).Uniform(-1, 1);

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        if (!actions.Contains(action)) throw new InvalidOperationException($"an action outside {actions}");
        observation[0] = _observed;
        double reward = 0;
        foreach (double a in action) reward -= (a - target) * (a - target);
        return new StepResult(reward, Terminated: false);
    }
}

/// <summary>Experiments on environments that are stepped.</summary>
internal static class RolloutTesting
{
    public const string Tiny = """
        {
          "name": "tiny-pole", "seed": 5, "dtype": "float32", "objective": "regret",
          "environment": { "id": "CartPole-v1", "agents": 5, "options": { "discount": 0.95, "heterogeneity": 1 } },
          "policy": { "kind": "neural-softmax", "hidden": [7, 5] },
          "gradient": { "estimator": "gpomdp", "horizon": 40, "trajectories": 3, "baseline": "leave-one-out" },
          "federation": { "algorithm": "fast-fedpg", "rounds": 3, "localSteps": 2, "localStepSize": 0.01 },
          "evaluateEvery": 1, "evaluationEpisodes": 3, "checkpointEvery": 2
        }
        """;

    public static Experiment Experiment(params string[] assignments) =>
        ExperimentReader.Default.Read(JsonDocuments.Parse(Encoding.UTF8.GetBytes(Tiny), "tiny.json"), "tiny.json",
            Environment.CurrentDirectory, assignments);

    /// <summary>Logits that are a table: one weight for each state and action on one-hot observations, and a bias.</summary>
    public static ObservationSoftmax TablePolicy(EpisodicEnvironment environment, TensorFormat format) =>
        new("log-linear", new ObservationEncoding(environment.ObservationSpace), (Discrete)environment.ActionSpace, [],
            Activation.Tanh, format);
}
