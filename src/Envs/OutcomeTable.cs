namespace FedPG.Envs;

/// <summary>One thing that can happen after an action.</summary>
/// <param name="Next">The next state.</param>
/// <param name="Probability">How likely it is.</param>
/// <param name="Reward">What it pays.</param>
internal readonly record struct Outcome(int Next, double Probability, double Reward);

/// <summary>
/// Tables from rules in which the reward hangs on what happened, not on state and action alone: the kernel holds the outcomes merged by next state,
/// the rewards hold their expectation, R(s, a) = sum over outcomes of p r.
/// </summary>
internal static class OutcomeTable
{
    /// <summary>Builds the table.</summary>
    /// <param name="states">The number of states S.</param>
    /// <param name="actions">The number of actions A.</param>
    /// <param name="outcomes">What can happen after (s, a); asked once for each pair, in order.</param>
    /// <returns>P, and R [S, A] row by row.</returns>
    public static (TransitionKernel Kernel, double[] Rewards) Create(int states, int actions, Func<int, int, IEnumerable<Outcome>> outcomes)
    {
        double[] rewards = new double[states * actions];
        TransitionKernel kernel = TransitionKernel.Create(states, actions, (s, a) =>
        {
            Outcome[] all = [.. outcomes(s, a)];
            double expected = 0;
            foreach (Outcome outcome in all) expected += outcome.Probability * outcome.Reward;
            rewards[(s * actions) + a] = expected;
            return all.Select(o => (o.Next, o.Probability));
        });
        return (kernel, rewards);
    }

    /// <summary>What a terminal state does: it stays, and pays nothing.</summary>
    public static Outcome[] Absorbing(int state) => [new Outcome(state, 1, 0)];
}
