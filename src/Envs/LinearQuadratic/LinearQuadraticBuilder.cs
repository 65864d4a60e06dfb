using FedPG.Envs.Tabular;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>Builds the problem of options that were read and checked. Immutable.</summary>
/// <param name="options">The options, without nulls.</param>
/// <param name="agents">The number of agents N.</param>
internal sealed class LinearQuadraticBuilder(LinearQuadraticOptions options, int agents)
{
    private double Heterogeneity => options.Heterogeneity!.Value;

    /// <summary>Builds the problem; equal options give equal numbers.</summary>
    public LinearQuadraticProblem Build()
    {
        double[][][] q = PerAgent(options.Q!), r = PerAgent(options.R!);
        Spread(q, options.CostSpread, number: 0);
        Spread(r, options.CostSpread, number: 1);
        PullTogether(q);
        PullTogether(r);
        Matrix<double>[] drifts = Dynamics(options.A!, options.DriftSpread), controls = Dynamics(options.B!, spread: 0);
        LinearQuadraticAgent[] made = [.. Enumerable.Range(0, agents).Select(i => new LinearQuadraticAgent(
            $"agent-{i}", drifts[drifts.Length == 1 ? 0 : i], controls[controls.Length == 1 ? 0 : i], Symmetric(q[i]), Symmetric(r[i])))];
        return new LinearQuadraticProblem(
            LinearQuadraticEnvironment.Id, options.Discount, options.Steps, Symmetric(options.StartCovariance!.ToRows()),
            ToMatrix(options.InitialGain!.ToRows()), made);
    }

    internal static Matrix<double> ToMatrix(double[][] rows) => Matrix<double>.Build.DenseOfRowArrays(rows);

    /// <summary>The mean of a matrix and its transpose.</summary>
    internal static Matrix<double> Symmetric(double[][] rows)
    {
        Matrix<double> matrix = ToMatrix(rows);
        return 0.5 * (matrix + matrix.Transpose());
    }

    /// <summary>The matrices of all agents; one, where they do not differ.</summary>
    private Matrix<double>[] Dynamics(AgentMatrices matrices, double spread)
    {
        if (matrices.Count == 1 && spread == 0) return [ToMatrix(matrices[0].ToRows())];
        double[][][] own = PerAgent(matrices);
        Spread(own, spread, number: 2);
        PullTogether(own);
        return [.. own.Take(Heterogeneity == 0 ? 1 : own.Length).Select(ToMatrix)];
    }

    /// <summary>Multiplies each agent's matrix by a number of its own.</summary>
    private void Spread(double[][][] matrices, double spread, int number)
    {
        if (spread == 0) return;
        for (int i = 0; i < matrices.Length; i++)
        {
            double factor = 1 + (spread * ((2 * AgentSpread.Draw(options.AgentSeed!.Value, i, number)) - 1));
            foreach (double[] row in matrices[i])
            {
                for (int column = 0; column < row.Length; column++) row[column] *= factor;
            }
        }
    }

    private void PullTogether(double[][][] matrices)
    {
        for (int row = 0; row < matrices[0].Length; row++)
            RewardHeterogeneity.Scale([.. matrices.Select(matrix => matrix[row])], Heterogeneity);
    }

    /// <summary>A copy of each agent's matrix, [N][rows][columns].</summary>
    private double[][][] PerAgent(AgentMatrices matrices) => [.. Enumerable.Range(0, agents).Select(i => matrices[i].ToRows())];
}
