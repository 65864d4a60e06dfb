using FedPG.Core.Options;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Checking;

/// <summary>What the checks look at. Counts the steps taken. Not thread-safe.</summary>
internal sealed class CheckSubject
{
    private readonly Func<int, IEnvironment> _create;
    private readonly Lazy<IReadOnlyList<Episode>> _episodes;

    /// <summary>Makes the instance, and an environment of agent 0. What either throws is the caller's to report.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="settings">How much is tried.</param>
    public CheckSubject(ConfiguredEnvironment environment, CheckSettings settings)
    {
        (Build, Settings, StepLimit) = (environment.Build, settings, environment.Definition.StepLimit);
        Instance = Build();
        _create = EpisodicEnvironment.MakerOf(Instance);
        _ = _create(0);
        EpisodeSteps = Math.Min(settings.EpisodeSteps, Math.Min(StepLimit ?? int.MaxValue, Instance.RandomSteps ?? int.MaxValue));
        int agents = Instance.AgentNames.Count, first = Math.Min(agents, settings.MaxAgents);
        Agents = first == agents ? [.. Enumerable.Range(0, agents)] : [.. Enumerable.Range(0, first - 1), agents - 1];
        Seeds = [.. Enumerable.Range(0, settings.Episodes).Select(k => settings.Seed + k)];
        _episodes = new Lazy<IReadOnlyList<Episode>>(() =>
            [.. from agent in Agents let one = Create(agent) from seed in Seeds select Record(one, agent, seed)]);
    }

    public FederatedEnvironment Instance { get; }

    /// <summary>Makes the instance again.</summary>
    public Func<FederatedEnvironment> Build { get; }

    public CheckSettings Settings { get; }

    /// <summary>The list of states; null where states are not listed.</summary>
    public FiniteMdp? Table => TableOf(Instance);

    /// <summary>Whether the environment is known by its steps only.</summary>
    public bool IsKnownBySteps => EpisodicEnvironment.Find(Instance) is not null;

    /// <summary>The range of rewards that is stated; null where a list states rewards and the steps were written beside it.</summary>
    public NumberRange? StatedRewards => Table is { } mdp ? mdp.OwnSteps is null ? mdp.StepRewardRange : null : Instance.RewardRange;

    /// <summary>The steps after which the caller ends an episode; null for no limit.</summary>
    public int? StepLimit { get; }

    /// <summary>The most steps of a recorded episode.</summary>
    public int EpisodeSteps { get; }

    /// <summary>The agents that episodes are run of.</summary>
    public IReadOnlyList<int> Agents { get; }

    public IReadOnlyList<long> Seeds { get; }

    /// <summary>All steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>The episodes that checks of single steps look at, each agent's on one instance one after another.</summary>
    public IReadOnlyList<Episode> Episodes => _episodes.Value;

    /// <summary>How many episodes those are, in words.</summary>
    public string Tried => $"{Episodes.Count} episodes, {Episodes.Sum(e => (long)e.Steps):N0} steps";

    /// <summary>The list of states of an instance; null where states are not listed.</summary>
    public static FiniteMdp? TableOf(FederatedEnvironment instance) => FiniteMdp.Find(instance);

    /// <summary>A new environment of an agent.</summary>
    public IEnvironment Create(int agent) => _create(agent);

    /// <summary>Makes the instance again, and gives what makes its agents' environments.</summary>
    public Func<int, IEnvironment> BuildAgain() => EpisodicEnvironment.MakerOf(Build());

    /// <summary>Runs an episode and writes down all that was seen.</summary>
    public Episode Record(IEnvironment environment, int agent, long seed, bool strangeBuffers = false)
    {
        Episode episode = Episode.Record(environment, agent, seed, EpisodeSteps, strangeBuffers);
        Steps += episode.Steps;
        return episode;
    }
}
