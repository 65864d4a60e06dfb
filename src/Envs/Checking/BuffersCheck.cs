namespace FedPG.Envs.Checking;

/// <summary>The observation buffer is written in full, and neither kept nor read.</summary>
internal sealed class BuffersCheck() : RepetitionCheck(
    "buffers", "again with a new observation buffer without numbers for every call",
    "what the observation buffer held before the call makes a difference, so it was read or not written in full")
{
    protected override Func<int, long, Episode> Repetition(CheckSubject subject)
    {
        Dictionary<int, IEnvironment> used = subject.Agents.ToDictionary(agent => agent, subject.Create);
        return (agent, seed) => subject.Record(used[agent], agent, seed, strangeBuffers: true);
    }
}
