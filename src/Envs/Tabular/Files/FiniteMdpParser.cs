using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>Reads one finite-MDP file and gathers what is wrong with it.</summary>
internal sealed class FiniteMdpParser(string source)
{
    private readonly ErrorCollector _errors = new(source);
    private readonly TaskParser _tasks = new();

    /// <summary>Reads the root object.</summary>
    /// <exception cref="InvalidInputException">There are faults.</exception>
    public FiniteMdp Parse(JsonElement root, string name)
    {
        var reader = new OptionReader(root, "", _errors.Direct);
        int states = Whole(reader, "states"), actions = Whole(reader, "actions");
        JsonElement discountElement = reader.Raw("discount"), initialElement = reader.Raw("initial");
        JsonElement transitions = reader.Raw("transitions"), agentsElement = reader.Raw("agents");
        // An object with other things in it is told what it may hold before it is told what it lacks.
        reader.Finish();
        double discount = Number(discountElement, "discount", new NumberRange(0, 1, OpenMaximum: true));
        if (states == 0 || actions == 0 || !SizesAgree((long)states * actions))
        {
            _errors.ThrowIfAny();
            throw new InvalidOperationException("sizes without a value have a fault");
        }
        double[]? initial = Initial(initialElement, states);
        TransitionKernel? shared = new KernelParser(_errors, states, actions).Parse(transitions, "transitions");
        List<AgentMdp> agents = Agents(agentsElement, states, actions, shared);
        _errors.ThrowIfAny();
        return new FiniteMdp(name, discount, initial!, agents) { Tasks = _tasks.Found };
    }

    private bool SizesAgree(long rows)
    {
        if (rows <= SizeLimits.Rewards) return true;
        _errors.Add("states", null, $"states x actions is {rows}; at most {SizeLimits.Rewards} are allowed");
        return false;
    }

    private int Whole(OptionReader reader, string key)
    {
        const int maximum = 10_000_000;
        JsonElement element = reader.Raw(key);
        if (WholeNumbers.Of(element, 1, maximum) is { } value) return (int)value;
        AddWrong(key, element, $"a whole number from 1 to {maximum}");
        return 0;
    }

    private double Number(JsonElement element, string path, NumberRange range)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && range.Contains(value)) return value;
        AddWrong(path, element, range.ToString());
        return 0;
    }

    private void AddWrong(string path, JsonElement element, string allowed)
    {
        if (element.ValueKind == JsonValueKind.Undefined) _errors.Add(path, null, $"is missing; must be {allowed}");
        else _errors.Add(path, element.GetRawText(), $"must be {allowed}");
    }

    private double[]? Initial(JsonElement element, int states)
    {
        if (!IsListOf(element, "initial", states, "states", "a list of one probability a state")) return null;
        double[] initial = new double[states];
        int before = _errors.Count, s = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (!KernelParser.IsProbability(item, out initial[s]))
                _errors.Add($"initial[{s}]", item.GetRawText(), KernelParser.ProbabilityAllowed);
            s++;
        }
        double sum = initial.Sum();
        if (_errors.Count == before && Math.Abs(sum - 1) > TransitionKernel.SumTolerance)
            _errors.Add("initial", element.GetRawText(), $"the probabilities sum to {KernelParser.Text(sum)}; they must sum to 1");
        return initial;
    }

    private List<AgentMdp> Agents(JsonElement element, int states, int actions, TransitionKernel? shared)
    {
        var agents = new List<AgentMdp>();
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
        {
            AddWrong("agents", element, "a list of at least one agent { \"name\", \"rewards\", \"transitions\" }");
            return agents;
        }
        var kernels = new TablePool();
        if (shared is not null) kernels.Unify(shared);
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonElement item in element.EnumerateArray())
        {
            string path = $"agents[{agents.Count}]";
            var reader = new OptionReader(item, path, _errors.Direct);
            JsonElement nameElement = reader.Raw("name"), rewardsElement = reader.Raw("rewards"), own = reader.Raw("transitions");
            _tasks.Read(reader.Raw("task"), $"{path}.task", _errors);
            reader.Finish();
            string name = Name(nameElement, agents.Count, owners);
            // What is not an object has its fault already.
            if (item.ValueKind == JsonValueKind.Null) AddWrong(path, item, "an object { \"name\", \"rewards\", \"transitions\" }");
            double[] rewards = item.ValueKind == JsonValueKind.Object ? Rewards(rewardsElement, $"{path}.rewards", states, actions) : [];
            TransitionKernel? kernel = own.ValueKind == JsonValueKind.Undefined ? shared
                : new KernelParser(_errors, states, actions).Parse(own, $"{path}.transitions");
            // Without a kernel there is a fault, and this list is never used.
            agents.Add(new AgentMdp(name, rewards, kernel is null ? null! : kernels.Unify(kernel)));
        }
        return agents;
    }

    private string Name(JsonElement element, int agent, Dictionary<string, int> owners)
    {
        string path = $"agents[{agent}].name", name = $"agent-{agent}";
        if (element.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(element.GetString())) name = element.GetString()!;
        else if (element.ValueKind != JsonValueKind.Undefined) AddWrong(path, element, "a string that is not empty");
        if (name.Length > 100 || name.Any(char.IsControl))
            _errors.Add(path, name, "must be at most 100 characters, none of them a control character");
        if (!owners.TryAdd(name, agent))
        {
            _errors.Add(path, $"\"{name}\"",
                $"is the name of agents[{owners[name]}] already; names must be unique (agent i without one is \"agent-i\")");
        }
        return name;
    }

    private double[] Rewards(JsonElement element, string path, int states, int actions)
    {
        double[] rewards = new double[states * actions];
        if (!IsListOf(element, path, states, "states", "a list of one row of rewards a state")) return rewards;
        int s = 0;
        foreach (JsonElement row in element.EnumerateArray())
        {
            if (IsListOf(row, $"{path}[{s}]", actions, "actions", "a list of one reward an action"))
            {
                int a = 0;
                foreach (JsonElement item in row.EnumerateArray())
                {
                    bool number = item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out rewards[(s * actions) + a])
                        && double.IsFinite(rewards[(s * actions) + a]);
                    if (!number) _errors.Add($"{path}[{s}][{a}]", item.GetRawText(), $"must be {NumberRange.Any}");
                    a++;
                }
            }
            s++;
        }
        return rewards;
    }

    private bool IsListOf(JsonElement element, string path, int length, string key, string allowed)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            AddWrong(path, element, allowed);
            return false;
        }
        if (element.GetArrayLength() == length) return true;
        _errors.Add(path, null, $"has {element.GetArrayLength()} items, but \"{key}\" is {length}");
        return false;
    }
}
