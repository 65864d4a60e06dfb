using System.Runtime.CompilerServices;
using FedPG.Envs.Tabular.Exact.Sparse;

namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// How systems of one kernel are solved, and where their factors lie. It takes as long as some policies, and depends on the transitions
/// alone: so it is worked out once for all that evaluates policies on a kernel, agents, evaluators and certificates. Immutable.
/// </summary>
internal sealed class KernelPlan
{
    /// <summary>Up to this cost a factorisation is a matter of a second or less, and elimination is the default.</summary>
    private const double SmallCost = 5e8;

    /// <summary>Up to this cost the rows of a band are short, and vectors gain little on them.</summary>
    private const double ShortRows = 1e6;

    private static readonly ConditionalWeakTable<TransitionKernel, Lazy<KernelPlan>> Known = [];

    private readonly TransitionKernel _kernel;
    private readonly EliminationPlan? _sparse;
    private readonly BandOrdering? _band;
    private readonly Lazy<ComponentPlan?> _components;
    private readonly double _iterativeCost;

    private KernelPlan(TransitionKernel kernel)
    {
        _kernel = kernel;
        int[][] neighbours = StateGraph.Neighbours(kernel);
        BandOrdering band = BandOrdering.Of(kernel, neighbours);
        double cost = band.FactorisationCost;
        _iterativeCost = GmresSystem.EstimatedCost(kernel, band.Upper);
        double most = Math.Max(SmallCost, _iterativeCost);
        // A multiplication in scattered places takes as long as some of those in the rows of a band.
        double scattered = cost <= ShortRows ? 2 : 4;
        if (EliminationOrder.Of(neighbours, Math.Min(band.Multiplications, most) / scattered) is { } sparse)
            _sparse = new EliminationPlan(kernel, sparse);
        else if (band.BandSize <= Array.MaxLength && cost <= most)
            _band = band;
        _components = new Lazy<ComponentPlan?>(() => ComponentPlan.Of(kernel, SmallCost));
    }

    /// <summary>The plan of a kernel.</summary>
    public static KernelPlan Of(TransitionKernel kernel) =>
        Known.GetValue(kernel, key => new Lazy<KernelPlan>(() => new KernelPlan(key))).Value;

    /// <summary>What solves with policies at a discount.</summary>
    public IPolicySystem System(double discount) => (_sparse, _band) switch
    {
        ({ } sparse, _) => new SparseSystem(sparse, discount),
        (_, { } band) => new BandedSystem(_kernel, discount, band),
        _ => new ComponentSystem(_components, new GmresSystem(_kernel, discount, _iterativeCost), discount),
    };
}
