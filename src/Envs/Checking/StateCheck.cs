namespace FedPG.Envs.Checking;

/// <summary>A state that is read and written into another instance is the same state.</summary>
internal sealed class StateCheck() : EnvironmentCheck("state")
{
    private int _tried;

    private string Tried => $"{_tried:N0} states read and written into another instance";

    public override CheckResult Run(CheckSubject subject)
    {
        if (subject.Create(0) is not IStatefulEnvironment) return Skip("the state cannot be read and set (IStatefulEnvironment)");
        foreach (Episode episode in subject.Episodes.Where(episode => episode.Thrown is null))
        {
            if (Difference(subject, episode) is { } found) return Fail(Tried, found.What, episode.At(found.Step));
        }
        return Pass(Tried);
    }

    /// <summary>The first step of an episode at which a state is not the same after writing, and how; null where all are.</summary>
    private (int Step, string What)? Difference(CheckSubject subject, Episode episode)
    {
        var one = (IStatefulEnvironment)subject.Create(episode.Agent);
        var two = (IStatefulEnvironment)subject.Create(episode.Agent);
        double[] seen = new double[one.ObservationSpace.Size], again = new double[one.ObservationSpace.Size];
        double[] state = new double[one.StateNames.Count], read = new double[one.StateNames.Count];
        one.Reset(episode.Seed, seen);
        two.Reset(episode.Seed + 1, again);
        for (int t = 0; t <= episode.Steps; t++)
        {
            one.ReadState(state);
            two.WriteState(state, again);
            two.ReadState(read);
            _tried++;
            if (!state.AsSpan().SequenceEqual(read)) return (t, $"the state [{Text(state)}] was written and [{Text(read)}] is read");
            if (!seen.AsSpan().SequenceEqual(again))
                return (t, $"in one state [{Text(seen)}] is observed, and where it is written [{Text(again)}]");
            if (t == episode.Steps) break;
            one.Step(episode.Actions[t], seen);
            subject.Steps++;
            // The state after an end belongs to no episode that could go on.
            if (episode.Results[t].Terminated) break;
        }
        return null;
    }

    private static string Text(double[] numbers) => string.Join(", ", numbers.Select(Episode.Text));
}
