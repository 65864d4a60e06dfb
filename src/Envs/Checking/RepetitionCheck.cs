namespace FedPG.Envs.Checking;

/// <summary>Runs the same episodes again under conditions that must make no difference, and compares every bit.</summary>
/// <param name="name">The name, as reports show it.</param>
/// <param name="how">How they are run again, in words.</param>
/// <param name="fault">What a difference means, in words.</param>
internal abstract class RepetitionCheck(string name, string how, string fault) : EnvironmentCheck(name)
{
    public sealed override CheckResult Run(CheckSubject subject)
    {
        string tried = $"{subject.Tried} {how}";
        Func<int, long, Episode> again = Repetition(subject);
        foreach (Episode episode in subject.Episodes)
        {
            if (episode.DifferenceFrom(again(episode.Agent, episode.Seed)) is { } difference)
                return Fail(tried, $"{fault}: {difference.What}", episode.At(difference.Step));
        }
        return Pass(tried);
    }

    /// <summary>What runs the episode of an agent and a seed again.</summary>
    protected abstract Func<int, long, Episode> Repetition(CheckSubject subject);
}
