using FedPG.Core.Options;
using FedPG.Envs.MiniGrid.Tasks;
using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid;

/// <summary>From options to the agents' environments.</summary>
internal sealed class MiniGridSetup
{
    private readonly MiniGridOptions _options;
    private readonly int _agents;
    private readonly MiniGridKind[] _kinds;

    /// <summary>The setup of one kind of task.</summary>
    /// <param name="options">The options, checked.</param>
    /// <param name="agents">N.</param>
    /// <param name="kind">The kind.</param>
    public MiniGridSetup(MiniGridOptions options, int agents, MiniGridKind kind) =>
        (_options, _agents, _kinds) = (options, agents, [kind]);

    /// <summary>The setup of tasks that differ between agents.</summary>
    /// <param name="options">The options, checked.</param>
    /// <param name="agents">N.</param>
    public MiniGridSetup(MiniGridMixOptions options, int agents) =>
        (_options, _agents, _kinds) = (options, agents, [.. options.Tasks.Items.Select(task => MiniGridKind.Find(task)!)]);

    /// <summary>The most steps that an agent's episode can take.</summary>
    public int StepLimit => Enumerable.Range(0, Math.Min(_agents, Variants)).Max(agent => TaskOf(agent).MaxSteps);

    /// <summary>
    /// What tells the agents apart: slip and prize as they are, the size brought to [-1, 1], the family of the task one-hot; null where
    /// nothing does.
    /// </summary>
    public AgentTasks? Tasks
    {
        get
        {
            int[] agents = [.. Enumerable.Range(0, _agents)];
            double[] slips = [.. agents.Select(i => _options.Slip[i])], prizes = [.. agents.Select(i => _options.Prize[i])];
            double[] sizes = [.. agents.Select(i => (2 * (TaskOf(i).Height - 3) / (MiniGridKind.LargestSize - 3.0)) - 1)];
            string[] families = [.. MiniGridKinds.All.Select(kind => kind.Family.Name).Distinct()];
            bool mixed = _kinds.Length > 1;
            return AgentTasks.Of(
            [
                (Differ(slips), "slip", slips), (Differ(prizes), "prize", prizes), (Differ(sizes), "size", sizes),
                .. families.Select(family => (mixed, family, agents.Select(i => KindOf(i).Family.Name == family ? 1.0 : 0))),
            ]);
        }
    }

    /// <summary>How many agents there are before the lists of options begin anew.</summary>
    private int Variants => Math.Max(_kinds.Length, _options.Sizes?.Length ?? 1);

    /// <summary>Notes what is wrong with the options of a kind of task.</summary>
    public static void Check(MiniGridOptions options, OptionReader reader, int agents, MiniGridKind kind)
    {
        CheckCommon(options, reader, agents, [kind]);
        if (options.Sizes is not { } sizes) return;
        if (kind.Size == 0) reader.Reject("sizes", $"is refused: {kind.Id} has one size only");
        else if (sizes.Length != 1 && sizes.Length != agents) reader.Reject("sizes", $"must be one number, or {agents}, one an agent");
        else if (!sizes.All(kind.Allows)) reader.Reject("sizes", $"must be {kind.AllowedSizes}");
    }

    /// <summary>The same where tasks differ between agents.</summary>
    public static void Check(MiniGridMixOptions options, OptionReader reader, int agents)
    {
        if (options.Sizes is not null) reader.Reject("sizes", "is refused: the names of the tasks say the sizes");
        string[] unknown = [.. options.Tasks.Items.Where(task => MiniGridKind.Find(task) is null)];
        if (unknown.Length > 0)
        {
            string known = string.Join(", ", MiniGridKinds.All.Select(kind => kind.Name));
            reader.Reject("tasks", $"{string.Join(", ", unknown)}: must be among {known}");
            return;
        }
        CheckCommon(options, reader, agents, [.. options.Tasks.Items.Select(task => MiniGridKind.Find(task)!)]);
    }

    /// <summary>The environment of an agent.</summary>
    public MiniGridEnvironment Create(int agent)
    {
        MiniGridTask task = TaskOf(agent);
        MiniGridKind[] distinct = [.. _kinds.Distinct()];
        IReadOnlyList<string>[] missions = [.. distinct.Select(kind => kind.CreateTask().Missions)];
        int own = Array.IndexOf(distinct, KindOf(agent));
        int? only = _options.Missions is { } given ? IndexOf(task.Missions, given[agent]) : null;
        var settings = new MiniGridSettings(
            _options.Slip[agent], _options.Prize[agent], _options.Observation,
            distinct.Length > 1 ? Moves.Count : task.Actions, missions.Sum(list => list.Count), missions.Take(own).Sum(list => list.Count));
        return new MiniGridEnvironment(
            task, new MiniGridLayouts(_options.Layouts ?? 0, _options.LayoutSeed ?? 0, agent, only), settings);
    }

    private static void CheckCommon(MiniGridOptions options, OptionReader reader, int agents, MiniGridKind[] kinds)
    {
        if (options.LayoutSeed is not null && options.Layouts is null)
            reader.Reject("layoutSeed", "draws nothing without layouts, how many layouts each agent has");
        if (options.Missions is not { } missions) return;
        if (missions.Items.Count != 1 && missions.Items.Count != agents)
            reader.Reject("missions", $"must be one text, or {agents}, one an agent");
        for (int i = 0; i < agents; i++)
        {
            MiniGridTask task = kinds[i % kinds.Length].CreateTask();
            if (IndexOf(task.Missions, missions[i]) >= 0) continue;
            const int shown = 6;
            string some = string.Join(", ", task.Missions.Take(shown).Select(known => $"\"{known}\""));
            string more = task.Missions.Count > shown ? ", ..." : "";
            reader.Reject("missions", $"\"{missions[i]}\" is none of the {task.Missions.Count} that agent {i} can have: {some}{more}");
            return;
        }
    }

    private static bool Differ(double[] values) => values.Any(value => value != values[0]);

    private static int IndexOf(IReadOnlyList<string> missions, string text)
    {
        for (int k = 0; k < missions.Count; k++)
        {
            if (missions[k] == text) return k;
        }
        return -1;
    }

    private MiniGridKind KindOf(int agent) => _kinds[agent % _kinds.Length];

    private MiniGridTask TaskOf(int agent)
    {
        MiniGridKind kind = KindOf(agent);
        MiniGridTask task = kind.Create(_options.Sizes is { } sizes ? sizes[agent % sizes.Length] : kind.Size);
        if (_options.MaxSteps is { } steps) task.MaxSteps = steps;
        return task;
    }
}
