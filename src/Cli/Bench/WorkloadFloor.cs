using System.Text.Json.Nodes;
using FedPG.Cli.Common;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using FedPG.Federation.Execution;
using FedPG.Policies;

namespace FedPG.Cli.Bench;

/// <summary>
/// The least time that the gradients of all agents of a workload can take on a device, from bytes and operations. Parameters, gradients and
/// activations are on the device, and trajectories are played on the CPU, as <c>--device</c> has it. Counted are what no order of the work
/// can spare: products forward and backward; every number of a layer written and read once in each direction; parameters read twice, the
/// gradient written, and the corrected step; the operations that one call for a block of agents starts; what crosses between device and
/// CPU. Hyperbolic tangents, exponentials and copies are not.
/// </summary>
internal static class WorkloadFloor
{
    private const double Bytes = 4;

    /// <summary>Passes over a number of a layer: written and read forward, and its derivative backward.</summary>
    private const int ActivationPasses = 4;

    /// <summary>
    /// Passes over a row of parameters: read forward and backward; gradient written; then theta, gradient and memory read, and theta
    /// written.
    /// </summary>
    private const int ParameterPasses = 7;

    /// <summary>A layer's product with its bias and its activation; backward the derivative, the two products and the bias.</summary>
    private const int LaunchesOfLayer = 6;

    /// <summary>Log softmax forward and backward, probabilities, the step.</summary>
    private const int OtherLaunches = 4;

    /// <summary>Pairs of a block that are evaluated at once where states are not listed.</summary>
    private const int PairsOfCall = 2048;

    /// <summary>Counts a workload's work, and divides it by what a device can do.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="execution">Its threads decide how many agents are in a block.</param>
    /// <param name="limits">The device.</param>
    public static JsonObject Of(BenchWorkload workload, ExecutionOptions execution, DeviceLimits limits)
    {
        Experiment experiment = workload.Experiment(1);
        using Policy policy = experiment.CreatePolicy(TensorFormat.Float32);
        long agents = experiment.Environment.AgentNames.Count, parameters = policy.Layout.Length;
        bool listed = FiniteMdp.Find(experiment.Environment) is not null;
        double steps = workload.StepsPerGradient(execution);
        int[] hidden = [.. (experiment.Resolved["policy"]!["hidden"] as JsonArray ?? []).Select(width => (int)width!)];
        int inputs = listed ? 0 : ((EpisodicEnvironment)experiment.Environment).ObservationSpace.Size;
        int actions = listed ? experiment.Mdp.Actions : ((Discrete)((EpisodicEnvironment)experiment.Environment).ActionSpace).Count;
        double rows = listed ? (double)agents * experiment.Mdp.States : steps;
        int[] widths = hidden.Length == 0 ? [] : [inputs, .. hidden, actions];
        // The first layer's product of a state that is listed is a row of its matrix, and no layer stands before it to go back to.
        double products = 0;
        for (int layer = 0; layer + 1 < widths.Length; layer++) products += (layer == 0 ? 4.0 : 6.0) * widths[layer] * widths[layer + 1];
        double numbers = (ActivationPasses * (hidden.Sum() + actions)) + (2 * inputs);
        int size = execution.BlockSizeFor((int)agents, (long)(parameters * Bytes));
        double blocks = Math.Ceiling((double)agents / size), calls = blocks * (listed ? 1 : Math.Ceiling(steps / blocks / PairsOfCall));
        double operations = products * rows, bytes = Bytes * ((ParameterPasses * (double)parameters * agents) + (numbers * rows)),
            launches = calls * ((LaunchesOfLayer * Math.Max(widths.Length - 1, 0)) + OtherLaunches);
        // Probabilities there and weights back; or parameters there, and observation, action and weight of each pair back.
        double link = Bytes * (listed ? 2 * rows * actions : ((double)agents * parameters) + (rows * (inputs + 2)));

        (string Name, double Milliseconds)[] device = [("memory", bytes / limits.Memory / 1e6),
            ("compute", operations / limits.Compute / 1e6), ("launch", launches * limits.Launch / 1e3)];
        (string Name, double Milliseconds)[] all = [.. device, ("link", link / limits.Link / 1e6), ("host", steps / limits.Host / 1e3)];
        (string bound, double least) = all.MaxBy(part => part.Milliseconds);
        double inTurn = device.Max(part => part.Milliseconds) + all[^2].Milliseconds + all[^1].Milliseconds;
        return new JsonObject
        {
            ["workload"] = workload.Name,
            ["agents"] = agents,
            ["parameters"] = parameters,
            ["stepsPerGradient"] = Math.Round(steps, 1),
            ["operations"] = Math.Round(operations),
            ["bytes"] = Math.Round(bytes),
            ["launches"] = launches,
            ["linkBytes"] = Math.Round(link),
            ["floorMilliseconds"] = new JsonObject(
                all.Select(part => KeyValuePair.Create(part.Name, (JsonNode?)Math.Round(part.Milliseconds, 5)))),
            ["boundBy"] = bound,
            ["stepsPerSecondAtMost"] = Math.Round(1000 * steps / least),
            ["stepsPerSecondInTurn"] = Math.Round(1000 * steps / inTurn),
        };
    }
}
