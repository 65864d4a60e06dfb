using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs.Returns;
using FedPG.Envs.Tabular.Sampling;
using FedPG.Policies.Tabular;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Tabular;

/// <summary>
/// The natural gradient estimated from B trajectories: least squares of the sampled returns on the compatible features grad log pi, over
/// the visited pairs (s, a) with their discounted visits N(s,a) as weights (Sutton, McAllester, Singh and Mansour 2000; Kakade 2002).
/// <para>
/// For the tabular softmax it is in closed form, with the sampled score weights W of the plain gradient: (W(s,a) / N(s,a) - sum_a W / sum_a
/// N) / (1 - gamma) for visited pairs, the mean return of the action minus that of its state, and 0 for pairs that were not visited. For
/// other policies it is (F + lambda I)^-1 of the sampled gradient, F the Fisher matrix of the visited pairs (<see cref="TabularFisher"/>).
/// </para>
/// <para>
/// A ratio of two means: consistent as B grows, with a bias of order 1 / (visits of the pair), and that of the horizon, since the steps
/// near it see only a part of their returns. |W / N| is at most the largest return, so a rare action never gives a large step, as it would
/// with weights 1 / pi. Unvisited actions keep their logits. Baselines change its variance only.
/// </para>
/// </summary>
internal sealed class NaturalSampledEstimator : IGradientEstimator
{
    private readonly EstimatorSetup _setup;
    private readonly TrajectorySampler _sampler;
    private readonly SamplerWork _work;
    private readonly TabularFisher? _solver;
    private readonly Tensor _directions, _sampled;
    private readonly RolloutStatistics[] _rollouts;
    private readonly double[] _visits, _score;

    /// <summary>Prepares the work arrays for a block.</summary>
    /// <param name="setup">The block.</param>
    /// <param name="sampler">The tables, shared by all blocks.</param>
    /// <param name="options">How the system is solved where the policy is no table.</param>
    public NaturalSampledEstimator(EstimatorSetup setup, TrajectorySampler sampler, FisherOptions options)
    {
        ArgumentNullException.ThrowIfNull(setup);
        ArgumentNullException.ThrowIfNull(sampler);
        (_setup, _sampler, _work) = (setup, sampler, sampler.CreateWork());
        _solver = setup.Policy is TabularSoftmax ? null : new TabularFisher(setup.TabularPolicy, options);
        _directions = zeros(setup.Count, setup.Policy.Layout.Length, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _sampled = zeros(setup.Mdp.States * setup.Mdp.Actions, dtype: setup.Policy.Format.Dtype).DetachFromDisposeScope();
        _rollouts = new RolloutStatistics[setup.Count];
        (_visits, _score) = (new double[setup.Mdp.States * setup.Mdp.Actions], new double[setup.Mdp.States * setup.Mdp.Actions]);
    }

    /// <inheritdoc/>
    public long EnvSteps { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutStatistics> Rollouts => _rollouts;

    /// <inheritdoc/>
    public int Trajectories => _sampler.Settings.Trajectories;

    /// <inheritdoc/>
    public void Directions(Tensor rows, bool sameRows, BatchKey batch, Tensor directions)
    {
        Tensor logProbabilities = _setup.TabularPolicy.Evaluate(rows).Output.cpu().contiguous();
        Tensor probabilities = logProbabilities.exp();
        if (_directions.dtype == ScalarType.Float64) Sample<double>(rows, probabilities, logProbabilities, batch);
        else Sample<float>(rows, probabilities, logProbabilities, batch);
        directions.copy_(_directions.to(_setup.Policy.Format.Device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _directions.Dispose();
        _sampled.Dispose();
    }

    private void Sample<T>(Tensor rows, Tensor probabilities, Tensor logProbabilities, BatchKey batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int cells = _score.Length;
        ReadOnlySpan<T> p = probabilities.Span<T>(), logs = logProbabilities.Span<T>();
        Span<T> weights = _sampled.Span<T>();
        double temperature = _setup.Entropy.At(batch.Round), effective = 1 - _setup.Mdp.Discount;
        for (int i = 0; i < _setup.Count; i++)
        {
            if (!batch.Has(i)) continue;
            int agent = _setup.First + i;
            var key = new StreamKey(_setup.Seed, _setup.Purpose, agent, batch.Round, batch.LocalStep);
            RolloutStatistics rollout = _sampler.ScoreWeights(
                agent, p.Slice(i * cells, cells), logs.Slice(i * cells, cells), temperature, key, batch.Observe, weights, _work);
            EnvSteps += rollout.EnvSteps;
            if (batch.Observe) _rollouts[i] = rollout;
            for (int k = 0; k < cells; k++) _score[k] = double.CreateTruncating(weights[k]);
            _sampler.DiscountedVisits(_work, _visits);
            if (_solver is null)
            {
                Advantages(_visits, _score, _setup.Mdp.Actions, effective);
                _directions.Write(TableParameters.FirstOf(_setup, i), _score);
            }
            else
            {
                for (int k = 0; k < cells; k++) _visits[k] *= effective;
                double[] direction = _solver.Solve(rows.select(0, i), agent, _visits, _score);
                _directions.Write(i * direction.Length, direction);
            }
        }
    }

    /// <summary>From score weights to (W / N - sum W / sum N) / (1 - gamma), in place; 0 where N is 0.</summary>
    private static void Advantages(ReadOnlySpan<double> visits, Span<double> score, int actions, double effective)
    {
        for (int first = 0; first < score.Length; first += actions)
        {
            double total = 0, count = 0;
            for (int k = first; k < first + actions; k++)
            {
                if (visits[k] == 0) continue;
                total += score[k];
                count += visits[k];
            }
            for (int k = first; k < first + actions; k++)
                score[k] = visits[k] == 0 ? 0 : ((score[k] / visits[k]) - (total / count)) / effective;
        }
    }
}
