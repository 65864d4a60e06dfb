namespace FedPG.Experiments.Acting;

/// <summary>Acts by tables of probabilities. Thread-safe.</summary>
/// <param name="tables">pi(a|s) of each agent, or one that serves all: [S, A] row by row, rows that add up to 1.</param>
/// <param name="actions">A.</param>
internal sealed class TableActor(IReadOnlyList<double[]> tables, int actions) : PolicyActor
{
    /// <inheritdoc/>
    public override void Act(
        ReadOnlySpan<double> observation, int agent, ActionSampler? sampler, Span<double> action, Span<double> memory)
    {
        ReadOnlySpan<double> row = tables[tables.Count == 1 ? 0 : agent].AsSpan((int)observation[0] * actions, actions);
        action[0] = sampler is null ? Likeliest(row) : Draw(row, sampler.NextUnit());
    }

    /// <inheritdoc/>
    public override ActingNetwork NetworkOf(int agent)
    {
        double[] table = tables[tables.Count == 1 ? 0 : agent];
        int states = table.Length / actions;
        // A one-hot state picks a column.
        double[] weight = new double[table.Length];
        for (int k = 0; k < table.Length; k++) weight[(k % actions * states) + (k / actions)] = table[k];
        return new ActingNetwork
        {
            Kind = "table",
            Observations = Observations,
            Actions = Actions,
            Head = ActingHead.Probabilities,
            Stages = [new LinearStage(weight, null, states)],
        };
    }

    private static int Likeliest(ReadOnlySpan<double> row)
    {
        int best = 0;
        for (int a = 1; a < row.Length; a++)
        {
            if (row[a] > row[best]) best = a;
        }
        return best;
    }

    private static int Draw(ReadOnlySpan<double> row, double left)
    {
        int last = 0;
        for (int a = 0; a < row.Length; a++)
        {
            if (row[a] <= 0) continue;
            last = a;
            if ((left -= row[a]) < 0) break;
        }
        return last;
    }
}
