using FedPG.Envs.Returns;
using FedPG.Federation.Estimators.Tabular;
using FedPG.Policies.Episodic;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Episodic;

/// <summary>
/// The natural direction of an environment that is stepped, (F + lambda I) x = g from B trajectories an agent: g is the sampled gradient, and
/// F = (1 - gamma) / B sum over the pairs met of gamma^t grad log pi grad log pi', so that x is the least squares fit of the sampled returns on grad log pi (Sutton, McAllester,
/// Singh and Mansour 2000; Kakade 2002), as <see cref="NaturalSampledEstimator"/> has it where states are listed. Solved by conjugate gradients, all agents of the block in the
/// same operations; F is never formed: of a vector v, every pair's grad log pi' v follows from the tangents of the heads along v, and a backward pass adds up the rest.
/// </summary>
public sealed class NaturalRolloutEstimator : IGradientEstimator
{
    private readonly EpisodicPolicy _policy;
    private readonly SamplerSettings _settings;
    private readonly RolloutSampler _sampler;
    private readonly FisherOptions _options;
    private readonly double _effective, _tolerance;

    /// <summary>Creates environments and work arrays for a block.</summary>
    /// <param name="setup">The block; its policy has tangents, and its environment a discount below 1.</param>
    /// <param name="settings">How trajectories become weights.</param>
    /// <param name="options">How the system is solved.</param>
    public NaturalRolloutEstimator(EstimatorSetup setup, SamplerSettings settings, FisherOptions options)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(options);
        (_policy, _settings, _options) = ((EpisodicPolicy)setup.Policy, settings, options);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(setup.Environment.Discount, 1, nameof(setup));
        (_sampler, _effective) = (new RolloutSampler(setup, settings), 1 - setup.Environment.Discount);
        _tolerance = FisherSolver.ToleranceOf(_policy.Format);
    }

    /// <inheritdoc/>
    public long EnvSteps => _sampler.EnvSteps;

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _sampler.Rollouts;

    /// <inheritdoc/>
    public int Trajectories => _settings.Trajectories;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(directions);
        _sampler.Sample(rows, batch, VisitRecording.Discounted);
        BufferGradients.Write(_policy, _sampler.Buffer, rows, directions);
        double[] right = Numbers(directions);
        // Of numbers that are none nothing can be solved; they are found where directions are looked at.
        if (!Array.TrueForAll(right, double.IsFinite)) return;
        using var products = new FisherProducts(_policy, _sampler.Buffer, rows);
        double[] solved = ConjugateGradients.Solve(right, (int)rows.shape[0], _tolerance, _options.Iterations, (vectors, open, result) =>
        {
            products.Write(vectors, open, result);
            for (int k = 0; k < result.Length; k++) result[k] = (_effective * result[k]) + (_options.Damping * vectors[k]);
        });
        using Tensor answer = tensor(solved, directions.shape, dtype: directions.dtype, device: directions.device);
        directions.copy_(answer);
    }

    /// <inheritdoc/>
    public void Dispose() => _sampler.Dispose();

    private static double[] Numbers(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float64).contiguous().Span<double>().ToArray();

    /// <summary>Products of vectors with sum over the pairs met of visits grad log pi grad log pi'.</summary>
    private sealed class FisherProducts : IDisposable
    {
        private readonly EpisodicPolicy _policy;
        private readonly Tensor _rows;
        private readonly List<Piece> _pieces = [];

        public FisherProducts(EpisodicPolicy policy, RolloutBuffer pairs, Tensor rows)
        {
            (_policy, _rows) = (policy, rows);
            foreach (BufferChunks chunk in pairs.Batches())
            {
                using IDisposable scope = NewDisposeScope();
                Tensor thetas = chunk.Rows(rows), seen = chunk.Of(pairs.Observations), actions = chunk.Of(pairs.Actions);
                var piece = new Piece(chunk, seen, actions, chunk.Of(pairs.Visits), Slopes(thetas, seen, actions));
                foreach (Tensor tensor in piece.Tensors) tensor.DetachFromDisposeScope();
                _pieces.Add(piece);
            }
        }

        public void Write(double[] vectors, bool[] open, double[] products)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor along = tensor(vectors, _rows.shape, dtype: _rows.dtype, device: _rows.device), sums = zeros_like(_rows);
            foreach (Piece piece in _pieces)
            {
                // Solved systems need no more products.
                if (!piece.Chunk.Items.Any(item => open[item.Agent])) continue;
                using IDisposable inner = NewDisposeScope();
                Tensor thetas = piece.Chunk.Rows(_rows), part = empty_like(thetas);
                Tensor scores = (piece.Slopes * _policy.Tangents(thetas, piece.Chunk.Rows(along), piece.Observations)).sum(-1);
                _policy.Evaluate(thetas, piece.Observations, piece.Actions).Backward(scores * piece.Visits, part);
                piece.Chunk.Add(part, sums);
            }
            Numbers(sums).CopyTo(products, 0);
        }

        public void Dispose()
        {
            foreach (Tensor tensor in _pieces.SelectMany(piece => piece.Tensors)) tensor.Dispose();
        }

        /// <summary>The derivatives of log pi of the actions by the heads, [agents, Size, HeadSize].</summary>
        private Tensor Slopes(Tensor rows, Tensor observations, Tensor actions)
        {
            Tensor heads = _policy.Evaluate(rows, observations, heads => heads).Output;
            using var recording = enable_grad();
            Tensor leaf = heads.detach().clone().requires_grad_();
            Tensor logs = _policy.LogProbabilities(leaf, actions);
            logs.backward([ones_like(logs)]);
            return leaf.grad!.detach();
        }

        /// <summary>A chunk of pairs.</summary>
        /// <param name="Chunk">Which.</param>
        /// <param name="Observations">What was seen, [agents, Size, m].</param>
        /// <param name="Actions">What was done, [agents, Size, ActionSize].</param>
        /// <param name="Visits">gamma^t / B, [agents, Size].</param>
        /// <param name="Slopes">The derivatives of log pi by the heads, [agents, Size, HeadSize].</param>
        private sealed record Piece(BufferChunks Chunk, Tensor Observations, Tensor Actions, Tensor Visits, Tensor Slopes)
        {
            public IEnumerable<Tensor> Tensors => [Observations, Actions, Visits, Slopes];
        }
    }
}
