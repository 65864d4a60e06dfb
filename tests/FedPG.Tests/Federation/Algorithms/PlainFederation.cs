using FedPG.Envs.Tabular;
using FedPG.Federation.Algorithms;

namespace FedPG.Tests.Federation.Algorithms;

/// <summary>
/// The algorithms once more, agent by agent in plain arrays, along the exact gradient of the regret of a tabular softmax policy
/// (<see cref="PlainRegret"/>).
/// </summary>
internal sealed class PlainFederation(FiniteMdp mdp, int rounds, int localSteps, double eta, double alpha)
{
    private readonly int _agents = mdp.Agents.Count, _d = mdp.States * mdp.Actions;
    private readonly PlainRegret _regret = new(mdp);

    /// <summary>Each agent's own number of steps; H where null.</summary>
    public int[]? Own { get; init; }

    /// <summary>The agents of a round; all where null.</summary>
    public Func<int, int[]>? Participants { get; init; }

    public double[][] FedProx(double mu)
    {
        double[] bar = new double[_d];
        return Record(bar, t =>
        {
            double[] sum = new double[_d];
            foreach (int i in Of(t))
            {
                double[] y = Copy(bar);
                for (int l = 0; l < Steps(i); l++)
                {
                    double[] g = _regret.Gradient(i, y);
                    for (int k = 0; k < _d; k++) y[k] -= eta * (g[k] + (mu * (y[k] - bar[k])));
                }
                AddTo(sum, y, 1.0 / Of(t).Length);
            }
            Move(bar, sum);
        });
    }

    /// <summary>FedAvg whose server turns the mean change into a move of its own.</summary>
    public double[][] FedAvg(Func<double[], double[]> move)
    {
        double[] bar = new double[_d];
        return Record(bar, t =>
        {
            double[] delta = new double[_d];
            for (int i = 0; i < _agents; i++)
            {
                double[] y = Copy(bar);
                for (int l = 0; l < Steps(i); l++) AddTo(y, _regret.Gradient(i, y), -eta);
                for (int k = 0; k < _d; k++) delta[k] += (y[k] - bar[k]) / _agents;
            }
            AddTo(bar, move(delta), alpha);
        });
    }

    /// <summary>Local steps corrected by gradients at thetabar, as Fast-FedPG and FedLin take them.</summary>
    /// <param name="guarded">Whether a correction is scaled down where the gradient has become smaller than the memory.</param>
    public double[][] Corrected(bool guarded)
    {
        double[] bar = new double[_d];
        return Record(bar, t =>
        {
            double[] sum = new double[_d], mean = new double[_d];
            double[][] memories = [.. Enumerable.Range(0, _agents).Select(i => _regret.Gradient(i, bar))];
            foreach (double[] m in memories) AddTo(mean, m, 1.0 / _agents);
            for (int i = 0; i < _agents; i++)
            {
                double[] y = Copy(bar), m = memories[i];
                for (int l = 0; l < Steps(i); l++)
                {
                    double[] g = _regret.Gradient(i, y);
                    double scale = guarded ? Guard(g, m) : 1;
                    for (int k = 0; k < _d; k++) y[k] -= eta * (g[k] + (scale * (mean[k] - m[k])));
                }
                AddTo(sum, y, 1.0 / _agents);
            }
            Move(bar, sum);
        });
    }

    private static double Guard(double[] gradient, double[] memory) =>
        Math.Min(1, Math.Sqrt(gradient.Sum(g => g * g) / Math.Max(double.Epsilon, memory.Sum(m => m * m))));

    public double[][] Scaffold(int option, bool guarded = false)
    {
        double[] x = new double[_d], c = new double[_d];
        double[][] controls = Rows();
        return Record(x, t =>
        {
            double[] sum = new double[_d], change = new double[_d];
            int[] members = Of(t);
            foreach (int i in members)
            {
                double[] y = Copy(x), before = controls[i];
                for (int l = 0; l < Steps(i); l++)
                {
                    double[] g = _regret.Gradient(i, y);
                    double scale = guarded && before.Any(b => b != 0) ? Guard(g, before) : 1;
                    for (int k = 0; k < _d; k++) y[k] -= eta * (g[k] + (scale * (c[k] - before[k])));
                }
                double[] after = option == 1 ? _regret.Gradient(i, x) : new double[_d];
                for (int k = 0; option == 2 && k < _d; k++) after[k] = before[k] - c[k] + ((x[k] - y[k]) / (Steps(i) * eta));
                for (int k = 0; k < _d; k++) change[k] += (after[k] - before[k]) / _agents;
                controls[i] = after;
                AddTo(sum, y, 1.0 / members.Length);
            }
            Move(x, sum);
            for (int k = 0; k < _d; k++) c[k] += change[k];
        });
    }

    public double[][] FedLin(int serverEntries, int agentEntries)
    {
        double[] bar = new double[_d], rho = new double[_d];
        double[][] withheld = Rows();
        return Record(bar, t =>
        {
            double[] g = new double[_d], sum = new double[_d];
            double[][] own = Rows();
            int[] members = Of(t);
            foreach (int i in members)
            {
                own[i] = _regret.Gradient(i, bar);
                double[] wanted = [.. withheld[i].Zip(own[i], (a, b) => a + b)];
                double[] sent = Largest(wanted, agentEntries);
                for (int k = 0; k < _d; k++) withheld[i][k] = wanted[k] - sent[k];
                AddTo(g, sent, 1.0 / members.Length);
            }
            double[] all = [.. rho.Zip(g, (a, b) => a + b)];
            g = Largest(all, serverEntries);
            for (int k = 0; k < _d; k++) rho[k] = all[k] - g[k];
            foreach (int i in members)
            {
                double[] y = Copy(bar);
                for (int l = 0; l < Steps(i); l++)
                {
                    double[] gradient = _regret.Gradient(i, y);
                    for (int k = 0; k < _d; k++) y[k] -= eta * localSteps / Steps(i) * (gradient[k] - own[i][k] + g[k]);
                }
                AddTo(sum, y, 1.0 / members.Length);
            }
            Move(bar, sum);
        });
    }

    public double[][] Decentralized(double[][] weights)
    {
        double[] bar = new double[_d];
        double[][] rows = Rows();
        return Record(bar, _ =>
        {
            double[][] next = Rows();
            for (int i = 0; i < _agents; i++)
            {
                double[] y = Copy(rows[i]);
                for (int l = 0; l < Steps(i); l++) AddTo(y, _regret.Gradient(i, y), -eta);
                for (int j = 0; j < _agents; j++) AddTo(next[i], rows[j], weights[i][j]);
                for (int k = 0; k < _d; k++) next[i][k] += alpha * (y[k] - rows[i][k]);
            }
            rows = next;
            for (int k = 0; k < _d; k++) bar[k] = rows.Average(r => r[k]);
        });
    }

    /// <summary>
    /// FedKL with the gradient of the local objective by central differences, so that no derivative of the project's is used.
    /// </summary>
    /// <param name="options">The penalties.</param>
    /// <param name="weights">Takes beta_i and sigma_i, [N][2], as they end.</param>
    public double[][] FedKl(FedKlOptions options, double[][]? weights = null)
    {
        double[][] state = [.. Enumerable.Range(0, _agents).Select(_ => new[] { options.KlPenalty, options.RootKlPenalty })];
        double[] bar = new double[_d];
        double[][] path = Record(bar, t =>
        {
            double[] sum = new double[_d], global = _regret.Softmax(bar);
            foreach (int i in Of(t))
            {
                double[] y = Copy(bar), old = [], met = [], visits = [];
                for (int l = 0; l < Steps(i); l++)
                {
                    if (l % options.BatchSteps == 0)
                    {
                        if (l > 0) Adapt(options, state[i], Terms(options, old, global, met, visits, y));
                        (old, met, visits) = (_regret.Softmax(y), _regret.Gradient(i, y), _regret.Shares(i, y));
                    }
                    double[] slope = new double[_d];
                    for (int k = 0; k < _d; k++)
                    {
                        const double h = 1e-5;
                        double[] above = Copy(y), below = Copy(y);
                        above[k] += h;
                        below[k] -= h;
                        slope[k] = (Objective(above) - Objective(below)) / (2 * h);
                    }
                    AddTo(y, slope, -eta);

                    double Objective(double[] theta)
                    {
                        (double surrogate, double kl, double root) = Terms(options, old, global, met, visits, theta);
                        return surrogate + (state[i][0] * kl) + (state[i][1] * root);
                    }
                }
                Adapt(options, state[i], Terms(options, old, global, met, visits, y));
                AddTo(sum, y, 1.0 / Of(t).Length);
            }
            Move(bar, sum);
        });
        for (int i = 0; weights is not null && i < _agents; i++) weights[i] = state[i];
        return path;
    }

    /// <summary>
    /// E[min(w, cap) A], E KL(old, pi) and E sqrt(max(KL(global, pi), 1e-8)) over the visits of the old policy; met is d pi_old A.
    /// </summary>
    private (double Surrogate, double Kl, double Root) Terms(FedKlOptions options, double[] old, double[] global, double[] met,
        double[] visits, double[] theta)
    {
        double[] pi = _regret.Softmax(theta);
        (double surrogate, double all, double root) = (0, 0, 0);
        for (int s = 0; s < mdp.States; s++)
        {
            (double fromOld, double fromGlobal) = (0, 0);
            for (int k = s * mdp.Actions; k < (s + 1) * mdp.Actions; k++)
            {
                surrogate += met[k] * Math.Min(pi[k] / old[k], options.ImportanceCap);
                fromOld += old[k] * Math.Log(old[k] / pi[k]);
                fromGlobal += global[k] * Math.Log(global[k] / pi[k]);
            }
            all += visits[s] * fromOld;
            root += visits[s] * Math.Sqrt(Math.Max(fromGlobal, 1e-8));
        }
        return (surrogate, all, root);
    }

    private static void Adapt(FedKlOptions options, double[] weights, (double Surrogate, double Kl, double Root) terms)
    {
        weights[0] = Adapted(weights[0], terms.Kl, options.KlTarget, Math.Min(1e-8, options.KlPenalty), options.KlPenalty);
        weights[1] = Adapted(weights[1], terms.Root, options.RootKlTarget, options.RootKlPenalty, options.RootKlPenalty);

        static double Adapted(double weight, double measured, double target, double least, double start)
        {
            if (target == 0) return weight;
            double next = measured > 1.1 * target ? 2 * weight : measured < target / 1.1 ? weight / 2 : weight;
            return Math.Min(Math.Max(next, least), Math.Max(20, start));
        }
    }

    private double[][] Record(double[] bar, Action<int> round)
    {
        var path = new List<double[]> { Copy(bar) };
        for (int t = 0; t < rounds; t++)
        {
            if (Of(t).Length > 0) round(t);
            path.Add(Copy(bar));
        }
        return [.. path];
    }

    private void Move(double[] bar, double[] mean)
    {
        for (int k = 0; k < _d; k++) bar[k] = ((1 - alpha) * bar[k]) + (alpha * mean[k]);
    }

    private int Steps(int agent) => Own?[agent] ?? localSteps;

    private int[] Of(int round) => Participants?.Invoke(round) ?? [.. Enumerable.Range(0, _agents)];

    private double[][] Rows() => [.. Enumerable.Range(0, _agents).Select(_ => new double[_d])];

    private static double[] Copy(double[] vector) => [.. vector];

    private static void AddTo(double[] sum, double[] vector, double factor)
    {
        for (int k = 0; k < sum.Length; k++) sum[k] += factor * vector[k];
    }

    private static double[] Largest(double[] vector, int entries)
    {
        HashSet<int> kept = [.. Enumerable.Range(0, vector.Length).OrderByDescending(k => Math.Abs(vector[k])).Take(entries)];
        return [.. vector.Select((x, k) => kept.Contains(k) ? x : 0)];
    }
}
