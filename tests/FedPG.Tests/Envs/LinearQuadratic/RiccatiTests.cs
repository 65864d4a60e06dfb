using FedPG.Envs.LinearQuadratic;
using FedPG.Tests.Federation;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace FedPG.Tests.Envs.LinearQuadratic;

public sealed class RiccatiTests
{
    [Theory]
    [InlineData("theory")]
    [InlineData("theory, discounted")]
    [InlineData("mixing")]
    [InlineData("mixing, discounted")]
    [InlineData("own dynamics")]
    public void The_optimum_solves_the_Riccati_equation_and_is_that_of_value_iteration(string name)
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        for (int i = 0; i < 2; i++)
        {
            LinearQuadraticAgent agent = problem.Agents[i];
            double root = Math.Sqrt(problem.Discount);
            (Matrix<double> a, Matrix<double> b) = (root * agent.A, root * agent.B);
            (Matrix<double> p, Matrix<double> gain) = MatrixEquations.Riccati(a, b, agent.Q, agent.R, problem.InitialGain)!.Value;
            Matrix<double> bp = b.Transpose() * p;
            Matrix<double> residual = agent.Q + (a.Transpose() * p * a)
                - (a.Transpose() * bp.Transpose() * (agent.R + (bp * b)).Inverse() * bp * a) - p;
            Assert.InRange(residual.FrobeniusNorm() / p.FrobeniusNorm(), 0, 1e-12);

            (double[,] iterated, double[] best) = new PlainLinearQuadratic(problem, i).ValueIteration();
            Assert.InRange(NumericsTesting.Distance(LinearQuadraticTesting.Rows(gain), best), 0, 1e-11);
            double optimum = PlainLinearQuadratic.Trace(PlainLinearQuadratic.Times(iterated, problem.StartCovariance.ToArray()));
            Assert.Equal(1, problem.Optimum(agent, 0)!.Value / optimum, 1e-12);
        }
    }

    [Theory]
    [InlineData("theory", 0)]
    [InlineData("mixing, discounted", 0.7)]
    public void At_the_optimum_the_gradient_is_zero_and_no_gain_costs_less(string name, double sigma)
    {
        LinearQuadraticProblem problem = LinearQuadraticTesting.Problem(name);
        LinearQuadraticAgent average = problem.AverageAgent();
        double[] best = LinearQuadraticTesting.Rows(problem.OptimalGain(average)!), gradient = new double[best.Length];
        LinearQuadraticObjective objective = problem.ObjectiveOf(average, sigma);
        objective.Gradient(best, gradient);
        Assert.InRange(NumericsTesting.Norm(gradient), 0, 1e-12);
        double optimum = problem.Optimum(average, sigma)!.Value;
        Assert.Equal(optimum, objective.Value(best), 1e-12);
        for (int seed = 0; seed < 100; seed++)
        {
            double[] other = [.. best.Zip(NumericsTesting.Uniform(seed, best.Length, 0.2), (k, x) => k + x)];
            Assert.True(objective.Value(other) > optimum);
        }
    }

    [Fact]
    public void Where_it_is_not_known_there_is_no_optimum()
    {
        LinearQuadraticProblem stepped = LinearQuadraticTesting.Problem("mixing, 5 steps"),
            own = LinearQuadraticTesting.Problem("own dynamics");
        Assert.Null(stepped.Optimum(stepped.AverageAgent(), 0));
        Assert.False(own.SharesDynamics);
        Assert.Throws<InvalidOperationException>(own.AverageAgent);
        Assert.NotNull(own.Optimum(own.Agents[1], 0));
        Assert.Null(MatrixEquations.Riccati(
            2 * own.Agents[0].A, own.Agents[0].B, own.Agents[0].Q, own.Agents[0].R, own.InitialGain));
    }
}
