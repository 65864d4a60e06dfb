using FedPG.Envs;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;
using FedPG.Envs.Tabular.Files;
using FedPG.Experiments;
using FedPG.Tests.Experiments.Runs;

namespace FedPG.Tests.Experiments.Diagnosis;

/// <summary>Small instances in closed form, 5 states and 4 actions, from the fractional parts of k k times the golden ratio.</summary>
internal static class TheoryInstances
{
    private const int States = 5, Actions = 4;

    /// <summary>Agents with rewards of their own, gamma 0.9.</summary>
    public static FiniteMdp Wide(int agents = 10)
    {
        double[] regrets = Sequence(agents * States * Actions, 100);
        return Create(0.9, Enumerable.Range(0, agents).Select(i => regrets[(i * States * Actions)..((i + 1) * States * Actions)]));
    }

    /// <summary>Two kinds of agents with opposite rewards, gamma 0.8; the average MDP is the same for every even N.</summary>
    public static FiniteMdp Opposed(int agents = 10)
    {
        double[] common = Sequence(States * Actions, 1000), signs = Sequence(States * Actions, 2000);
        return Create(0.8, Enumerable.Range(0, agents).Select(i =>
            common.Zip(signs, (c, s) => 0.4 + (0.2 * c) + ((i % 2 == 0 ? 0.4 : -0.4) * Math.Sign((2 * s) - 1))).ToArray()));
    }

    /// <summary>An experiment on an MDP, through its file; the overrides vary the small experiment of the run tests.</summary>
    public static Experiment Experiment(FiniteMdp mdp, string folder, params string[] assignments)
    {
        string file = Path.Combine(folder, "instance.json");
        Directory.CreateDirectory(folder);
        FiniteMdpFile.Write(mdp, file);
        return RunTesting.Experiment([$$"""environment={"mdp":"{{file}}"}""", "dtype=float64", .. assignments]);
    }

    /// <summary>theta* of tabular softmax: log pi* of the regularised average problem.</summary>
    public static double[] Optimum(FiniteMdp mdp, double temperature)
    {
        AgentMdp average = mdp.AverageAgent();
        OptimalPolicy optimum = FedPG.Envs.Tabular.Exact.Optimum.Regularised(new ExactEvaluation(average.Kernel, mdp.Discount),
            Objective.Regret.Costs(average), mdp.Initial, temperature);
        return Array.ConvertAll(optimum.Policy, Math.Log);
    }

    private static FiniteMdp Create(double discount, IEnumerable<double[]> regrets)
    {
        double[] rows = Normalised([.. Sequence(States * Actions * States, 0).Select(u => -Math.Log(u))]);
        var kernel = TransitionKernel.Create(States, Actions,
            (s, a) => Enumerable.Range(0, States).Select(next => (next, rows[(((s * Actions) + a) * States) + next])));
        double[] initial = [.. Enumerable.Repeat(1.0 / States, States)];
        return new FiniteMdp("theory", discount, initial,
            [.. regrets.Select((c, i) => new AgentMdp($"agent-{i}", Array.ConvertAll(c, x => 1 - x), kernel))]);
    }

    private static double[] Normalised(double[] rows)
    {
        for (int first = 0; first < rows.Length; first += States)
        {
            double sum = rows.AsSpan(first, States).ToArray().Sum();
            for (int k = first; k < first + States; k++) rows[k] /= sum;
        }
        return rows;
    }

    private static double[] Sequence(int count, int offset) => [.. Enumerable.Range(offset + 1, count).Select(k =>
    {
        double x = (double)k * k * 0.6180339887498949;
        return x - Math.Floor(x);
    })];
}
