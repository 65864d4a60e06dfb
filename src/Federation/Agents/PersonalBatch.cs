using FedPG.Federation.Estimators;
using static TorchSharp.torch;

namespace FedPG.Federation.Agents;

/// <summary>
/// A batch of policies with personal parameters, as an algorithm sees it: by shared rows. The personal ones stay as they are.
/// </summary>
internal sealed class PersonalBatch : SurrogateBatch
{
    private readonly SurrogateBatch _whole;
    private readonly PersonalRows _personal;
    private readonly Tensor _gradients;

    private PersonalBatch(SurrogateBatch whole, PersonalRows personal, Tensor gradients) =>
        (_whole, _personal, _gradients) = (whole, personal, gradients);

    /// <summary>Takes the personal steps that are due, and a batch after them.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="personal">The personal parameters.</param>
    /// <param name="rows">Shared rows, [n, ds].</param>
    /// <param name="server">thetabar in every row, [n, ds].</param>
    /// <param name="batch">Which batch.</param>
    /// <param name="steps">The local steps that each agent takes in the round.</param>
    public static PersonalBatch Collect(
        IBatchEstimator estimator, PersonalRows personal, Tensor rows, Tensor server, BatchKey batch, Func<int, int[]> steps)
    {
        personal.Prepare(rows, batch, steps);
        Tensor reference = personal.Join(server).clone(), whole = personal.Join(rows);
        SurrogateBatch collected = estimator.Collect(whole, reference, sameRows: false, batch);
        return new PersonalBatch(collected, personal, zeros_like(whole).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public override void Gradients(Tensor rows, SurrogatePenalties penalties, Tensor gradients)
    {
        _whole.Gradients(_personal.Join(rows), penalties, _gradients);
        gradients.copy_(_personal.SharedOf(_gradients));
    }

    /// <inheritdoc/>
    public override (Tensor Divergences, Tensor Roots) Measure(Tensor rows) => _whole.Measure(_personal.Join(rows));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _whole.Dispose();
        _gradients.Dispose();
    }
}
