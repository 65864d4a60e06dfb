using FedPG.Core.Streams;

namespace FedPG.Federation.Agents;

/// <summary>How many of the H local steps of a round each agent takes: a function of the seed and the round alone. Immutable.</summary>
public abstract class LocalStepCounts
{
    private const int StragglerSequence = 1;

    /// <summary>H steps each.</summary>
    public static LocalStepCounts Same { get; } = new All();

    /// <summary>Whether every agent takes H steps in every round.</summary>
    public virtual bool IsSame => false;

    /// <summary>The steps of each agent in a round, [N], 1 or more; null for H each.</summary>
    /// <param name="agents">N.</param>
    /// <param name="round">t.</param>
    public abstract int[]? StepsOf(int agents, int round);

    /// <summary>Each agent's own number, the same in every round.</summary>
    /// <param name="steps">tau_i, [N], 1 or more.</param>
    public static LocalStepCounts Own(int[] steps) => new Fixed(steps);

    /// <summary>
    /// In every round a share of the agents, drawn anew and uniformly, does not get done: each of them takes a number of steps that is
    /// uniform between the least and H.
    /// </summary>
    /// <param name="share">The share of agents, in [0, 1]; the number of agents is rounded to the nearest.</param>
    /// <param name="least">The least number of steps, 1 to H.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="seed">The experiment's seed.</param>
    public static LocalStepCounts Stragglers(double share, int least, int localSteps, long seed) =>
        share == 0 ? Same : new Drawn(share, least, localSteps, seed);

    private sealed class All : LocalStepCounts
    {
        public override bool IsSame => true;

        public override int[]? StepsOf(int agents, int round) => null;
    }

    private sealed class Fixed(int[] steps) : LocalStepCounts
    {
        public override int[]? StepsOf(int agents, int round) => steps;
    }

    private sealed class Drawn(double share, int least, int localSteps, long seed) : LocalStepCounts
    {
        public override int[]? StepsOf(int agents, int round)
        {
            var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Participation, 0, round, StragglerSequence));
            int[] steps = new int[agents];
            Array.Fill(steps, localSteps);
            foreach (int agent in Participation.Shuffled(agents, random)[..(int)Math.Round(share * agents)])
                steps[agent] = least + (int)(random.NextDouble() * (localSteps - least + 1));
            return steps;
        }
    }
}
