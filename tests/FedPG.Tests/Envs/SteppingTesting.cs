using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Experiments;

namespace FedPG.Tests.Envs;

/// <summary>All that one step showed.</summary>
internal sealed record Seen(double[] Observation, double[] State, double Reward, bool Terminated, bool Truncated);

/// <summary>What the tests of stepped environments have in common.</summary>
internal static class SteppingTesting
{
    public static EpisodicEnvironment Make(string id, int agents = 1, string options = "{}")
    {
        ConfiguredEnvironment configured = EnvTesting.Configure(id, agents, options);
        return EpisodicEnvironment.Of(configured.Build(), configured.Definition.StepLimit);
    }

    public static EpisodicEnvironment Make(EpisodicDefinitionBase definition, int agents = 1, string options = "{}")
    {
        var catalog = new ExperimentCatalog();
        catalog.Add(definition);
        var errors = new ValidationErrors("experiment.json");
        ConfiguredEnvironment? configured = catalog.Environments.Configure(definition.Id, agents, EnvTesting.Json(options),
            EnvironmentKeys.Experiment, errors);
        errors.ThrowIfAny();
        return (EpisodicEnvironment)configured!.Build();
    }

    /// <summary>Random actions, the same for equal seeds.</summary>
    public static double[][] Actions(Space space, int count, long seed)
    {
        var random = new EpisodeRandom(seed);
        double[][] actions = new double[count][];
        for (int t = 0; t < count; t++)
        {
            actions[t] = new double[space.Size];
            RandomActions.Draw(space, ref random, actions[t]);
        }
        return actions;
    }

    /// <summary>The same action again and again.</summary>
    public static double[][] Constant(double action, int count) => [.. Enumerable.Range(0, count).Select(_ => new[] { action })];

    public static void Reset(IEnvironment environment, long seed, double[]? state = null)
    {
        double[] observation = new double[environment.ObservationSpace.Size];
        environment.Reset(seed, observation);
        if (state is not null) ((IStatefulEnvironment)environment).WriteState(state, observation);
    }

    public static Seen Step(IEnvironment environment, params double[] action)
    {
        double[] observation = new double[environment.ObservationSpace.Size];
        StepResult result = environment.Step(action, observation);
        double[] state = [];
        if (environment is IStatefulEnvironment stateful)
        {
            state = new double[stateful.StateNames.Count];
            stateful.ReadState(state);
        }
        return new Seen(observation, state, result.Reward, result.Terminated, result.Truncated);
    }

    /// <summary>Steps on, past the end of episodes too.</summary>
    public static Seen[] Run(IEnvironment environment, long seed, double[][] actions, double[]? state = null)
    {
        Reset(environment, seed, state);
        return [.. actions.Select(action => Step(environment, action))];
    }

    public static long[] Bits(IEnumerable<Seen> steps) =>
        [.. steps.SelectMany(s => s.Observation.Concat(s.State).Append(s.Reward).Select(BitConverter.DoubleToInt64Bits)
        .Append(s.Terminated ? 1 : 0).Append(s.Truncated ? 1 : 0))];
}
