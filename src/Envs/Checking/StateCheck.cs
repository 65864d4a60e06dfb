namespace FedPG.Envs.Checking;

/// <summary>A state that is read and written into another instance is the same state.</summary>
internal static class StateCheck
{
    private const string Name = "state";

    public static CheckResult Run(CheckSubject subject)
    {
        if (subject.Create(0) is not IStatefulEnvironment) return CheckResult.Skip(Name, "the state cannot be read and set (IStatefulEnvironment)");
        int tried = 0;
        foreach (Episode episode in subject.Episodes.Where(e => e.Thrown is null))
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
                tried++;
                if (!state.AsSpan().SequenceEqual(read)) return Fail($"the state [{Text(state)}] was written and [{Text(read)}] is read", episode.At(t));
                if (!seen.AsSpan().SequenceEqual(again)) return Fail($"in one state [{Text(seen)}] is observed, and where it is written [{Text(again)}]", episode.At(t));
                if (t == episode.Steps) break;
                one.Step(episode.Actions[t], seen);
                subject.Steps++;
                // The state after an end belongs to no episode that could go on.
                if (episode.Results[t].Terminated) break;
            }
        }
        return CheckResult.Pass(Name, $"{tried:N0} states read and written into another instance");

        CheckResult Fail(string finding, CheckPlace place) => CheckResult.Fail(Name, $"{tried:N0} states read and written into another instance", finding, place);
    }

    private static string Text(double[] numbers) => string.Join(", ", numbers.Select(Episode.Text));
}
