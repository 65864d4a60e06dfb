using FedPG.Federation.Rows;
using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// A step of the server that is multiplied by a ratio after every round over which the norm of the agents' mean change has not fallen by
/// some share: on a plateau the noise of sampled changes is what is left, and a shorter step averages it. The server sees that norm, and no
/// reward.
/// </summary>
/// <param name="ratio">What the step is multiplied by, in (0, 1]; 1 for never.</param>
/// <param name="fall">The share by which the norm has to fall over a round.</param>
internal sealed class Plateau(double ratio, double fall)
{
    private static readonly double[] Start = [1, 0];

    /// <summary>What the server keeps.</summary>
    /// <param name="Numbers">The factor of the step, and the last norm or 0, [2].</param>
    public sealed record State(Tensor Numbers) : IStateRecord;

    /// <summary>A server that keeps a factor.</summary>
    /// <param name="Theta">thetabar, [d].</param>
    /// <param name="Plateau">The factor.</param>
    public sealed record Server(Tensor Theta, State Plateau) : ServerState(Theta);

    /// <summary>No schedule.</summary>
    public static Plateau None { get; } = new(1, 0);

    /// <summary>Whether the step never changes.</summary>
    public bool IsNone => ratio == 1;

    /// <summary>The server's state before round 0.</summary>
    /// <param name="theta">theta_0, [d].</param>
    public ServerState CreateServer(Tensor theta) =>
        IsNone ? new ServerState(theta) : new Server(theta, new State(tensor(Start, ScalarType.Float64).DetachFromDisposeScope()));

    /// <summary>The factor of a round's step; what the round shows counts from the next one on.</summary>
    /// <param name="server">The state.</param>
    /// <param name="delta">The mean change, [d].</param>
    public double Factor(ServerState server, Tensor delta)
    {
        if (server is not Server { Plateau.Numbers: var numbers }) return 1;
        Span<double> kept = numbers.Span<double>();
        (double factor, double last) = (kept[0], kept[1]);
        double[] norm = new double[1];
        RowNorms.Distances(delta.unsqueeze(0), zeros_like(delta), norm);
        // A round without anybody shows nothing.
        if (norm[0] == 0) return factor;
        if (last > 0 && norm[0] > (1 - fall) * last) kept[0] = factor * ratio;
        kept[1] = norm[0];
        return factor;
    }
}
