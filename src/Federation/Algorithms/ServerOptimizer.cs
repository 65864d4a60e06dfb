using FedPG.Federation.States;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Algorithms;

/// <summary>
/// What the server does with the mean change Delta of its agents: Reddi et al., "Adaptive federated optimization" (ICLR 2021), which treats
/// Delta as a gradient of the other sign. alpha_g = GlobalStepSize is the server's step eta. As
/// there, there is no correction of the moments' start.
/// <para>sgd: theta += alpha_g Delta. momentum: m = beta1 m + Delta, theta += alpha_g m.</para>
/// <para>
/// adagrad, yogi, adam: m = beta1 m + (1 - beta1) Delta, theta += alpha_g m / (sqrt v + tau), where v starts at tau^2 and becomes v +
/// Delta^2, v - (1 - beta2) Delta^2 sign(v - Delta^2), or beta2 v + (1 - beta2) Delta^2.
/// </para>
/// </summary>
/// <param name="options">Which one, and its numbers.</param>
internal sealed class ServerOptimizer(AveragingOptions options)
{
    private readonly double _beta1 = options.ServerBeta1, _beta2 = options.ServerBeta2, _tau = options.ServerTau;

    /// <summary>What momentum keeps.</summary>
    /// <param name="Momentum">m, [d].</param>
    public sealed record FirstMoment(Tensor Momentum) : IStateRecord;

    /// <summary>What adagrad, yogi and adam keep.</summary>
    /// <param name="Momentum">m, [d].</param>
    /// <param name="SecondMoment">v, [d].</param>
    public sealed record BothMoments(Tensor Momentum, Tensor SecondMoment) : IStateRecord;

    /// <summary>Whether this is sgd, so that step 1 is plain averaging.</summary>
    public bool IsAveraging => options.ServerOptimizer == ServerOptimizerKind.Sgd;

    /// <summary>The optimiser's part of the server's state; null for sgd.</summary>
    /// <param name="theta">theta_0, [d].</param>
    public IStateRecord? CreateState(Tensor theta) => options.ServerOptimizer switch
    {
        ServerOptimizerKind.Sgd => null,
        ServerOptimizerKind.Momentum => new FirstMoment(zeros_like(theta).DetachFromDisposeScope()),
        _ => new BothMoments(
            zeros_like(theta).DetachFromDisposeScope(), ones_like(theta).Scale(_tau * _tau).DetachFromDisposeScope()),
    };

    /// <summary>The server's update, Eq. (7) with sgd. The mean change is overwritten.</summary>
    /// <param name="server">The state; thetabar moves.</param>
    /// <param name="delta">Delta, the mean change, [d].</param>
    /// <param name="step">alpha_g.</param>
    public void Step(ServerState server, Tensor delta, double step)
    {
        ArgumentNullException.ThrowIfNull(server);
        switch (server.Optimizer)
        {
            case BothMoments(var m, var v):
                Tensor squares = delta * delta;
                m.Scale(_beta1).AddMultiple(1 - _beta1, delta);
                if (options.ServerOptimizer == ServerOptimizerKind.Adam) v.Scale(_beta2).AddMultiple(1 - _beta2, squares);
                else if (options.ServerOptimizer == ServerOptimizerKind.Yogi)
                    v.AddMultiple(-(1 - _beta2), squares.mul((v - squares).sign()));
                else v.Add(squares);
                server.Theta.AddMultiple(step, m / v.sqrt().Plus(ones_like(v).Scale(_tau)));
                break;
            case FirstMoment(var m):
                server.Theta.AddMultiple(step, m.Scale(_beta1).Add(delta));
                break;
            default:
                server.Theta.AddMultiple(step, delta);
                break;
        }
    }
}
