using FedPG.Core.Streams;
using FedPG.Federation.Estimators;
using FedPG.Federation.Optimizers;
using FedPG.Federation.Schedules;
using FedPG.Policies;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>How personal parameters are trained.</summary>
/// <param name="Steps">When, how many and how long.</param>
/// <param name="LocalSteps">H, for agents whose personal steps follow their local ones.</param>
/// <param name="LocalStepSize">eta, for agents whose personal steps are as long as their local ones.</param>
/// <param name="Optimizer">The local optimiser.</param>
internal sealed record PersonalTraining(
    PersonalSteps Steps, int LocalSteps, StepSizeSchedule LocalStepSize, LocalOptimizerSettings Optimizer);

/// <summary>What a block keeps of its agents' personal parameters.</summary>
/// <param name="Parameters">w_i, [n, dp].</param>
/// <param name="Rounds">The rounds whose personal steps an agent has taken, 0 before the first, [n] in double precision.</param>
internal sealed record PersonalState(Tensor Parameters, Tensor Rounds);

/// <summary>
/// The personal parameters of a block of agents, beside the shared rows that its algorithm knows of. F(theta, w) is the mean of
/// J_i(theta, w_i). A round alternates by default: an agent receives thetabar, takes P steps
/// <para>w_i &lt;- w_i - eta_p grad_w J_i(thetabar, w_i),</para>
/// <para>
/// and holds w_i from then on, in its memory of the round as in its shared steps. So a round is one of the algorithm for
/// theta -&gt; F(theta, w), and what is known of that holds word for word. The steps are taken when the round's first gradient is asked
/// for, wherever the algorithm asks. Their random numbers are their own. The local optimiser takes them, with moments that stay with the
/// agent; where local steps are rollouts with several updates, so are personal ones. One thread at a time.
/// </para>
/// </summary>
internal sealed class PersonalRows : IDisposable
{
    private readonly IGradientEstimator _estimator;
    private readonly PersonalTraining _training;
    private readonly int _shared, _count;
    private readonly Tensor _rows, _directions;

    /// <summary>The parameters before round 0.</summary>
    /// <param name="policy">The block's policy, which has personal parameters.</param>
    /// <param name="estimator">The block's estimator; not disposed.</param>
    /// <param name="training">How they are trained.</param>
    /// <param name="start">w_i, [n][dp].</param>
    public PersonalRows(Policy policy, IGradientEstimator estimator, PersonalTraining training, IReadOnlyList<double[]> start)
    {
        (_estimator, _training, _shared, _count) = (estimator, training, policy.Layout.SharedLength, start.Count);
        (TensorFormat format, int d) = (policy.Format, policy.Layout.Length);
        double[] flat = [.. start.SelectMany(w => w)];
        using IDisposable scope = NewDisposeScope();
        Tensor parameters = tensor(flat, [_count, d - _shared], dtype: format.Dtype, device: format.Device).DetachFromDisposeScope();
        State = new PersonalState(parameters, zeros(_count, dtype: ScalarType.Float64).DetachFromDisposeScope());
        _rows = zeros(_count, d, dtype: format.Dtype, device: format.Device).DetachFromDisposeScope();
        _directions = zeros(_count, d, dtype: format.Dtype, device: format.Device).DetachFromDisposeScope();
        LocalOptimizerSettings settings = training.Optimizer;
        bool isOwn = settings.State is LocalOptimizerState.Kept or LocalOptimizerState.Reset;
        Optimizer = new LocalOptimizer(isOwn ? settings : settings with { State = LocalOptimizerState.Kept }, parameters);
    }

    /// <summary>What is kept from round to round.</summary>
    public PersonalState State { get; }

    /// <summary>What the agents make of the directions of their personal steps. No server averages or sets its moments.</summary>
    public LocalOptimizer Optimizer { get; }

    /// <summary>
    /// Calls back with the number of agents that take each personal step and how they are keyed, so that trajectories can be counted.
    /// </summary>
    public Action<BatchKey>? Sampled { get; set; }

    /// <summary>Rows of policies from shared rows: [theta_i | w_i], [n, d]. The buffer is overwritten by the next call.</summary>
    /// <param name="shared">[n, ds].</param>
    public Tensor Join(Tensor shared)
    {
        _rows.narrow(1, 0, _shared).copy_(shared);
        _rows.narrow(1, _shared, State.Parameters.shape[1]).copy_(State.Parameters);
        return _rows;
    }

    /// <summary>The shared part of rows of policies, a view [n, ds].</summary>
    /// <param name="rows">[n, d].</param>
    public Tensor SharedOf(Tensor rows) => rows.narrow(1, 0, _shared);

    /// <summary>Writes directions of the shared parameters, and trains the personal ones as far as they are due.</summary>
    /// <param name="shared">theta_i, [n, ds].</param>
    /// <param name="batch">The step.</param>
    /// <param name="steps">The local steps that each agent takes in the round, [n].</param>
    /// <param name="direction">The shared parameters' directions, [n, ds], overwritten.</param>
    public void Directions(Tensor shared, BatchKey batch, Func<int, int[]> steps, Tensor direction)
    {
        Prepare(shared, batch, steps);
        _estimator.Directions(Join(shared), false, batch, _directions);
        direction.copy_(SharedOf(_directions));
        if (IsSimultaneous && batch.LocalStep < StreamKey.MaximumLocalStep) Descend(batch.Round, batch.Active);
    }

    /// <summary>Plays a rollout at shared rows, after the personal steps that are due.</summary>
    /// <param name="learner">The block's estimator.</param>
    /// <param name="shared">theta_i, [n, ds].</param>
    /// <param name="batch">The step.</param>
    /// <param name="steps">The local steps that each agent takes in the round, [n].</param>
    public void Play(IRolloutLearner learner, Tensor shared, BatchKey batch, Func<int, int[]> steps)
    {
        Prepare(shared, batch, steps);
        learner.Play(Join(shared), batch);
    }

    /// <summary>Writes the shared parameters' gradients of an update of the latest rollout.</summary>
    /// <param name="learner">The block's estimator.</param>
    /// <param name="update">Which update.</param>
    /// <param name="shared">theta_i, [n, ds].</param>
    /// <param name="batch">The step.</param>
    /// <param name="direction">[n, ds], overwritten.</param>
    public void Update(IRolloutLearner learner, int update, Tensor shared, BatchKey batch, Tensor direction)
    {
        learner.Gradient(update, Join(shared), batch, _directions);
        direction.copy_(SharedOf(_directions));
        if (IsSimultaneous) Descend(batch.Round, batch.Active);
    }

    private bool IsSimultaneous => _training.Steps.Order == PersonalOrder.Simultaneous;

    /// <summary>Takes the personal steps of a round at shared rows, for agents that have not taken them and take part.</summary>
    /// <param name="shared">thetabar in every row, or where agents start the round, [n, ds].</param>
    /// <param name="batch">The first step of the round.</param>
    /// <param name="steps">
    /// The local steps that each agent takes in the round, [n], from how many there are where agents do not differ.
    /// </param>
    public void Prepare(Tensor shared, BatchKey batch, Func<int, int[]> steps)
    {
        if (IsSimultaneous) return;
        Span<double> done = State.Rounds.Span<double>();
        int[] due = new int[_count];
        int[]? counts = null;
        for (int i = 0; i < _count; i++)
        {
            if (!batch.Has(i) || done[i] > batch.Round) continue;
            due[i] = _training.Steps.Steps ?? (counts ??= steps(_training.LocalSteps))[i];
            done[i] = batch.Round + 1;
        }
        int most = due.Max();
        bool[] active = new bool[_count];
        if (most > 0) Optimizer.BeginRound([.. due.Select(count => count > 0)]);
        for (int k = 0; k < most; k++)
        {
            for (int i = 0; i < _count; i++) active[i] = k < due[i];
            bool[]? some = Array.TrueForAll(active, takes => takes) ? null : active;
            var own = new BatchKey(batch.Round, StreamKey.MaximumLocalStep - 1 - k, Observe: false, some);
            using IDisposable scope = NewDisposeScope();
            Step(shared, own);
        }
    }

    private void Step(Tensor shared, BatchKey batch)
    {
        Sampled?.Invoke(batch);
        if (_estimator is not IRolloutLearner learner)
        {
            _estimator.Directions(Join(shared), false, batch, _directions);
            Descend(batch.Round, batch.Active);
            return;
        }
        learner.Play(Join(shared), batch);
        for (int u = 0; u < learner.Updates; u++)
        {
            using IDisposable scope = NewDisposeScope();
            learner.Gradient(u, Join(shared), batch, _directions);
            Descend(batch.Round, batch.Active);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Optimizer.Dispose();
        State.Parameters.Dispose();
        State.Rounds.Dispose();
        _rows.Dispose();
        _directions.Dispose();
    }

    private void Descend(int round, bool[]? active)
    {
        double eta = _training.Steps.StepSize ?? _training.LocalStepSize.At(round);
        Tensor direction = _directions.narrow(1, _shared, State.Parameters.shape[1]).clone();
        if (Optimizer.Settings.IsPlain) State.Parameters.sub_(AgentBlock.Masked(direction.Scale(eta), active));
        else Optimizer.Step(State.Parameters, direction, eta, active);
    }
}
