// Tutorial 3: from a table of your own data to a policy in a file for other programs.
//     dotnet run samples/Tutorials/own-data.cs [FOLDER]
// Outside of the repository, in the place of the next line: #:package FedPG.Experiments@VERSION and #:package TorchSharp-cpu@0.107.0
#:project ../../src/Experiments/FedPG.Experiments.csproj
#:property UsesTorchNatives=true
#:property PublishAot=false

using System.Text;
using System.Text.Json;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments.Export;
using FedPG.Experiments.Training;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Estimators;
using FedPG.Policies.Options;

// A machine that is new, worn or broken (states 0 to 2); go on with it or repair it (actions 0 and 1). Two plants know their own rewards.
const string model = """
    { "states": 3, "actions": 2, "discount": 0.9, "initial": [1, 0, 0],
      "transitions": [ [[0.7, 0.3, 0], [1, 0, 0]],
                       [[0, 0.6, 0.4], [[0, 0.9], [1, 0.1]]],
                       [[0, 0, 1], [0.8, 0, 0.2]] ],
      "agents": [ { "name": "dear-repairs",  "rewards": [[1, 0.3], [0.8, 0.1], [0, 0]] },
                  { "name": "cheap-repairs", "rewards": [[1, 0.8], [0.5, 0.7], [0, 0.6]] } ] }
    """;
FiniteMdp plants = FiniteMdpFile.Parse(Encoding.UTF8.GetBytes(model), "plants.json", "plants");

// The table is known, so gradients are exact, and so is the best common policy to compare with.
using var trainer = new FederatedTrainer(
    plants, new TabularSoftmaxOptions(), new ExactOptions(), new FastFedPgOptions { LocalSteps = 10, LocalStepSize = 0.5 });
TrainingResult result = trainer.Run(rounds: 100);
Console.WriteLine($"regret {result.Objective:F4}; the best common policy is better by {result.Gap:E1}");
foreach ((string name, int state) in ((string, int)[])[("new", 0), ("worn", 1), ("broken", 2)])
    Console.WriteLine($"  {name}: {(result.Policy.Act(state) == 0 ? "go on" : "repair")}");

string folder = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
Directory.CreateDirectory(folder);
string file = Path.Combine(folder, "plants.json");
result.Policy.Export(file, PolicyFormat.Json);
result.Policy.Export(Path.ChangeExtension(file, ".onnx"), PolicyFormat.Onnx);
using JsonDocument written = JsonDocument.Parse(File.ReadAllBytes(file));
Console.WriteLine($"{file}: {string.Join(", ", written.RootElement.EnumerateObject().Select(key => key.Name))}");
if (result.Gap > 0.01) throw new InvalidOperationException("it did not learn");
