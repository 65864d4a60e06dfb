using FedPG.Core.Streams;

namespace FedPG.Federation.Agents;

/// <summary>How a mean over the agents of a round stands for the mean over all agents.</summary>
public enum CohortEstimator
{
    /// <summary>
    /// Horvitz and Thompson: agent i counts 1 / (N pi_i), pi_i being the probability that it takes part. Unbiased for the mean over all agents; the weights
    /// of one round need not sum to 1, unless all pi_i are equal and the number of agents is fixed, where this is the plain mean.
    /// </summary>
    Unbiased,

    /// <summary>The plain mean over the agents of the round. Agents that are there more often count for more.</summary>
    Mean,
}

/// <summary>
/// Who takes part in which round. A cohort is a function of the seed and the round alone, so that it is the same on any number of threads, blocks
/// and workers, and after any stop. Immutable.
/// </summary>
public abstract class Participation
{
    private const int SamplingSequence = 0;

    /// <summary>All agents in every round.</summary>
    public static Participation Everyone { get; } = new All();

    /// <summary>Whether all agents take part in every round.</summary>
    public virtual bool IsEveryone => false;

    /// <summary>The agents of a round.</summary>
    /// <param name="agents">N.</param>
    /// <param name="round">t.</param>
    public abstract Cohort CohortOf(int agents, int round);

    /// <summary>m of the agents a round, each set of m as likely as any other; a plain mean over them is unbiased.</summary>
    /// <param name="sample">m, 1 to N.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static Participation Uniform(int sample, long seed) => new Sampled(sample, null, CohortEstimator.Mean, seed);

    /// <summary>
    /// m different agents a round, agent i with probability pi_i = m w_i / sum w exactly: systematic sampling (Madow 1949) of the agents in random order.
    /// </summary>
    /// <param name="sample">m, 1 to N.</param>
    /// <param name="weights">w_i above 0, [N], none of them more than a share 1 / m of their sum.</param>
    /// <param name="estimator">How means are taken.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static Participation Weighted(int sample, IReadOnlyList<double> weights, CohortEstimator estimator, long seed)
    {
        ArgumentNullException.ThrowIfNull(weights);
        double sum = weights.Sum();
        return new Sampled(sample, [.. weights.Select(w => Math.Min(1, sample * w / sum))], estimator, seed);
    }

    /// <summary>Those who are there: sets that repeat, round t having set t mod L. Means are plain.</summary>
    /// <param name="sets">L sets of agent indices; an empty set makes a round in which nothing happens.</param>
    public static Participation Trace(IReadOnlyList<IReadOnlyList<int>> sets) => new Listed(sets);

    /// <summary>Each agent is there or not, independently of the others and of other rounds.</summary>
    /// <param name="probabilities">L rows of N probabilities above 0 that repeat, round t having row t mod L.</param>
    /// <param name="estimator">How means are taken.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static Participation Probable(IReadOnlyList<double[]> probabilities, CohortEstimator estimator, long seed) => new Independent(probabilities, estimator, seed);

    /// <summary>The agents in random order; the first k of them are a uniform sample of k.</summary>
    internal static int[] Shuffled(int agents, RandomSequence random)
    {
        int[] order = [.. Enumerable.Range(0, agents)];
        for (int k = 0; k < agents - 1; k++)
        {
            int other = k + (int)(random.NextDouble() * (agents - k));
            (order[k], order[other]) = (order[other], order[k]);
        }
        return order;
    }

    private static RandomSequence Numbers(long seed, int round) => new(new StreamKey(seed, StreamPurpose.Participation, 0, round, SamplingSequence));

    private static double[]? WeightsFor(CohortEstimator estimator, double[] probabilities) =>
        estimator == CohortEstimator.Mean ? null : [.. probabilities.Select(p => 1 / (probabilities.Length * p))];

    private sealed class All : Participation
    {
        public override bool IsEveryone => true;

        public override Cohort CohortOf(int agents, int round) => Cohort.Everyone(agents);
    }

    private sealed class Sampled(int sample, double[]? probabilities, CohortEstimator estimator, long seed) : Participation
    {
        public override Cohort CohortOf(int agents, int round)
        {
            RandomSequence random = Numbers(seed, round);
            int[] order = Shuffled(agents, random);
            if (probabilities is null) return Cohort.Of(agents, order[..sample]);
            var members = new List<int>(sample);
            double start = random.NextDouble(), sum = 0;
            for (int k = 0; k < agents; k++)
            {
                // Whoever's piece of the line [0, m] holds one of the points start, start + 1, ... is taken. The sum ends at m but for rounding.
                double next = k == agents - 1 ? sample : sum + probabilities[order[k]];
                if (Math.Floor(next - start) > Math.Floor(sum - start)) members.Add(order[k]);
                sum = next;
            }
            return Cohort.Of(agents, members, WeightsFor(estimator, probabilities));
        }
    }

    private sealed class Listed(IReadOnlyList<IReadOnlyList<int>> sets) : Participation
    {
        public override Cohort CohortOf(int agents, int round) => Cohort.Of(agents, sets[round % sets.Count]);
    }

    private sealed class Independent(IReadOnlyList<double[]> rows, CohortEstimator estimator, long seed) : Participation
    {
        public override Cohort CohortOf(int agents, int round)
        {
            RandomSequence random = Numbers(seed, round);
            double[] probabilities = rows[round % rows.Count];
            return Cohort.Of(agents, [.. Enumerable.Range(0, agents).Where(i => random.NextDouble() < probabilities[i])], WeightsFor(estimator, probabilities));
        }
    }
}
