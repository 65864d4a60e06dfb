using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>
/// The cost over a finite horizon of T steps under a constant gain: P_t = Q + K'RK + M'P_{t+1}M backward from P_T = 0, X_{t+1} = M X_t M' +
/// gamma^t sigma^2 BB' forward from X_0 = S_0, and grad J = 2 times the sum over t of E_t X_t, where E_t is made with P_{t+1}.
/// </summary>
internal sealed class FiniteHorizonObjective(LinearQuadraticProblem problem, LinearQuadraticAgent agent, double standardDeviation)
    : LinearQuadraticObjective(problem, agent, standardDeviation)
{
    private readonly int _steps = problem.Steps;

    public override double Value(Matrix<double> gain)
    {
        (Matrix<double> loop, Matrix<double> cost, Matrix<double> moment) = (ClosedLoop(gain), StageCost(gain), Start);
        double sum = 0, weight = 1;
        for (int t = 0; t < _steps; t++, weight *= Discount)
        {
            sum += (cost * moment).Trace() + (weight * NoiseCost);
            moment = Next(moment, loop, weight);
        }
        return sum;
    }

    private protected override Matrix<double> Gradient(Matrix<double> gain)
    {
        Matrix<double> loop = ClosedLoop(gain), moment = Start, sum = gain.Clone();
        Matrix<double>[] values = CostsToGo(gain, loop);
        sum.Clear();
        double weight = 1;
        for (int t = 0; t < _steps; t++, weight *= Discount)
        {
            sum += Advantage(values[t + 1], gain, loop) * moment;
            moment = Next(moment, loop, weight);
        }
        return 2 * sum;
    }

    private protected override Matrix<double> HessianVector(Matrix<double> gain, Matrix<double> direction)
    {
        Matrix<double> loop = ClosedLoop(gain), sum = gain.Clone(), moment = Start, momentAlong = Start.Clone();
        Matrix<double>[] values = CostsToGo(gain, loop), along = new Matrix<double>[_steps + 1];
        along[_steps] = Start.Clone();
        along[_steps].Clear();
        for (int t = _steps - 1; t >= 0; t--)
        {
            Matrix<double> own = PlusTransposed(direction.Transpose() * Advantage(values[t + 1], gain, loop));
            along[t] = own + (loop.Transpose() * along[t + 1] * loop);
        }
        sum.Clear();
        momentAlong.Clear();
        double weight = 1;
        for (int t = 0; t < _steps; t++, weight *= Discount)
        {
            sum += (AdvantageAlong(values[t + 1], along[t + 1], loop, direction) * moment)
                + (Advantage(values[t + 1], gain, loop) * momentAlong);
            momentAlong = (loop * momentAlong * loop.Transpose()) - PlusTransposed(B * direction * moment * loop.Transpose());
            moment = Next(moment, loop, weight);
        }
        return 2 * sum;
    }

    private Matrix<double> Next(Matrix<double> moment, Matrix<double> loop, double weight)
    {
        Matrix<double> next = loop * moment * loop.Transpose();
        return Variance == 0 ? next : next + (weight * Noise);
    }

    private Matrix<double>[] CostsToGo(Matrix<double> gain, Matrix<double> loop)
    {
        Matrix<double> cost = StageCost(gain);
        var values = new Matrix<double>[_steps + 1];
        values[_steps] = Start.Clone();
        values[_steps].Clear();
        for (int t = _steps - 1; t >= 0; t--) values[t] = cost + (loop.Transpose() * values[t + 1] * loop);
        return values;
    }
}
