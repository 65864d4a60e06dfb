namespace FedPG.Envs.Checking;

/// <summary>A reset in the middle of an episode, or after its end, leaves nothing of that episode.</summary>
internal sealed class ResetCheck() : RepetitionCheck(
    "reset", "again on an instance that was left in the middle of another episode", "something is left of the episode before the reset")
{
    protected override Func<int, long, Episode> Repetition(CheckSubject subject)
    {
        Dictionary<int, IEnvironment> used = subject.Agents.ToDictionary(agent => agent, subject.Create);
        long other = subject.Seeds[^1];
        return (agent, seed) =>
        {
            // An episode of another seed, left halfway.
            IEnvironment environment = used[agent];
            int steps = subject.Episodes.First(episode => episode.Agent == agent && episode.Seed == other).Steps;
            _ = Episode.Record(environment, agent, other, Math.Max(1, steps / 2), strangeBuffers: false);
            return subject.Record(environment, agent, seed);
        };
    }
}
