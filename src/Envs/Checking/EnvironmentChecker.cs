using FedPG.Core.Options;
using FedPG.Envs.Episodic;

namespace FedPG.Envs.Checking;

/// <summary>
/// Tries whether an environment keeps what <see cref="IEnvironment"/> promises: <c>env check</c>. Every fault comes with the agent, seed
/// and step that show it. Only the speed depends on the machine; all else is a function of the settings.
/// </summary>
public static class EnvironmentChecker
{
    /// <summary>Checks an environment.</summary>
    /// <param name="environment">The environment; its instance is made several times, and must be the same each time.</param>
    /// <param name="settings">How much is tried.</param>
    public static CheckReport Check(ConfiguredEnvironment environment, CheckSettings settings)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(settings);
        string id = environment.Definition.Id;
        FederatedEnvironment instance;
        Func<int, IEnvironment> create;
        try
        {
            instance = environment.Build();
            create = EpisodicEnvironment.MakerOf(instance);
            _ = create(0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new CheckReport(id, "unknown", 0, [], 0, settings.Seed, 0, null, null,
                [CheckResult.Fail("build", "making the instance and an environment of agent 0", e is InvalidInputException ? e.Message : $"threw {e.GetType().Name}: {e.Message}")]);
        }
        var subject = new CheckSubject(instance, environment.Build, create, environment.Definition.StepLimit, settings);
        var results = new List<CheckResult>();
        foreach ((string name, Func<CheckSubject, CheckResult> check) in Checks) results.Add(Guarded(name, () => check(subject)));
        double? rate = null, bytes = null;
        results.Add(Guarded("speed", () =>
        {
            (CheckResult result, rate, bytes) = SpeedCheck.Run(subject);
            return result;
        }));
        return new CheckReport(id, instance.Size, instance.AgentNames.Count, subject.Agents, settings.Episodes, settings.Seed, subject.Steps, rate, bytes, results);
    }

    private static (string Name, Func<CheckSubject, CheckResult> Run)[] Checks =>
    [
        ("exceptions", StepChecks.Exceptions),
        ("spaces", StepChecks.Spaces),
        ("numbers", StepChecks.Numbers),
        ("rewards", StepChecks.Rewards),
        ("flags", StepChecks.Flags),
        ("determinism", subject => RepetitionChecks.Determinism(subject, EpisodicEnvironment.MakerOf)),
        ("reset", RepetitionChecks.Reset),
        ("instances", RepetitionChecks.Independence),
        ("buffers", RepetitionChecks.Buffers),
        ("state", StateCheck.Run),
        ("table", TableCheck.Run),
        ("transitions", TransitionCheck.Run),
    ];

    private static CheckResult Guarded(string name, Func<CheckResult> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return CheckResult.Fail(name, "the check could not be ended", $"threw {e.GetType().Name}: {e.Message}");
        }
    }
}
