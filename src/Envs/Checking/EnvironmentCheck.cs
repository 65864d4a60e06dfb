namespace FedPG.Envs.Checking;

/// <summary>One thing that is tried of an environment. An instance serves one check.</summary>
/// <param name="name">The name, as reports show it.</param>
internal abstract class EnvironmentCheck(string name)
{
    /// <summary>The name, as reports show it.</summary>
    public string Name => name;

    /// <summary>Tries it.</summary>
    /// <param name="subject">What is looked at.</param>
    public abstract CheckResult Run(CheckSubject subject);

    /// <summary>No fault.</summary>
    protected CheckResult Pass(string tried) => CheckResult.Pass(name, tried);

    /// <summary>A fault.</summary>
    protected CheckResult Fail(string tried, string finding, CheckPlace? place = null) => CheckResult.Fail(name, tried, finding, place);

    /// <summary>No fault, but something to know.</summary>
    protected CheckResult Note(string tried, string finding) => CheckResult.Note(name, tried, finding);

    /// <summary>Nothing to look at.</summary>
    protected CheckResult Skip(string reason) => CheckResult.Skip(name, reason);
}
