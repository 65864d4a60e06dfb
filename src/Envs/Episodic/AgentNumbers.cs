namespace FedPG.Envs.Episodic;

/// <summary>A number that each agent has its own value of. Its values are known once all options are read: environments take them when they are made.</summary>
public sealed class AgentNumbers
{
    private double[]? _values;

    internal AgentNumbers(string key) => Key = key;

    /// <summary>The option's name.</summary>
    public string Key { get; }

    /// <summary>The value of an agent.</summary>
    /// <param name="agent">The agent's index.</param>
    /// <exception cref="InvalidOperationException">The options are still being read.</exception>
    public double this[int agent] => Values[agent];

    internal double[] Values
    {
        get => _values ?? throw new InvalidOperationException($"the agents' values of {Key} are known once all options are read; use them when an environment is made");
        set => _values = value;
    }
}
