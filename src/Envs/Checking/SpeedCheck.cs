using System.Globalization;

namespace FedPG.Envs.Checking;

/// <summary>Steps a second of one instance on one thread, resets included and random actions prepared, and what a step allocates.</summary>
internal static class SpeedCheck
{
    private const string Name = "speed";
    private const int PreparedActions = 1024;

    public static (CheckResult Result, double? StepsPerSecond, double? BytesPerStep) Run(CheckSubject subject)
    {
        if (subject.Episodes.Any(e => e.Thrown is not null)) return (CheckResult.Skip(Name, "not measured: the environment throws"), null, null);
        IEnvironment environment = subject.Create(0);
        int size = environment.ActionSpace.Size, most = subject.EpisodeSteps;
        double[] actions = new double[PreparedActions * size], observation = new double[environment.ObservationSpace.Size];
        var source = new ActionSource(environment.ActionSpace, subject.Seeds[0]);
        for (int k = 0; k < PreparedActions; k++) source.Next(actions.AsSpan(k * size, size));
        TimeProvider time = subject.Settings.Time ?? TimeProvider.System;
        // Once for the compiler.
        Steps(environment, actions, observation, size, most, subject.Seeds[0], subject.Settings.SpeedSteps / 4);
        long bytes = GC.GetAllocatedBytesForCurrentThread(), started = time.GetTimestamp();
        Steps(environment, actions, observation, size, most, subject.Seeds[0], subject.Settings.SpeedSteps);
        double seconds = time.GetElapsedTime(started).TotalSeconds;
        double perStep = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)subject.Settings.SpeedSteps, rate = subject.Settings.SpeedSteps / seconds;
        subject.Steps += subject.Settings.SpeedSteps + (subject.Settings.SpeedSteps / 4);
        string tried = string.Create(CultureInfo.InvariantCulture, $"{subject.Settings.SpeedSteps:N0} steps on one thread: {rate / 1e6:F2} M steps/s, {perStep:F1} bytes allocated a step");
        // Less than a byte is the timer's own, or an episode's.
        return (perStep < 1 ? CheckResult.Pass(Name, tried) : CheckResult.Note(Name, tried, "a step should allocate nothing: training takes millions of them"), rate, perStep);
    }

    private static void Steps(IEnvironment environment, double[] actions, double[] observation, int size, int most, long seed, int steps)
    {
        bool ended = true;
        for (int t = 0, length = 0; t < steps; t++, length++)
        {
            if (ended || length >= most)
            {
                environment.Reset(seed++, observation);
                length = 0;
            }
            StepResult result = environment.Step(actions.AsSpan(t % PreparedActions * size, size), observation);
            ended = result.Terminated || result.Truncated;
        }
    }
}
