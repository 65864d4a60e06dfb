using System.Runtime.InteropServices;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Policies.Heads;
using FedPG.Policies.Options;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The direct parameterisation: theta[s,a] = pi(a|s) itself, d = S A, every row of A numbers a distribution. Starts uniform. Its parameters
/// have to stay on the simplex, so an algorithm has to project them (<see cref="Project"/>): <c>pavg</c> does.
/// </summary>
internal sealed class TabularDirect : TabularPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = TabularDirectOptions.Name;

    private const double SumTolerance = 1e-6;

    /// <summary>Creates the policy for S states and A actions.</summary>
    public TabularDirect(int states, int actions, TensorFormat format)
        : base(Kind, states, actions, format, new ParameterLayout([("probabilities", [states, actions])])) { }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<FiniteMdp, TabularDirectOptions>(
        "the probabilities themselves, for pavg", (_, mdp, format) =>
            new TabularDirect(mdp.States, mdp.Actions, format)) with { TakesGradients = false };

    /// <inheritdoc/>
    public override bool TakesGradients => false;

    /// <summary>No entropy term is offered: its gradient is infinite on the boundary of the simplex.</summary>
    public override bool HasVariableEntropy => false;

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key)
    {
        double[] probabilities = new double[Layout.Length];
        Array.Fill(probabilities, 1.0 / Actions);
        return probabilities;
    }

    /// <inheritdoc/>
    public override string? ErrorOfStart(ReadOnlySpan<double> theta)
    {
        for (int s = 0; s < States; s++)
        {
            double sum = 0;
            foreach (double p in theta.Slice(s * Actions, Actions)) sum += p >= 0 ? p : double.NaN;
            if (!(Math.Abs(sum - 1) <= SumTolerance))
                return $"must be {Actions} probabilities for each state that sum to one; those of state {s} do not";
        }
        return null;
    }

    /// <inheritdoc/>
    public override void Project(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using IDisposable scope = NewDisposeScope();
        Tensor here = rows.cpu();
        if (here.dtype == ScalarType.Float64) Simplex.Project(MemoryMarshal.Cast<byte, double>(here.bytes), Actions);
        else Simplex.Project(MemoryMarshal.Cast<byte, float>(here.bytes), Actions);
        if (rows.device_type != TorchSharp.DeviceType.CPU) rows.copy_(here);
    }

    /// <summary>
    /// log pi. A mean of distributions may leave the simplex by rounding, and a server's optimiser or weights may leave it by more: what is
    /// below 0 counts as 0, and rows are normalised.
    /// </summary>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters)
    {
        Tensor positive = functional.relu(parameters[0]);
        return positive.log() - positive.sum(-1, keepdim: true).log();
    }
}
