namespace FedPG.Cli.Common;

/// <summary>Examples of the commands, as help shows them. Stateless.</summary>
internal static class HelpExamples
{
    private static readonly Dictionary<string, string[]> All = new()
    {
        [""] =
        [
            "fedpg train                                 # the built-in experiment, under a minute",
            "fedpg env list",
            "fedpg train my.json --seeds 1..5 --out runs/five",
            "fedpg runs",
        ],
        ["train"] =
        [
            "fedpg train",
            "fedpg train experiments/cartpole.json --out runs/cartpole",
            "fedpg train my.json --set federation.rounds=500 --set policy.hidden=[32,32]",
            "fedpg train my.json --seeds 1..5 --out runs/five",
            "fedpg train --preset frozen-lake --seeds 1..5",
            "fedpg train my.json --from runs/cartpole --seeds 1..5",
            "fedpg train --resume runs/cartpole",
            "fedpg train --resume runs/cartpole --set federation.rounds=1000",
        ],
        ["worker"] = ["fedpg worker --cluster localhost"],
        ["cluster"] = ["fedpg cluster status --cluster localhost"],
        ["cluster status"] = ["fedpg cluster status --cluster localhost"],
        ["eval"] = ["fedpg eval runs/cartpole --episodes 100", "fedpg eval runs/cartpole --render --out cartpole.gif"],
        ["export"] =
        [
            "fedpg export runs/cartpole --format onnx --out cartpole.onnx",
            "fedpg export runs/cartpole --format safetensors --agent agent-3 --out agent-3.safetensors",
        ],
        ["compare"] = ["fedpg compare my.json --algorithms fast-fedpg,fedavg --seeds 1..5",
            "fedpg compare --resume runs/compare-my-20260101-120000"],
        ["sweep"] =
        [
            "fedpg sweep my.json --grid federation.localStepSize=0.05,0.1,0.2 --grid federation.localSteps=5,10 --seeds 1..3",
            "fedpg sweep my.json --random 16 --draw localStepSize=log:1e-3..1e-1 --draw localSteps=whole:1..20 --halving",
            "fedpg sweep --resume runs/sweep-my-20260101-120000",
        ],
        ["report"] = ["fedpg report runs/cartpole", "fedpg report runs/five --out five.html"],
        ["advise"] = ["fedpg advise my.json"],
        ["reproduce"] = ["fedpg reproduce linear-rate", "fedpg reproduce --out runs/claims"],
        ["env"] = ["fedpg env list", "fedpg env info GridWorld-v0"],
        ["env list"] = ["fedpg env list", "fedpg env list --json"],
        ["env info"] = ["fedpg env info GridWorld-v0 --set slip=0.2", "fedpg env info CartPole-v1 --json"],
        ["env export"] = ["fedpg env export FrozenLake-v1 --out frozen-lake.json", "fedpg env export GridWorld-v0 --agents 4"],
        ["env trace"] = ["fedpg env trace CartPole-v1 --state [0,0,0,0] --actions [1,0,1]"],
        ["env speed"] = ["fedpg env speed CartPole-v1"],
        ["env check"] = ["fedpg env check CartPole-v1", "fedpg env check Walk-v0 --plugin Walk.dll"],
        ["env render"] = ["fedpg env render GridWorld-v0", "fedpg env render CartPole-v1 --out cartpole.gif"],
        ["bench"] = ["fedpg bench", "fedpg bench W1 W2 --json"],
        ["info"] = ["fedpg info", "fedpg info --json"],
        ["runs"] = ["fedpg runs", "fedpg runs old --state interrupted --delete"],
        ["schema"] = ["fedpg schema --out experiment.schema.json     # then \"$schema\": \"experiment.schema.json\" in the file"],
        ["completions"] = ["source <(fedpg completions bash)", "fedpg completions pwsh | Out-String | Invoke-Expression"],
        ["reference"] = ["fedpg reference docs/reference"],
        ["doctor"] = ["fedpg doctor", "fedpg doctor --json"],
    };

    /// <summary>The commands that have examples, by their paths below the program.</summary>
    public static IReadOnlyCollection<string> Commands => All.Keys;

    /// <summary>The examples of a command; none for an unknown one.</summary>
    /// <param name="command">Its path, as in <c>env info</c>; empty for the program.</param>
    public static IReadOnlyList<string> Of(string command) => All.GetValueOrDefault(command, []);
}
