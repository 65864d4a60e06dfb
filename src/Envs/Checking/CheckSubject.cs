namespace FedPG.Envs.Checking;

/// <summary>What the checks look at. Counts the steps taken. Not thread-safe.</summary>
internal sealed class CheckSubject
{
    private readonly Func<int, IEnvironment> _create;

    public CheckSubject(FederatedEnvironment instance, Func<FederatedEnvironment> build, Func<int, IEnvironment> create, int? stepLimit, CheckSettings settings)
    {
        (Instance, Build, _create, StepLimit, Settings) = (instance, build, create, stepLimit, settings);
        EpisodeSteps = Math.Min(settings.EpisodeSteps, Math.Min(stepLimit ?? int.MaxValue, instance.RandomSteps ?? int.MaxValue));
        int agents = instance.AgentNames.Count, first = Math.Min(agents, settings.MaxAgents);
        Agents = first == agents ? [.. Enumerable.Range(0, agents)] : [.. Enumerable.Range(0, first - 1), agents - 1];
        Seeds = [.. Enumerable.Range(0, settings.Episodes).Select(k => settings.Seed + k)];
        _episodes = new Lazy<IReadOnlyList<Episode>>(() =>
            [.. from agent in Agents let environment = Create(agent) from seed in Seeds select Record(environment, agent, seed)]);
    }

    private readonly Lazy<IReadOnlyList<Episode>> _episodes;

    public FederatedEnvironment Instance { get; }

    /// <summary>Makes the instance again.</summary>
    public Func<FederatedEnvironment> Build { get; }

    public CheckSettings Settings { get; }

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

    /// <summary>A new environment of an agent.</summary>
    public IEnvironment Create(int agent) => _create(agent);

    /// <summary>Runs an episode and writes down all that was seen.</summary>
    public Episode Record(IEnvironment environment, int agent, long seed, bool strangeBuffers = false)
    {
        Episode episode = Episode.Record(environment, agent, seed, EpisodeSteps, strangeBuffers);
        Steps += episode.Steps;
        return episode;
    }
}
