using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// Reads the agents' optional tasks, agent by agent: a list of finite numbers each. All agents have one, of one length, or none has; the
/// first agent decides. Not thread-safe.
/// </summary>
internal sealed class TaskParser
{
    private readonly List<double[]> _tasks = [];
    private bool? _isGiven;
    private int _length;

    /// <summary>The tasks that were read; null where no agent has one.</summary>
    public AgentTasks? Found =>
        _tasks.Count == 0 ? null : new AgentTasks([.. Enumerable.Range(0, _length).Select(k => $"task{k}")], _tasks);

    /// <summary>Reads the next agent's task.</summary>
    /// <param name="element">What stands in the file; undefined where the agent has none.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Where errors are noted.</param>
    public void Read(JsonElement element, string path, ErrorCollector errors)
    {
        bool isGiven = element.ValueKind != JsonValueKind.Undefined;
        _isGiven ??= isGiven;
        if (isGiven && _isGiven == false) errors.Add(path, element.GetRawText(), "agents[0] has no task; all agents have one, or none has");
        if (!isGiven && _isGiven == true) errors.Add(path, null, "is missing; all agents have a task, or none has");
        if (!isGiven || _isGiven == false) return;
        if (JsonValues.Numbers(element, NumberRange.Any) is not { Length: > 0 } task)
        {
            errors.Add(path, element.GetRawText(), "must be a list of at least one finite number");
            return;
        }
        if (_length == 0) _length = task.Length;
        if (task.Length == _length) _tasks.Add(task);
        else errors.Add(path, element.GetRawText(), $"has {task.Length} numbers, and the tasks before have {_length}; all have as many");
    }
}
