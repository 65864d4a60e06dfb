namespace FedPG.Envs.Checking;

/// <summary>Equal seeds and actions give equal episodes, on a new instance and on a new build of all agents.</summary>
internal sealed class DeterminismCheck() : RepetitionCheck(
    "determinism", "again on a new instance of a new build", "the same seed and actions give another episode on a new instance")
{
    protected override Func<int, long, Episode> Repetition(CheckSubject subject)
    {
        Func<int, IEnvironment> rebuilt = subject.BuildAgain();
        return (agent, seed) => subject.Record(rebuilt(agent), agent, seed);
    }
}
