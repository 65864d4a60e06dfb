using FedPG.Core.Options;
using FedPG.Core.Streams;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.Random;

/// <summary>
/// Draws the kernels and rewards of random MDPs, each from a stream of its own, so that no draw depends on how many others there are.
/// </summary>
/// <param name="States">The number of states S.</param>
/// <param name="Actions">The number of actions A.</param>
/// <param name="Branching">How many distinct successors a state and action has; 0 means all states.</param>
/// <param name="Instance">The seed.</param>
/// <param name="Normalised">Whether a row is uniform numbers divided by their sum, instead of uniform on the simplex.</param>
internal sealed record RandomTables(int States, int Actions, int Branching, long Instance, bool Normalised = false)
{
    /// <summary>
    /// The chance of a state to be among the successors, in (0, 1]; where none is, one is drawn. Below 1 with <see cref="Branching"/> 0
    /// only.
    /// </summary>
    public double SuccessorChance { get; init; } = 1;

    /// <summary>What a sequence of random numbers is drawn for.</summary>
    private enum Sequence
    {
        SharedKernel,
        OwnKernel,
        Rewards,
    }

    /// <summary>The kernel P that agents share.</summary>
    public TransitionKernel SharedKernel() => DrawKernel(agent: 0, Sequence.SharedKernel);

    /// <summary>An agent's kernel, (1 - lambda) P + lambda P_i.</summary>
    /// <param name="shared">P.</param>
    /// <param name="agent">i.</param>
    /// <param name="lambda">In [0, 1].</param>
    public TransitionKernel KernelOf(TransitionKernel shared, int agent, double lambda)
    {
        if (lambda == 0) return shared;
        TransitionKernel own = DrawKernel(agent, Sequence.OwnKernel);
        if (lambda == 1) return own;
        return TransitionKernel.Create(States, Actions, (s, a) =>
            [.. Weighted(shared, (s * Actions) + a, 1 - lambda), .. Weighted(own, (s * Actions) + a, lambda)]);
    }

    /// <summary>An agent's rewards, [S, A].</summary>
    /// <param name="agent">Whose.</param>
    /// <param name="density">The share of state-action pairs that pay; what they pay is uniform on [0, 1].</param>
    public double[] Rewards(int agent, double density = 1)
    {
        RandomSequence random = Stream(agent, Sequence.Rewards);
        double[] rewards = new double[States * Actions];
        for (int k = 0; k < rewards.Length; k++)
        {
            // At density 1 one number a pair is drawn, else two.
            bool pays = density == 1 || random.NextDouble() < density;
            double paid = random.NextDouble();
            rewards[k] = pays ? paid : 0;
        }
        return rewards;
    }

    /// <summary>Notes faults with sizes: more successors than states, or more numbers than fit.</summary>
    public void CheckSize(OptionReader reader, bool ownKernels, int agents)
    {
        if (SuccessorChance < 1 && Branching > 0) reader.Reject("successorChance", "must be 1 with a number of successors in branching");
        if (Branching > States) reader.Reject("branching", $"must be at most the number of states, {States}");
        long rows = (long)States * Actions;
        long successors = Branching == 0 ? States : Branching;
        // A mixture of the shared and an agent's own kernel has the successors of both.
        SizeLimits.Check(reader, "states", rows * agents, rows * successors * (ownKernels ? 1 + (2L * agents) : 1));
    }

    private static (int Next, double Probability)[] Weighted(TransitionKernel kernel, int row, double weight)
    {
        ReadOnlySpan<int> next = kernel.Next(row);
        ReadOnlySpan<double> probabilities = kernel.Probabilities(row);
        var outcomes = new (int, double)[next.Length];
        for (int k = 0; k < outcomes.Length; k++) outcomes[k] = (next[k], weight * probabilities[k]);
        return outcomes;
    }

    private TransitionKernel DrawKernel(int agent, Sequence sequence)
    {
        RandomSequence random = Stream(agent, sequence);
        return TransitionKernel.Create(States, Actions, (_, _) =>
        {
            int[] successors = SuccessorChance < 1 ? Thinned(random) : Successors(random, States, Branching);
            // Exponential weights, normalised, are uniform on the simplex.
            var outcomes = new (int Next, double Weight)[successors.Length];
            double sum = 0;
            for (int k = 0; k < outcomes.Length; k++)
            {
                double number = random.NextDouble();
                outcomes[k] = (successors[k], Normalised ? number : -Math.Log(number));
                sum += outcomes[k].Weight;
            }
            for (int k = 0; k < outcomes.Length; k++) outcomes[k].Weight /= sum;
            return outcomes;
        });
    }

    /// <summary>Distinct states, ascending, every set of them equally likely (Floyd's algorithm); all states for 0.</summary>
    private static int[] Successors(RandomSequence random, int states, int count)
    {
        if (count == 0 || count == states) return [.. Enumerable.Range(0, states)];
        var chosen = new SortedSet<int>();
        for (int last = states - count; last < states; last++)
        {
            if (!chosen.Add((int)(random.NextDouble() * (last + 1)))) chosen.Add(last);
        }
        return [.. chosen];
    }

    /// <summary>Every state with the chance <see cref="SuccessorChance"/>, at least one.</summary>
    private int[] Thinned(RandomSequence random)
    {
        int[] chosen = [.. Enumerable.Range(0, States).Where(_ => random.NextDouble() < SuccessorChance)];
        return chosen.Length > 0 ? chosen : [(int)(random.NextDouble() * States)];
    }

    private RandomSequence Stream(int agent, Sequence sequence) =>
        new(new StreamKey(Instance, StreamPurpose.Environment, agent, Round: 0, LocalStep: 0), (int)sequence);
}
