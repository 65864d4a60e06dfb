using TorchSharp;
using static TorchSharp.torch;

namespace FedPG.Federation.Evaluation;

/// <summary>
/// The policy with the lowest objective of all evaluations of a run, the earliest of equal ones. It owns copies of its parameters. One
/// thread at a time.
/// </summary>
internal sealed class BestPolicy : IDisposable
{
    private BestPolicy(int round, double objective, Tensor theta, Tensor? own) =>
        (Round, Objective, Theta, Own) = (round, objective, theta, own);

    /// <summary>The rounds that it was trained for.</summary>
    public int Round { get; }

    /// <summary>J, the mean over agents, as that evaluation had it.</summary>
    public double Objective { get; }

    /// <summary>thetabar, [d].</summary>
    public Tensor Theta { get; }

    /// <summary>The parameters that serve each agent, [N, d]; null where thetabar serves all.</summary>
    public Tensor? Own { get; }

    /// <summary>Keeps copies of parameters.</summary>
    /// <param name="round">The rounds that they were trained for.</param>
    /// <param name="objective">J.</param>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="own">The parameters that serve each agent, [N, d]; null where thetabar serves all.</param>
    public static BestPolicy Of(int round, double objective, Tensor theta, Tensor? own) =>
        new(round, objective, Copy(theta), own is null ? null : Copy(own));

    /// <inheritdoc/>
    public void Dispose()
    {
        Theta.Dispose();
        Own?.Dispose();
    }

    private static Tensor Copy(Tensor value)
    {
        using DisposeScope scope = NewDisposeScope();
        return value.detach().cpu().clone().DetachFromDisposeScope();
    }
}
