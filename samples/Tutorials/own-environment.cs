// Tutorial 2: an environment of your own, known by its steps only.
//     dotnet run samples/Tutorials/own-environment.cs
// Outside of the repository, in the place of the next line: #:package FedPG.Experiments@VERSION and #:package TorchSharp-cpu@0.107.0
#:project ../../src/Experiments/FedPG.Experiments.csproj
#:property UsesTorchNatives=true
#:property PublishAot=false

using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Returns;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Options;

// Three houses, each with a wish of its own; nobody tells the others what it measures.
FederatedEnvironment houses = Thermostat.Definition.Create(agents: 3, new ThermostatOptions { Wish = AgentNumbers.List(17, 20, 23) });
using var trainer = new FederatedTrainer(
    houses,
    new NeuralSoftmaxOptions { Hidden = [16], Context = TaskContext.Agent },
    new GpomdpOptions { Horizon = 40, Trajectories = 16, Baseline = Baseline.LeaveOneOut },
    new FastFedPgOptions { LocalSteps = 3, LocalStepSize = 0.05 });
double first = 0;
trainer.OnRound(report =>
{
    if (report.Evaluation is not { } evaluation) return;
    if (report.Round == 0) first = evaluation.Objective;
    if (report.Round % 10 == 0) Console.WriteLine($"round {report.Round,2}: regret {evaluation.Objective:F2}");
});
TrainingResult result = trainer.Run(rounds: 30);
Console.WriteLine($"regret {first:F2} before, {result.Objective:F2} after {result.Rounds} rounds");
foreach (double degrees in (double[])[16, 20, 24])
{
    double[] observation = [(degrees - 20) / 5];
    IEnumerable<string> actions = Enumerable.Range(0, 3).Select(i => result.Policy.Act(observation, agent: i) == 1 ? "heats" : "cools");
    Console.WriteLine($"at {degrees} degrees the houses: {string.Join(", ", actions)}");
}
if (result.Objective > 0.8 * first) throw new InvalidOperationException("it did not learn");

/// <summary>In what the houses may differ, with default and range: programs, files and <c>fedpg env info</c> read the same.</summary>
internal sealed record ThermostatOptions : EpisodicOptions
{
    [Option("The temperature that is wanted, degrees.", Minimum = 10, Maximum = 30), AgentNumber(SpreadLow = 16, SpreadHigh = 24)]
    public AgentNumbers Wish { get; init; } = AgentNumbers.Default(20);
}

/// <summary>A room that drifts, and a heater that is on or off.</summary>
internal sealed class Thermostat(double wish) : IEnvironment
{
    public static EnvironmentDefinition Definition { get; } = new EpisodicDefinition<ThermostatOptions>
    {
        Id = "Thermostat-v0",
        Summary = "Keep a room at the temperature that its owner likes.",
        StepLimit = 40,
        RewardRange = NumberRange.UnitInterval,
        Make = (options, agent) => new Thermostat(options.Wish[agent]),
    }.ToDefinition();

    private EpisodeRandom _random;
    private double _degrees;

    public Space ObservationSpace { get; } = Box.Of(1);

    public Space ActionSpace { get; } = new Discrete(2);

    // All that is random follows from the seed.
    public void Reset(long seed, Span<double> observation)
    {
        _random = new EpisodeRandom(seed);
        _degrees = _random.Uniform(15, 25);
        Observe(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        _degrees += (action[0] == 1 ? 1 : -1) + (0.2 * _random.Normal());
        Observe(observation);
        return new StepResult(Math.Exp(-Math.Pow((_degrees - wish) / 3, 2)), Terminated: false);
    }

    // Networks like numbers about 0.
    private void Observe(Span<double> observation) => observation[0] = (_degrees - 20) / 5;
}
