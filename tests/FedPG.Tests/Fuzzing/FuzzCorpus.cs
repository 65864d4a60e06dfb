using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Fuzzing;

/// <summary>Sound inputs that the fuzz tests change.</summary>
internal static class FuzzCorpus
{
    public static readonly string[] Experiments =
    [
        RunTesting.Tiny,
        """
        { "name": "grid", "seed": 1, "dtype": "float64", "objective": "reward",
          "environment": { "id": "GridWorld-v0", "agents": 3, "options": { "width": 3, "height": 3, "slip": 0.1, "discount": 0.9 } },
          "policy": { "kind": "log-linear" }, "gradient": { "estimator": "exact", "entropy": { "from": 0.1, "to": 0, "until": 3 } },
          "federation": { "algorithm": "scaffold", "rounds": 2, "localSteps": 2, "localStepSize": 0.1, "globalStepSize": 1,
            "participation": { "kind": "uniform", "sample": 2 } }, "evaluateEvery": 1, "checkpointEvery": 25 }
        """,
        """
        { "name": "pole", "objective": "reward", "environment": { "id": "CartPole-v1", "agents": 2, "options": { "gravity": [9, 10] } },
          "policy": { "kind": "neural-softmax", "hidden": [4, 4], "activation": "tanh", "context": "agent" },
          "gradient": { "estimator": "gpomdp", "horizon": 5, "trajectories": 2, "baseline": "constant" },
          "federation": { "algorithm": "fedavg", "rounds": 1, "localSteps": 1, "localStepSize": 0.01, "localOptimizer": "adam" } }
        """,
        """
        { "name": "swing", "objective": "reward", "environment": { "id": "Pendulum-v1", "agents": 2 }, "policy": { "hidden": [4] },
          "gradient": { "estimator": "reinforce", "horizon": 5, "trajectories": 2, "baseline": "leave-one-out" },
          "federation": { "algorithm": "fedlin", "rounds": 1, "localSteps": 1, "localStepSize": 0.01, "agentTopK": 2,
            "messages": "float16" } }
        """,
        """
        { "seed": 4, "environment": { "id": "RandomMdp-v0", "agents": 3, "options": { "states": 4, "actions": 2, "heterogeneity": 0.5 } },
          "policy": { "kind": "tabular-softmax", "initial": [0, 0, 0, 0, 0, 0, 0, 1] },
          "federation": { "algorithm": "decentralized", "graph": "ring", "rounds": 3, "localSteps": 2,
            "agentLocalSteps": [1, 2, 3], "localStepSize": 0.1 } }
        """,
        """
        { "objective": "reward", "environment": { "id": "MiniGrid-Empty-5x5-v0", "agents": 2 },
          "policy": { "kind": "neural-softmax", "hidden": [4], "personal": ["head"], "start": "orthogonal", "normalise": false },
          "gradient": { "estimator": "ppo", "horizon": 8, "trajectories": 2, "epochs": 2, "minibatch": 8, "clip": 0.2 },
          "federation": { "algorithm": "fast-fedpg", "rounds": 2, "localSteps": 1, "localStepSize": 0.001, "localOptimizer": "adam",
            "localMaxNorm": 0.5, "correction": "guarded" }, "keepBest": true,
          "stopAt": { "column": "episode_return", "value": 0.9, "held": 2 } }
        """,
        """
        { "environment": { "id": "FrozenLake-v1", "agents": 2 }, "policy": { "kind": "neural-softmax", "hidden": [4],
            "context": "agent", "personal": ["embedding"], "embeddingSize": 2 }, "gradient": { "estimator": "gpomdp", "horizon": 9 },
          "federation": { "algorithm": "fedavg", "rounds": 2, "personalSteps": 2, "personalOrder": "alternating", "averaging": "touched" },
          "personalise": { "steps": 2, "localStepSize": 0.01, "what": "personal" } }
        """,
        """
        { "environment": { "id": "RandomMdp-v0", "agents": 2, "options": { "states": 3 } }, "gradient": { "estimator": "exact" },
          "federation": { "algorithm": "ditto", "rounds": 2, "localSteps": 2, "localStepSize": 0.1, "proximal": 0.1 } }
        """,
    ];

    /// <summary>Models of PRISM and Storm, each by its files, of which the first is the one that is read.</summary>
    public static readonly (string Name, string Text)[][] Models =
    [
        [
            ("m.tra", "3 4 5\n0 0 0 1\n0 1 1 0.25 go\n0 1 2 3/4 go\n1 0 0 1\n2 0 2 1\n"),
            ("m.lab", "0=\"init\" 1=\"deadlock\" 2=\"end\"\n0: 0\n2: 2\n"),
            ("m.srew", "3 2\n0 1\n1 1\n"),
            ("m.trew", "3 4 1\n0 1 1 2.5\n"),
        ],
        [
            ("m.drn", "// a model\n@type: MDP\n@parameters\n\n@reward_models\ntime\n@nr_states\n3\n@nr_choices\n4\n@model\n"
                + "state 0 [0] init\n\taction stay [1]\n\t\t0 : 1\n\taction go [2]\n\t\t1 : 0.25\n\t\t2 : 3/4\n"
                + "state 1 [1]\n\taction 0 [0]\n\t\t0 : 1\nstate 2 [0] end\n\taction 0 [0]\n\t\t2 : 1\n"),
        ],
    ];

    public static readonly string[] Mdps =
    [
        """
        { "states": 2, "actions": 2, "discount": 0.9, "initial": [0.25, 0.75],
          "transitions": [[[1, 0], [[1, 0.5], [0, 0.5]]], [[0.1, 0.9], [[1, 1]]]],
          "agents": [ { "name": "first", "task": [1], "rewards": [[0, 1], [-2.5, 1e-300]] },
            { "task": [2], "rewards": [[0, 0], [0, 0]] } ] }
        """,
        """
        { "states": 1, "actions": 1, "discount": 0, "initial": [1], "transitions": [[[1]]], "agents": [ { "rewards": [[0.5]] } ] }
        """,
        """
        { "states": 3, "actions": 1, "discount": 0.5, "initial": [1, 0, 0], "transitions": [[[[1, 1]]], [[[2, 1]]], [[[2, 1.0]]]],
          "agents": [ { "name": "a", "rewards": [[0], [1], [0]] },
            { "name": "b", "rewards": [[0], [1], [0]], "transitions": [[[[2, 1]]], [[[2, 1]]], [[[2, 1]]]] } ] }
        """,
    ];

    public static readonly string[] Mapped = ["FrozenLake-v1", "GridWorld-v0", "CliffWalking-v1"];

    public static readonly string[] Maps = ["SFFF\nFHFH\nFFFH\nHFFG", "S.\n.G", "S..#\n.#..\n...G", "####\n#SG#\n####"];

    public static readonly string[] Keys =
    [
        "seed", "name", "dtype", "objective", "environment", "environment.id", "environment.agents", "environment.mdp",
        "environment.options", "environment.options.discount", "environment.options.slip", "environment.stepped", "policy",
        "policy.kind", "policy.hidden", "policy.initial", "policy.context", "policy.personal", "gradient", "gradient.estimator",
        "gradient.horizon", "gradient.trajectories", "gradient.baseline", "gradient.entropy", "gradient.direction", "federation",
        "federation.algorithm", "federation.rounds", "federation.localSteps", "federation.localStepSize", "federation.globalStepSize",
        "federation.participation", "federation.participation.kind", "federation.participation.sample", "federation.participation.sets",
        "federation.graph", "federation.memory", "federation.messages", "federation.localOptimizer", "federation.agentTopK",
        "evaluateEvery", "checkpointEvery", "evaluationEpisodes", "diagnoseEvery", "personalise", "personalise.steps",
        "personalise.what", "stopAt", "stopAt.column", "stopAt.held", "keepBest", "federation.localMaxNorm", "federation.personalSteps",
        "federation.averaging", "federation.stragglers", "gradient.epochs", "gradient.clip", "policy.start", "policy.critic",
        "policy.network", "environment.frameStack", "plugins", "$schema", "federation.serverOptimizer", "federation.correction",
        "federation.agentLocalSteps", "versions", "", ".", "a.b.c", "seed.x",
    ];

    public static readonly string[] Words =
    [
        "train", "eval", "compare", "report", "advise", "reproduce", "sweep", "export", "runs", "schema", "completions", "doctor",
        "env", "bench", "info", "worker", "cluster", "status", "list", "check", "export", "render", "trace", "speed", "--set", "--seed",
        "--seeds", "--out", "--threads", "--device", "--resume", "--from", "--quiet", "--json", "--greedy", "--episodes",
        "--algorithms", "--plugin", "--agents", "--state", "--actions", "--cluster", "--workers", "--block-size", "--port",
        "--patience", "--help", "--version", "cpu", "cuda", "--grid", "--random", "--halving", "--draw", "--preset", "--list-presets",
        "--accept-changes", "--format", "--delete", "onnx", "seed=1,2", "seed=1..3", "bash", "1..5", "5..1", "1..", "GridWorld-v0",
        "e.json", "run", "fast-fedpg,fedavg", "seed=3", "a=", "=", "--", "-", "-x", "--set=seed=1", "--threads=0", "--port=99999",
        "127.0.0.1:0", "\0", " ",
    ];
}
