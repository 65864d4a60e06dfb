using FedPG.Core.Options;

namespace FedPG.Envs.Python;

/// <summary>The options of <c>python</c>, an environment of a Python class with Gymnasium's interface.</summary>
public sealed record PythonOptions
{
    /// <summary>What makes an environment; it must be given.</summary>
    [Option("What makes an environment: module:Class, file.py:Class, or module:id where the module has a function make, as "
        + "in gymnasium:CartPole-v1.")]
    public string Make { get; init; } = "";

    /// <summary>The Python program.</summary>
    [Option("The Python program, by its name or path: that of a virtual environment finds the packages installed there.")]
    public string Python { get; init; } = "python3";

    /// <summary>Where modules are looked for first.</summary>
    [Option("A folder in which modules are looked for first; by default that of the experiment's file, and of a command the current one.")]
    public string? Path { get; init; }

    /// <summary>Keyword arguments for all agents.</summary>
    [Option("Keyword arguments for all agents.")]
    public PythonArguments Kwargs { get; init; } = PythonArguments.None;

    /// <summary>Keyword arguments of each agent, in the place of equal names in <see cref="Kwargs"/>.</summary>
    [Option("Keyword arguments of each agent, one object an agent, in the place of equal names in kwargs.")]
    public PythonAgentArguments? PerAgent { get; init; }

    /// <summary>What tells the agents' tasks apart; null for nothing.</summary>
    [Option("What tells the agents' tasks apart, as policies with the context task see it: "
        + "a list of numbers an agent, best within -1 to 1.")]
    public PythonTasks? Tasks { get; init; }

    /// <summary>gamma, in [0, 1].</summary>
    [Option("gamma.", Minimum = 0, Maximum = 1)]
    public double Discount { get; init; } = 0.99;

    /// <summary>The steps after which an episode is truncated; null for the environment's own limit.</summary>
    [Option("The steps after which an episode is truncated; by default the environment's own limit (spec.max_episode_steps), or none.",
        Minimum = 1)]
    public int? StepLimit { get; init; }

    /// <summary>An interval that holds every reward; null for the environment's own, or none.</summary>
    [Option("An interval [low, high] that holds every reward; regret needs one within [0, 1]. By default what the environment says "
        + "(reward_range), or none.")]
    public double[]? RewardRange { get; init; }

    /// <summary>How many processes step environments; 0 for one a core.</summary>
    [Option("How many processes step environments; 0 is one a core. Changes no bit of the result.", Minimum = 0, Maximum = 1024)]
    public int Processes { get; init; }

    /// <summary>The seconds after which a process that does not answer is given up.</summary>
    [Option("The seconds after which a process that does not answer is given up; twice as many for imports.", Minimum = 0.01)]
    public double Timeout { get; init; } = 60;

    /// <summary>Whether what the environment prints is shown.</summary>
    [Option("Whether what the environment prints is shown on stderr; by default only the last lines, with an error.")]
    public bool Prints { get; init; }
}
