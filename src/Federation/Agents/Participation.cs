using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Agents;

/// <summary>How a mean over the agents of a round stands for the mean over all agents.</summary>
public enum CohortEstimator
{
    /// <summary>
    /// Horvitz and Thompson: agent i counts 1 / (N pi_i), pi_i being the probability that it takes part. Unbiased for the mean over all
    /// agents; the weights of one round need not sum to 1, unless all pi_i are equal and the number
    /// of agents is fixed, where this is the plain mean.
    /// </summary>
    Unbiased,

    /// <summary>The plain mean over the agents of the round. Agents that are there more often count for more.</summary>
    Mean,
}

/// <summary>
/// Who takes part in which round. A cohort is a function of the seed and the round alone, so that it is the same on any number of threads,
/// blocks and workers, and after any stop. Immutable.
/// </summary>
[OptionVariants(
    "kind", typeof(FullParticipation), typeof(UniformParticipation), typeof(WeightedParticipation), typeof(TraceParticipation),
    typeof(ProbableParticipation), Meaning = "who takes part in a round", KnowsAllKeys = true)]
public abstract record Participation
{
    private const int SamplingSequence = 0;

    private protected Participation() { }

    /// <summary>All agents in every round.</summary>
    public static Participation Everyone { get; } = new FullParticipation();

    /// <summary>Whether all agents take part in every round.</summary>
    public virtual bool IsEveryone => false;

    /// <summary>The agents of a round.</summary>
    /// <param name="agents">N.</param>
    /// <param name="round">t.</param>
    /// <param name="seed">The experiment's seed.</param>
    public abstract Cohort CohortOf(int agents, int round, long seed);

    /// <summary>Notes what is wrong with options together, or with the agents they are for.</summary>
    /// <param name="section">Where they were read.</param>
    /// <param name="agents">N; 0 where it is not known.</param>
    /// <returns>Whether nothing is, so that cohorts can be drawn.</returns>
    internal virtual bool Check(OptionReader section, int agents) => true;

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

    private protected static RandomSequence Numbers(long seed, int round) =>
        new(new StreamKey(seed, StreamPurpose.Participation, 0, round, SamplingSequence));

    private protected static double[]? WeightsFor(CohortEstimator estimator, double[] probabilities) =>
        estimator == CohortEstimator.Mean ? null : [.. probabilities.Select(p => 1 / (probabilities.Length * p))];

    /// <summary>Whether an option that this kind cannot do without was given.</summary>
    private protected static bool IsGiven(OptionReader section, string key)
    {
        if (section.Has(key)) return true;
        section.Reject(key, "is needed by this kind of participation");
        return false;
    }

    /// <summary>Whether a sample can be drawn of the agents.</summary>
    private protected static bool IsSample(OptionReader section, int sample, int agents)
    {
        int most = agents == 0 ? int.MaxValue - 1 : agents;
        if (!section.Has("sample")) section.Reject("sample", $"is needed by this kind of participation: a whole number from 1 to {most}");
        else if (sample > most) section.Reject("sample", $"must be a whole number from 1 to {most}");
        return section.Has("sample") && sample <= most;
    }

    /// <summary>Whether there is a number for each agent.</summary>
    private protected static bool FitsAgents(OptionReader section, string key, double[] numbers, int agents)
    {
        if (agents == 0 || numbers.Length == agents) return true;
        section.Reject(key, $"must have {agents} numbers, one an agent");
        return false;
    }
}

/// <summary>All agents in every round.</summary>
[Word("all")]
public sealed record FullParticipation : Participation
{
    /// <inheritdoc/>
    public override bool IsEveryone => true;

    /// <inheritdoc/>
    public override Cohort CohortOf(int agents, int round, long seed) => Cohort.Everyone(agents);
}

/// <summary>m of the agents a round, each set of m as likely as any other; a plain mean over them is unbiased.</summary>
[Word("uniform")]
public sealed record UniformParticipation : Participation
{
    /// <summary>m, 1 to N. It must be given.</summary>
    [Option("m, the agents that take part in a round", Minimum = 1, Maximum = int.MaxValue - 1)]
    public int Sample { get; init; } = 1;

    /// <inheritdoc/>
    public override Cohort CohortOf(int agents, int round, long seed) =>
        Cohort.Of(agents, Shuffled(agents, Numbers(seed, round))[..Sample]);

    internal override bool Check(OptionReader section, int agents) => IsSample(section, Sample, agents);
}
