// Tutorial 1: one policy for four agents that want different things.
//     dotnet run samples/Tutorials/first-policy.cs
// Outside of the repository, in the place of the next line: #:package FedPG.Experiments@VERSION and #:package TorchSharp-cpu@0.107.0
#:project ../../src/Experiments/FedPG.Experiments.csproj
#:property UsesTorchNatives=true
#:property PublishAot=false

using FedPG.Envs.GridWorlds;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Options;

// N = 4 agents on one 5 x 5 grid, each with a goal of its own. The grid slips: every tenth step goes somewhere else.
var grid = GridWorld.Create(agents: 4, new GridWorldOptions { Width = 5, Height = 5, Slip = 0.1 });

// First one policy that does not know whom it serves: the best compromise. Then one that is told the agent's goal, its task.
foreach (TaskContext context in (TaskContext[])[TaskContext.None, TaskContext.Task])
{
    using var trainer = new FederatedTrainer(
        grid,
        new NeuralSoftmaxOptions { Hidden = [32], Context = context },
        new GpomdpOptions { Horizon = 25, Trajectories = 16 },                 // K and B: what a gradient is estimated from
        new FastFedPgOptions { LocalSteps = 5, LocalStepSize = 0.05 });        // H and eta: what happens between two messages
    TrainingResult result = trainer.Run(rounds: 40);
    Console.WriteLine($"context {context,-4}: J {result.Objective:F2}, gap to the best of its kind {result.Gap:F2}, "
        + $"{100 * result.Summary.OwnGap / result.Summary.UniformOwnGap:F0} % of the agents' own gap is left");

    // What the policy does where all agents start: 0 up, 1 right, 2 down, 3 left.
    IEnumerable<int> actions = Enumerable.Range(0, 4).Select(i => result.Policy.Act(12, agent: i));
    Console.WriteLine($"  in the middle the agents go {string.Join(", ", actions)}");
    if (context == TaskContext.Task && result.Gap > 0.5 * result.Summary.UniformGap)
        throw new InvalidOperationException("it did not learn");
}
