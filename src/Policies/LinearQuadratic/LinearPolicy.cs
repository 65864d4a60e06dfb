using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.LinearQuadratic;
using FedPG.Policies.Options;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.LinearQuadratic;

/// <summary>
/// The linear policy of a linear-quadratic problem: u = -K x, or u = -K x + sigma eps with Gaussian noise of a fixed standard deviation.
/// theta is K row by row, d = k m, and starts at the problem's initial gain. Without noise there is no log pi, and only exact gradients
/// serve it.
/// </summary>
internal sealed class LinearPolicy : StateActionPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = LinearOptions.Name;

    private readonly LinearQuadraticProblem _problem;
    private readonly Tensor _normaliser;

    /// <summary>Creates the policy.</summary>
    /// <param name="problem">What it acts in.</param>
    /// <param name="standardDeviation">sigma, 0 or above.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public LinearPolicy(LinearQuadraticProblem problem, double standardDeviation, TensorFormat format)
        : base(Kind, problem.States, problem.Controls, format, new ParameterLayout([("gain", [problem.Controls, problem.States])]))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(standardDeviation);
        (_problem, StandardDeviation) = (problem, standardDeviation);
        double logarithm = standardDeviation == 0 ? 0 : problem.Controls * Math.Log(standardDeviation * Math.Sqrt(2 * Math.PI));
        _normaliser = format.Constant(new double[,] { { logarithm } });
        register_buffer("normaliser", _normaliser);
    }

    /// <summary>The kind of policy.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<LinearQuadraticProblem, LinearOptions>(
        "a gain, with Gaussian noise or without", (options, problem, format) =>
            new LinearPolicy(problem, options.StandardDeviation, format), Read);

    /// <summary>sigma; 0 for the deterministic policy.</summary>
    public double StandardDeviation { get; }

    /// <summary>Its entropy, k log(sigma sqrt(2 pi e)), is a constant.</summary>
    public override bool HasVariableEntropy => false;

    /// <inheritdoc/>
    public override double[] InitialParameters(StreamKey key) => _problem.InitialGain.Transpose().ToColumnMajorArray();

    /// <inheritdoc/>
    public override string? ErrorOfStart(ReadOnlySpan<double> theta) => _problem.IsFiniteAt(theta) ? null : _problem.UnstableGain("K");

    /// <inheritdoc/>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters, Tensor observations, Tensor actions)
    {
        if (StandardDeviation == 0) throw new InvalidOperationException("a policy without noise has no log pi");
        // One control after another in sums of fixed order, and never as a product of matrices: then the bits depend neither on the block
        // nor on where the memory lies.
        Tensor? squares = null;
        for (int j = 0; j < ActionSize; j++)
        {
            Tensor planned = (observations * parameters[0].narrow(1, j, 1)).sum(-1);
            Tensor noise = actions.select(-1, j).Plus(planned);
            squares = squares is null ? noise * noise : squares.Plus(noise * noise);
        }
        return squares!.Times(-0.5 / (StandardDeviation * StandardDeviation)) - _normaliser;
    }

    private static LinearOptions Read(OptionReader reader, LinearQuadraticProblem? problem)
    {
        LinearOptions options = OptionRecord.Read(reader, new LinearOptions());
        if (options.StandardDeviation > 0 && problem is { Discount: 1, Steps: 0 })
        {
            reader.Reject(
                "standardDeviation",
                "must be 0 in endless undiscounted episodes, where noise costs without end; "
                    + "set environment.options.discount below 1, or steps");
        }
        return options;
    }
}
