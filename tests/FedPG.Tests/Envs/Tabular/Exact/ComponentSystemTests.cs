using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Exact.Sparse;
using Xunit;

namespace FedPG.Tests.Envs.Tabular.Exact;

public sealed class ComponentSystemTests
{
    private const int Rings = 6, Length = 5, States = Rings * Length, Actions = 2;
    private const double Discount = 0.97;

    /// <summary>Rings of states, each of which leads on within its ring and, at times, to a state of a later ring, never back.</summary>
    private static TransitionKernel Kernel()
    {
        var random = new System.Random(5);
        return TransitionKernel.Create(States, Actions, (s, _) =>
        {
            int ring = s / Length, onward = (ring * Length) + ((s + 1) % Length);
            double stay = random.NextDouble() / 2, leave = ring == Rings - 1 ? 0 : random.NextDouble() / 2;
            int later = ring == Rings - 1 ? s : random.Next((ring + 1) * Length, States);
            return [(s, stay), (onward, 1 - stay - leave), .. leave > 0 ? new[] { (later, leave) } : []];
        });
    }

    [Fact]
    public void Components_are_solved_one_after_another_to_the_numbers_of_a_band()
    {
        TransitionKernel kernel = Kernel();
        ComponentPlan plan = ComponentPlan.Of(kernel, 1e9)!;
        Assert.Equal(Enumerable.Range(0, Rings + 1).Select(ring => ring * Length), plan.Starts);
        var system = new ComponentSystem(new Lazy<ComponentPlan?>(plan), new GmresSystem(kernel, Discount, 1), Discount);
        var band = new ExactEvaluation(kernel, Discount, LinearSolver.Banded);
        var random = new System.Random(6);
        for (int policies = 0; policies < 2; policies++)
        {
            double[] policy = new double[States * Actions];
            for (int s = 0; s < States; s++) (policy[2 * s], policy[(2 * s) + 1]) = (0.25 + (policies / 2.0), 0.75 - (policies / 2.0));
            system.SetPolicy(policy);
            band.SetPolicy(policy);
            // The first solves are iterations, the later ones eliminations.
            for (int solve = 0; solve < 9; solve++)
            {
                double[] right = [.. Enumerable.Range(0, States).Select(_ => random.NextDouble())], expected = new double[States];
                double[] values = [.. right], occupancy = [.. right];
                band.Solve(right, expected);
                system.Solve(values);
                for (int s = 0; s < States; s++) Assert.Equal(expected[s], values[s], 1e-11);
                Assert.Equal(solve < 3, system.ErrorBound > 0);
                band.Occupancy(right, expected);
                system.SolveTransposed(occupancy);
                for (int s = 0; s < States; s++) Assert.Equal(expected[s], occupancy[s], 1e-11);
            }
        }
    }

    [Fact]
    public void One_large_component_gains_nothing()
    {
        TransitionKernel ring = TransitionKernel.Create(8, 1, (s, _) => [((s + 1) % 8, 1)]);
        Assert.Null(ComponentPlan.Of(ring, 1e9));
    }
}
