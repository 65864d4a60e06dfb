using FedPG.Core.Streams;
using FedPG.Envs.Tabular;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Values.Tabular;

/// <summary>
/// Learns along one endless Markov chain an agent, one transition a local step. Where the chains stand is the estimator's own state, which
/// checkpoints store; an agent that sits a step out stays where it is.
/// </summary>
internal abstract class ChainEstimator : TabularValueEstimator
{
    private const double NotBegun = -1;
    private readonly Chains _chains;

    /// <summary>Prepares the chains of a block; each begins with its first step, at a state drawn from rho.</summary>
    protected ChainEstimator(EstimatorSetup setup)
        : base(setup)
    {
        double[] positions = new double[setup.Count];
        Array.Fill(positions, NotBegun);
        _chains = new Chains(tensor(positions).DetachFromDisposeScope());
    }

    /// <summary>What the estimator keeps.</summary>
    /// <param name="Position">The state each agent's chain is in, [n], float64; -1 before its first step.</param>
    public sealed record Chains(Tensor Position);

    /// <inheritdoc/>
    public override object State => _chains;

    /// <inheritdoc/>
    protected sealed override void Direct(int row, ReadOnlySpan<double> theta, BatchKey batch, Span<double> direction)
    {
        var key = new StreamKey(Setup.Seed, Setup.Purpose, Setup.First + row, batch.Round, batch.LocalStep);
        (uint first, uint second, uint next, uint start) = key.Draw(0, 0);
        Span<double> positions = _chains.Position.Span<double>();
        FiniteMdp mdp = Setup.Mdp;
        int state = positions[row] < 0 ? ChainDraws.Index(mdp.Initial, start) : (int)positions[row];
        int action = Act(state, theta, first, second);
        int pair = (state * mdp.Actions) + action, reached = ChainDraws.Next(Agents[row].Kernel, pair, next);
        Learn(state, action, Costs[row][pair], reached, theta, direction);
        EnvSteps++;
        // Nothing more happens in a terminal state: the chain begins anew.
        positions[row] = mdp.Terminal[reached] ? ChainDraws.Index(mdp.Initial, key.Draw(0, 1).W0) : reached;
    }

    /// <summary>The action in a state.</summary>
    /// <param name="state">s.</param>
    /// <param name="theta">The agent's parameters, [d].</param>
    /// <param name="first">A random number of 32 bits.</param>
    /// <param name="second">Another.</param>
    protected abstract int Act(int state, ReadOnlySpan<double> theta, uint first, uint second);

    /// <summary>Writes the direction of a transition.</summary>
    /// <param name="state">s.</param>
    /// <param name="action">a.</param>
    /// <param name="cost">c(s, a).</param>
    /// <param name="reached">s'.</param>
    /// <param name="theta">The agent's parameters, [d].</param>
    /// <param name="direction">The direction, [d], all 0 when this is called.</param>
    protected abstract void Learn(int state, int action, double cost, int reached, ReadOnlySpan<double> theta, Span<double> direction);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _chains.Position.Dispose();
        base.Dispose(disposing);
    }
}
