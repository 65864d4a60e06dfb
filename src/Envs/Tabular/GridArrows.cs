namespace FedPG.Envs.Tabular;

/// <summary>Where actions point on a grid.</summary>
internal static class GridArrows
{
    /// <summary>
    /// The step an action means in a state: the environment's own word, or else the way to where it leads most likely; (0, 0) where it
    /// leads nowhere on the map.
    /// </summary>
    public static (int Row, int Column) Of(FiniteMdp mdp, int agent, int state, int action)
    {
        GridLayout grid = mdp.Grid!;
        if (grid.Moves is { } moves) return moves[action];
        TransitionKernel kernel = mdp.Agents[agent].Kernel;
        int row = (state * mdp.Actions) + action, likely = 0;
        ReadOnlySpan<double> probabilities = kernel.Probabilities(row);
        for (int k = 1; k < probabilities.Length; k++)
        {
            if (probabilities[k] > probabilities[likely]) likely = k;
        }
        (int Row, int Column) from = grid.Cells[state], to = grid.Cells[kernel.Next(row)[likely]];
        return to.Row < 0 ? (0, 0) : (Math.Sign(to.Row - from.Row), Math.Sign(to.Column - from.Column));
    }

    /// <summary>The arrow as a character.</summary>
    public static char Character((int Row, int Column) step) => step switch
    {
        (-1, 0) => '↑',
        (0, 1) => '→',
        (1, 0) => '↓',
        (0, -1) => '←',
        (-1, 1) => '↗',
        (1, 1) => '↘',
        (1, -1) => '↙',
        (-1, -1) => '↖',
        _ => '•',
    };
}
