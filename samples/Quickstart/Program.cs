using FedPG.Envs.GridWorlds;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies;
using FedPG.Policies.Options;

using var trainer = new FederatedTrainer(
    GridWorld.Create(agents: 4, new GridWorldOptions { Width = 5, Height = 5, Slip = 0.2 }),
    new NeuralSoftmaxOptions { Hidden = [32], Context = TaskContext.Task },
    new GpomdpOptions { Horizon = 30, Trajectories = 16 },
    new FastFedPgOptions { LocalSteps = 5, LocalStepSize = 0.05 });
trainer.OnRound(report => Console.WriteLine($"round {report.Round}: gap {report.Evaluation?.Gap:F3}, env-steps {report.EnvSteps}"));
TrainingResult result = trainer.Run(rounds: 40);
Console.WriteLine($"gap {result.Gap:F3} after {result.Rounds} rounds, from {result.Summary.UniformGap:F3}");

int[] actions = [.. Enumerable.Range(0, 25).Select(state => result.Policy.Act(state, agent: 3))];
Console.WriteLine($"agent 3 goes {string.Join(' ', actions)}");

string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
result.Policy.Save(folder);
TrainedPolicy loaded = TrainedPolicy.Load(folder);
bool same = actions.SequenceEqual(Enumerable.Range(0, 25).Select(state => loaded.Act(state, agent: 3)));
Console.WriteLine($"saved in {folder} and loaded: it acts {(same ? "the same" : "otherwise")}");
