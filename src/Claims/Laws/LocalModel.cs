using FedPG.Envs.Derivatives;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace FedPG.Claims.Laws;

/// <summary>
/// The quadratic model of all agents' objectives around a stationary point theta* of their mean, and what it says about the algorithms to
/// first order: b_i and A_i are the gradient and Hessian of J_i at theta*, Abar is the mean of A_i.
/// </summary>
internal sealed class LocalModel
{
    /// <summary>
    /// Eigenvalues of Abar below this share of the largest belong to directions in which nothing
    /// changes (softmax: a constant added to a state's logits).
    /// </summary>
    private const double NullShare = 1e-9;

    private readonly Matrix<double>[] _hessians;
    private readonly Vector<double>[] _gradients;
    private readonly Matrix<double> _mean;
    private readonly Evd<double> _eigen;

    private LocalModel(Matrix<double>[] hessians, Vector<double>[] gradients)
    {
        (_hessians, _gradients) = (hessians, gradients);
        _mean = hessians.Aggregate((a, b) => a + b) / hessians.Length;
        _eigen = _mean.Evd(Symmetricity.Symmetric);
    }

    /// <summary>Abar, [d, d].</summary>
    public Matrix<double> Mean => _mean;

    /// <summary>The largest absolute eigenvalue of any A_i: the local L.</summary>
    public double Smoothness => _hessians.Max(h => h.Evd(Symmetricity.Symmetric).EigenValues.Max(v => Math.Abs(v.Real)));

    /// <summary>
    /// The smallest eigenvalue of Abar apart from null directions, times two: the local mu of mu (J - J*) &lt;= ||grad J||^2.
    /// </summary>
    public double Domination => 2 * Curvatures().Min(v => v);

    /// <summary>Builds the model.</summary>
    /// <param name="agents">J_i.</param>
    /// <param name="theta">theta*, [d].</param>
    public static LocalModel At(IReadOnlyList<IDifferentiableObjective> agents, double[] theta)
    {
        ArgumentNullException.ThrowIfNull(agents);
        ArgumentNullException.ThrowIfNull(theta);
        var gradients = new Vector<double>[agents.Count];
        var hessians = new Matrix<double>[agents.Count];
        for (int i = 0; i < agents.Count; i++)
        {
            double[] gradient = new double[theta.Length];
            agents[i].Gradient(theta, gradient);
            gradients[i] = Vector<double>.Build.DenseOfArray(gradient);
            hessians[i] = Matrix<double>.Build.DenseOfArray(Hessians.Of(agents[i], theta));
        }
        return new LocalModel(hessians, gradients);
    }

    /// <summary>
    /// The factor by which Fast-FedPG's gap falls a round: rho(M)^2 with M = I - eta mean_i sum over k below H of (I - eta A_i)^k Abar,
    /// unit eigenvalues (null directions) left out.
    /// </summary>
    public double FastFedPgRate(double eta, int localSteps)
    {
        int d = _mean.RowCount;
        Matrix<double> identity = Matrix<double>.Build.DenseIdentity(d), sum = Matrix<double>.Build.Dense(d, d);
        foreach (Matrix<double> hessian in _hessians)
        {
            Matrix<double> step = identity - (eta * hessian), power = identity;
            for (int k = 0; k < localSteps; k++)
            {
                sum += power;
                power *= step;
            }
        }
        Matrix<double> m = identity - (eta / _hessians.Length * sum * _mean);
        double radius = m.Evd().EigenValues.Where(v => (v - 1).Magnitude > 1e-8).Max(v => v.Magnitude);
        return radius * radius;
    }

    /// <summary>
    /// Where FedAvg-PG's gap stays, to first order in eta (H - 1): delta' Abar delta / 2 with delta = eta (H - 1)/2 Abar^+ mean_i(A_i b_i).
    /// </summary>
    public double FedAvgPlateau(double eta, int localSteps)
    {
        Vector<double> pull = _hessians.Zip(_gradients, (a, b) => a * b).Aggregate((x, y) => x + y) / _hessians.Length;
        Vector<double> delta = eta * (localSteps - 1) / 2 * Solve(pull);
        return 0.5 * (delta * (_mean * delta));
    }

    /// <summary>
    /// The gap that Fast-FedPG's noise causes from theta* on, exact in the quadratic model (b_i and A_i fixed, the noise that of theta*),
    /// with the memory re-used as the first local gradient. With P_i = I - eta A_i, S_i = sum over k below H of P_i^k, S their mean and x =
    /// thetabar - theta*, a round is x' = (I - eta S Abar) x - eta / N sum_i [ (S - S_i + P_i^(H-1)) zeta_i + sum over k below H - 1 of
    /// P_i^k xi_ik ], where zeta_i is the noise of the memory and xi_ik that of the other local gradients. To first order in alpha = eta H
    /// the gap settles at alpha tr(Sigma) / (4 N H). But agents subtract zeta_i in every local step, and it cancels in their mean only as
    /// far as the P_i are near I: S - S_i + P_i^(H-1) is of order 1 + alpha H, so the variance has a term of order alpha^2 / N that more
    /// local steps do not shrink. It is the alpha^2 L^2 sigma^2 / mu of Theorem 2.
    /// </summary>
    /// <param name="eta">The local step size.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="noise">Sigma_i / B, one matrix [d, d] per agent.</param>
    /// <param name="from">The first round of the mean.</param>
    /// <param name="to">The last round of the mean.</param>
    /// <returns>The expected gap, mean over the rounds.</returns>
    public double FastFedPgFloor(double eta, int localSteps, IReadOnlyList<Matrix<double>> noise, int from, int to)
    {
        ArgumentNullException.ThrowIfNull(noise);
        int d = _mean.RowCount, n = _hessians.Length;
        Matrix<double> identity = Matrix<double>.Build.DenseIdentity(d), mean = Matrix<double>.Build.Dense(d, d),
            kicks = Matrix<double>.Build.Dense(d, d);
        var own = new Matrix<double>[n];
        for (int i = 0; i < n; i++)
        {
            Matrix<double> step = identity - (eta * _hessians[i]), power = identity;
            own[i] = Matrix<double>.Build.Dense(d, d);
            for (int k = 0; k < localSteps - 1; k++)
            {
                own[i] += power;
                kicks += power * noise[i] * power.Transpose();
                power *= step;
            }
            mean += (own[i] + power) / n;
        }
        for (int i = 0; i < n; i++)
        {
            Matrix<double> weight = mean - own[i];
            kicks += weight * noise[i] * weight.Transpose();
        }
        // In the directions in which the mean objective is curved: nothing happens in the others.
        double largest = _eigen.EigenValues.Max(e => Math.Abs(e.Real));
        Matrix<double> curved = Matrix<double>.Build.DenseOfColumnVectors(
            Enumerable.Range(0, d).Where(k => Math.Abs(_eigen.EigenValues[k].Real) > NullShare * largest)
                .Select(k => _eigen.EigenVectors.Column(k)));
        Matrix<double> m = curved.TransposeThisAndMultiply(identity - (eta * mean * _mean)) * curved;
        Matrix<double> added = curved.TransposeThisAndMultiply(kicks) * curved * (eta * eta / n / n),
            curvature = curved.TransposeThisAndMultiply(_mean) * curved;
        Matrix<double> covariance = Matrix<double>.Build.Dense(m.RowCount, m.RowCount);
        double sum = 0;
        for (int t = 0; t <= to; t++)
        {
            if (t >= from) sum += 0.5 * (curvature * covariance).Trace();
            covariance = (m * covariance * m.Transpose()) + added;
        }
        return sum / (to - from + 1);
    }

    /// <summary>The trace of Abar Sigma.</summary>
    /// <param name="covariance">Sigma, [d, d].</param>
    public double TraceWith(Matrix<double> covariance) => (_mean * covariance).Trace();

    private IEnumerable<double> Curvatures()
    {
        double largest = _eigen.EigenValues.Max(v => Math.Abs(v.Real));
        return _eigen.EigenValues.Select(v => v.Real).Where(v => Math.Abs(v) > NullShare * largest);
    }

    /// <summary>Abar^+ v.</summary>
    private Vector<double> Solve(Vector<double> v)
    {
        double largest = _eigen.EigenValues.Max(e => Math.Abs(e.Real));
        Vector<double> solution = Vector<double>.Build.Dense(v.Count);
        for (int k = 0; k < v.Count; k++)
        {
            double value = _eigen.EigenValues[k].Real;
            if (Math.Abs(value) <= NullShare * largest) continue;
            Vector<double> direction = _eigen.EigenVectors.Column(k);
            solution += direction * (direction * v / value);
        }
        return solution;
    }
}
