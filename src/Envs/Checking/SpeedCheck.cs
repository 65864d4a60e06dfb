using System.Globalization;

namespace FedPG.Envs.Checking;

/// <summary>
/// How many steps a second one instance makes on one thread, resets included and random actions prepared, and what a step allocates.
/// </summary>
internal sealed class SpeedCheck() : EnvironmentCheck("speed")
{
    private const int PreparedActions = 1024;

    /// <summary>Steps a second; null until it was measured.</summary>
    public double? StepsPerSecond { get; private set; }

    /// <summary>Bytes that a step allocates, on average; null until it was measured.</summary>
    public double? BytesPerStep { get; private set; }

    public override CheckResult Run(CheckSubject subject)
    {
        if (subject.Episodes.Any(episode => episode.Thrown is not null)) return Skip("not measured: the environment throws");
        IEnvironment environment = subject.Create(0);
        int size = environment.ActionSpace.Size, steps = subject.Settings.SpeedSteps;
        double[] actions = new double[PreparedActions * size], observation = new double[environment.ObservationSpace.Size];
        var source = new ActionSource(environment.ActionSpace, subject.Seeds[0]);
        for (int k = 0; k < PreparedActions; k++) source.Next(actions.AsSpan(k * size, size));
        TimeProvider time = subject.Settings.Time ?? TimeProvider.System;
        // Once for the compiler.
        Walk(environment, actions, observation, subject.EpisodeSteps, subject.Seeds[0], steps / 4);
        long bytes = GC.GetAllocatedBytesForCurrentThread(), started = time.GetTimestamp();
        Walk(environment, actions, observation, subject.EpisodeSteps, subject.Seeds[0], steps);
        double seconds = time.GetElapsedTime(started).TotalSeconds;
        double bytesPerStep = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)steps, rate = steps / seconds;
        (StepsPerSecond, BytesPerStep) = (rate, bytesPerStep);
        subject.Steps += steps + (steps / 4);
        string tried = string.Create(CultureInfo.InvariantCulture,
            $"{steps:N0} steps on one thread: {rate / 1e6:F2} M steps/s, {bytesPerStep:F1} bytes allocated a step");
        // Less than a byte is the timer's own, or an episode's.
        return bytesPerStep < 1 ? Pass(tried) : Note(tried, "a step should allocate nothing: training takes millions of them");
    }

    private static void Walk(IEnvironment environment, double[] actions, double[] observation, int episodeSteps, long seed, int steps)
    {
        int size = environment.ActionSpace.Size;
        bool ended = true;
        for (int t = 0, length = 0; t < steps; t++, length++)
        {
            if (ended || length >= episodeSteps)
            {
                environment.Reset(seed++, observation);
                length = 0;
            }
            StepResult result = environment.Step(actions.AsSpan(t % PreparedActions * size, size), observation);
            ended = result.Terminated || result.Truncated;
        }
    }
}
