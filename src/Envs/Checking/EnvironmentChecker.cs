using FedPG.Core.Options;

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
        CheckSubject subject;
        try
        {
            subject = new CheckSubject(environment, settings);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            string finding = e is InvalidInputException ? e.Message : $"threw {e.GetType().Name}: {e.Message}";
            CheckResult build = CheckResult.Fail("build", "making the instance and an environment of agent 0", finding);
            return new CheckReport(id, "unknown", 0, [], 0, settings.Seed, 0, null, null, [build]);
        }
        var speed = new SpeedCheck();
        CheckResult[] results = [.. Checks().Append(speed).Select(check => Guarded(check, subject))];
        return new CheckReport(
            id, subject.Instance.Size, subject.Instance.AgentNames.Count, subject.Agents, settings.Episodes, settings.Seed, subject.Steps,
            speed.StepsPerSecond, speed.BytesPerStep, results);
    }

    /// <summary>The checks beside that of the speed, in the order of reports.</summary>
    private static IEnumerable<EnvironmentCheck> Checks() =>
    [
        new ExceptionsCheck(), new SpacesCheck(), new NumbersCheck(), new RewardsCheck(), new FlagsCheck(), new DeterminismCheck(),
        new ResetCheck(), new InstancesCheck(), new BuffersCheck(), new StateCheck(), new TableCheck(), new TransitionsCheck(),
    ];

    private static CheckResult Guarded(EnvironmentCheck check, CheckSubject subject)
    {
        try
        {
            return check.Run(subject);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return CheckResult.Fail(check.Name, "the check could not be ended", $"threw {e.GetType().Name}: {e.Message}");
        }
    }
}
