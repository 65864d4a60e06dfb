using System.Globalization;
using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Agents;

/// <summary>
/// m different agents a round, agent i with probability pi_i = m w_i / sum w exactly: systematic
/// sampling (Madow 1949) of the agents in random order.
/// </summary>
[Word("weighted")]
public sealed record WeightedParticipation : Participation
{
    /// <summary>m, 1 to N. It must be given.</summary>
    [Option("m, the agents that take part in a round", Minimum = 1, Maximum = int.MaxValue - 1)]
    public int Sample { get; init; } = 1;

    /// <summary>w_i above 0, [N], none of them more than a share 1 / m of their sum. They must be given.</summary>
    [Option("w_i, in proportion to which agents are drawn", Minimum = 0, OpenMinimum = true)]
    public double[]? Weights { get; init; }

    /// <summary>How means are taken; unbiased by default.</summary>
    [Option("whether a mean weighs agents by the inverse of their chance to take part, or is the plain one")]
    public CohortEstimator Estimator { get; init; }

    /// <inheritdoc/>
    public override Cohort CohortOf(int agents, int round, long seed)
    {
        double[] weights = Weights!;
        double total = weights.Sum();
        double[] probabilities = [.. weights.Select(w => Math.Min(1, Sample * w / total))];
        RandomSequence random = Numbers(seed, round);
        int[] order = Shuffled(agents, random);
        var members = new List<int>(Sample);
        double start = random.NextDouble(), sum = 0;
        for (int k = 0; k < agents; k++)
        {
            // Whoever's piece of the line [0, m] holds one of the points start, start + 1, ... is
            // taken. The sum ends at m but for rounding.
            double next = k == agents - 1 ? Sample : sum + probabilities[order[k]];
            if (Math.Floor(next - start) > Math.Floor(sum - start)) members.Add(order[k]);
            sum = next;
        }
        return Cohort.Of(agents, members, WeightsFor(Estimator, probabilities));
    }

    internal override bool Check(OptionReader section, int agents)
    {
        bool isSample = IsSample(section, Sample, agents);
        if (!IsGiven(section, "weights") || Weights is not { } weights || !FitsAgents(section, "weights", weights, agents)
            || !isSample)
            return false;
        double sum = weights.Sum();
        int heavy = Array.FindIndex(weights, w => Sample * w > sum * (1 + 1e-12));
        if (heavy < 0) return true;
        string chance = (Sample * weights[heavy] / sum).ToString("R", CultureInfo.InvariantCulture);
        section.Reject("weights",
            $"gives agent {heavy} a chance of {chance} to be among the {Sample}; no weight may be more than 1 / {Sample} of their sum");
        return false;
    }
}
