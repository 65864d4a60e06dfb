using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Wrappers;

namespace FedPG.Tests.Federation.Estimators.Episodic;

/// <summary>One step that was taken.</summary>
internal sealed record Taken(int Episode, int Step, double[] Seen, double[] Action, double[] Reached, StepResult Result);

/// <summary>Notes every step that agents take.</summary>
internal sealed class Recorder
{
    private int _episodes;

    public List<Taken> Steps { get; } = [];

    /// <summary>The same environment, watched; one thread at a time.</summary>
    public EpisodicEnvironment Watch(EpisodicEnvironment environment) => new(
        environment.Name, environment.Discount, environment.AgentNames, agent => new Watched(environment.Create(agent), this),
        environment.RewardRange, environment.StepLimit);

    private sealed class Watched(IEnvironment inner, Recorder recorder) : EnvironmentWrapper(inner)
    {
        private double[] _seen = [];
        private int _episode, _step;

        public override void Reset(long seed, Span<double> observation)
        {
            Inner.Reset(seed, observation);
            (_seen, _episode, _step) = (observation.ToArray(), recorder._episodes++, 0);
        }

        public override StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
        {
            StepResult result = Inner.Step(action, observation);
            recorder.Steps.Add(new Taken(_episode, _step++, _seen, action.ToArray(), observation.ToArray(), result));
            _seen = observation.ToArray();
            return result;
        }
    }
}
