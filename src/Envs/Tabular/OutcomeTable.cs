namespace FedPG.Envs.Tabular;

/// <summary>
/// Tables from rules in which the reward hangs on what happened, not on state and action alone: the kernel holds the outcomes merged by
/// next state, the rewards hold their expectation, R(s, a) = sum over outcomes of p r, and what single transitions pay is kept beside it.
/// </summary>
internal static class OutcomeTable
{
    /// <summary>Builds an agent's table.</summary>
    /// <param name="name">The agent.</param>
    /// <param name="states">The number of states S.</param>
    /// <param name="actions">The number of actions A.</param>
    /// <param name="outcomes">What can happen after (s, a); asked once for each pair, in order.</param>
    /// <param name="pool">Where agents of equal tables meet.</param>
    public static AgentMdp Agent(string name, int states, int actions, Func<int, int, IEnumerable<PaidTransition>> outcomes, TablePool pool)
    {
        double[] rewards = new double[states * actions];
        var paid = new TransitionRewards.Builder();
        TransitionKernel kernel = TransitionKernel.Create(states, actions, (s, a) =>
        {
            PaidTransition[] all = [.. outcomes(s, a)];
            double expected = 0;
            foreach (PaidTransition outcome in all) expected += outcome.Probability * outcome.Reward;
            int row = (s * actions) + a;
            rewards[row] = expected;
            paid.Add(row, all, expected);
            return all.Select(o => (o.Next, o.Probability));
        });
        return new AgentMdp(name, rewards, pool.Unify(kernel)) { RewardsByTransition = pool.Unify(paid.Build()) };
    }

    /// <summary>What a terminal state does: it stays, and pays nothing.</summary>
    public static PaidTransition[] Absorbing(int state) => [new PaidTransition(state, 1, 0)];
}
