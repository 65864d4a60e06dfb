namespace FedPG.Envs.Checking;

/// <summary>Nothing throws: neither steps with actions of the action space, nor a reset after the end of an episode.</summary>
internal sealed class ExceptionsCheck() : EnvironmentCheck("exceptions")
{
    public override CheckResult Run(CheckSubject subject)
    {
        string tried = $"{subject.Tried} of random actions; after each end a reset";
        Episode? bad = subject.Episodes.FirstOrDefault(episode => episode.Thrown is not null);
        if (bad is null) return Pass(tried);
        string after = bad.Observations.Count == 0 && bad.Seed != subject.Seeds[0] ? " at a reset after an episode" : "";
        return Fail(tried, $"threw {bad.Thrown!.GetType().Name}{after}: {bad.Thrown.Message}", bad.At(bad.Observations.Count));
    }
}
