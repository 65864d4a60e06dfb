using FedPG.Envs;
using static TorchSharp.torch;

namespace FedPG.Experiments.Acting;

/// <summary>What the numbers at the end of a network are.</summary>
internal enum ActingHead
{
    /// <summary>pi(a|o) itself, [A].</summary>
    Probabilities,

    /// <summary>Logits, [A]: pi(a|o) is their softmax.</summary>
    Logits,

    /// <summary>The mean of a Gaussian, one number for each of an action's.</summary>
    Mean,

    /// <summary>Expected costs of actions, [A]: the least is chosen.</summary>
    Costs,
}

/// <summary>A step of a network.</summary>
internal abstract record ActingStage;

/// <summary>y = W x + b.</summary>
/// <param name="Weight">W, [out, in] row by row, as <c>nn.Linear</c> has it.</param>
/// <param name="Bias">b, [out]; null for none.</param>
/// <param name="Inputs">in.</param>
internal sealed record LinearStage(double[] Weight, double[]? Bias, int Inputs) : ActingStage
{
    /// <summary>out.</summary>
    public int Outputs => Weight.Length / Inputs;
}

/// <summary>
/// A gated recurrent unit, as <c>torch.nn.GRUCell</c> has it: r, z = sigmoid of their rows of W x + b + U h + c, n = tanh(W x + b + r (U h
/// + c)) of its own, h' = (1 - z) n + z h.
/// </summary>
/// <param name="InputWeight">W, [3 H, in] row by row: r, z, n.</param>
/// <param name="InputBias">b, [3 H].</param>
/// <param name="HiddenWeight">U, [3 H, H] row by row.</param>
/// <param name="HiddenBias">c, [3 H].</param>
internal sealed record GruStage(double[] InputWeight, double[] InputBias, double[] HiddenWeight, double[] HiddenBias) : ActingStage
{
    /// <summary>H.</summary>
    public int Units => InputBias.Length / 3;

    /// <summary>in.</summary>
    public int Inputs => InputWeight.Length / InputBias.Length;
}

/// <summary>A function of each number.</summary>
/// <param name="Name">tanh, relu or cos.</param>
internal sealed record FunctionStage(string Name) : ActingStage;

/// <summary>Brings each number to [0, 1]: linearly and clipped where it has a range, and by 1/2 + x / (2 (1 + |x|)) elsewhere.</summary>
/// <param name="Ranges">The low end and the width of each number's range; null for none.</param>
internal sealed record UnitStage(IReadOnlyList<(double Low, double Width)?> Ranges) : ActingStage;

/// <summary>
/// The policy of one agent as plain numbers: what it is told of the agent is folded into them,
/// so that it sees observations alone. Immutable.
/// </summary>
internal sealed record ActingNetwork
{
    /// <summary>The kind of policy.</summary>
    public required string Kind { get; init; }

    /// <summary>What is observed. Whole numbers enter one-hot, several of them one after another.</summary>
    public required Space Observations { get; init; }

    /// <summary>What the environment takes.</summary>
    public required Space Actions { get; init; }

    /// <summary>What the numbers at the end are.</summary>
    public required ActingHead Head { get; init; }

    /// <summary>The stages, first to last.</summary>
    public required IReadOnlyList<ActingStage> Stages { get; init; }

    /// <summary>The type of the policy's numbers.</summary>
    public ScalarType Dtype { get; init; } = ScalarType.Float64;

    /// <summary>log sigma of each number of an action, for a Gaussian; null for others, and for one without noise.</summary>
    public double[]? LogDeviation { get; init; }

    /// <summary>What the environment is given for the number of an action, where that is another number; else null.</summary>
    public double[]? Levels { get; init; }

    /// <summary>The numbers that are remembered from step to step of an episode; 0 for none.</summary>
    public int MemorySize => Stages.OfType<GruStage>().Sum(stage => stage.Units);

    /// <summary>The numbers at the end of an observation.</summary>
    /// <param name="observation">As many numbers as the space has.</param>
    /// <param name="memory">What is remembered, [MemorySize]; overwritten.</param>
    public double[] Evaluate(ReadOnlySpan<double> observation, Span<double> memory = default)
    {
        double[] x = Encoded(observation);
        foreach (ActingStage stage in Stages)
        {
            x = stage is GruStage gru ? Remember(gru, x, memory) : Apply(stage, x);
            if (stage is GruStage) x.CopyTo(memory);
        }
        return x;
    }

    private static double[] Remember(GruStage gru, double[] x, ReadOnlySpan<double> memory)
    {
        int units = gru.Units;
        double[] given = Product(new LinearStage(gru.InputWeight, gru.InputBias, gru.Inputs), x);
        double[] back = Product(new LinearStage(gru.HiddenWeight, gru.HiddenBias, units), memory.ToArray()), next = new double[units];
        for (int j = 0; j < units; j++)
        {
            double reset = Sigmoid(given[j] + back[j]), update = Sigmoid(given[units + j] + back[units + j]);
            double news = Math.Tanh(given[(2 * units) + j] + (reset * back[(2 * units) + j]));
            next[j] = ((1 - update) * news) + (update * memory[j]);
        }
        return next;

        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
    }

    private static double[] Apply(ActingStage stage, double[] x) => stage switch
    {
        LinearStage linear => Product(linear, x),
        UnitStage unit =>
            [.. x.Select((v, k) => unit.Ranges[k] is var (low, width)
                ? Math.Clamp((v - low) / width, 0, 1)
                : 0.5 + (0.5 * v / (1 + Math.Abs(v))))],
        FunctionStage { Name: "tanh" } => [.. x.Select(Math.Tanh)],
        FunctionStage { Name: "relu" } => [.. x.Select(v => Math.Max(v, 0))],
        FunctionStage { Name: "cos" } => [.. x.Select(Math.Cos)],
        _ => throw new NotSupportedException($"{stage} is no known stage"),
    };

    private static double[] Product(LinearStage linear, double[] x)
    {
        double[] y = new double[linear.Outputs];
        for (int o = 0; o < y.Length; o++)
        {
            double sum = linear.Bias?[o] ?? 0;
            for (int i = 0; i < x.Length; i++) sum += linear.Weight[(o * x.Length) + i] * x[i];
            y[o] = sum;
        }
        return y;
    }

    /// <summary>How many values each observed number has; null where numbers enter as they are.</summary>
    public IReadOnlyList<int>? OneHot => Observations switch
    {
        Discrete discrete => [discrete.Count],
        MultiDiscrete several => several.Counts,
        _ => null,
    };

    private double[] Encoded(ReadOnlySpan<double> observation)
    {
        if (OneHot is not { } counts) return observation.ToArray();
        double[] seen = new double[counts.Sum()];
        for (int k = 0, first = 0; k < counts.Count; first += counts[k], k++) seen[first + (int)observation[k]] = 1;
        return seen;
    }
}
