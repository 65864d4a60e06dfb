using System.Globalization;
using System.Text;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.LinearQuadratic;
using FedPG.Envs.Tabular;
using FedPG.Envs.Tabular.Exact;

namespace FedPG.Cli.Env;

/// <summary>
/// The page of an environment in <c>docs/environments</c>: its documentation under the fixed headings, its arguments as a table, and, where
/// states can be listed, the optimum of the default instance as our own solver finds it. It says nothing that the definition does not say,
/// so <c>fedpg env info ID --markdown</c> writes it anew.
/// </summary>
internal static class EnvironmentPage
{
    private const int WidestMap = 60;

    /// <summary>The page as Markdown, with line feeds.</summary>
    /// <param name="definition">The environment.</param>
    public static string Of(EnvironmentDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var page = new StringBuilder();
        Line($"# {definition.Id}");
        Line();
        Line(Plain(definition.Summary));
        foreach ((string heading, string text) in definition.Headings())
        {
            if (heading == "Heterogeneity") Arguments();
            Heading(heading);
            Line(Plain(text));
            if (heading == "Heterogeneity") Differences();
            if (heading != "Episode end" || definition.StepLimit is not { } limit) continue;
            Line();
            Line($"Limit of steps when it is stepped: {Number(limit)}.");
        }
        FederatedEnvironment? instance = Default(definition);
        if (FiniteMdp.Find(instance) is { } table) Optimum(table);
        if (LinearQuadraticProblem.Find(instance) is { } problem) MinCost(problem);
        Line();
        Line("---");
        Line();
        Line($"*Written by `fedpg env info {definition.Id} --markdown`; a test compares it with the definition.*");
        return page.ToString();

        void Line(string text = "") => page.Append(text).Append('\n');

        void Heading(string text)
        {
            Line();
            Line($"## {text}");
            Line();
        }

        void Arguments()
        {
            Heading("Arguments");
            IReadOnlyList<OptionInfo> options = definition.Arguments();
            if (options.Count == 0)
            {
                Line("None.");
                return;
            }
            Line("| option | default | allowed | meaning |");
            Line("|---|---|---|---|");
            foreach (OptionInfo option in options)
                Line($"| `{option.Key}` | `{Cell(option.Default)}` | {Plain(Cell(option.Allowed))} | {Plain(Cell(option.Meaning))} |");
        }

        void Differences()
        {
            if (definition.Differences is not { } differences) return;
            Line();
            Line("| agents differ in | options |");
            Line("|---|---|");
            foreach ((string what, IReadOnlyList<string> options) in differences.Lists) Line(
                $"| {what} | {string.Join(", ", options.Select(option => $"`{option}`"))} |");
        }

        void Optimum(FiniteMdp mdp)
        {
            FiniteMdpSolver solver = FiniteMdpSolver.OfAgent(mdp, 0, Objective.Reward);
            Heading("The default instance, computed by our own solver");
            Line("| | |");
            Line("|---|---|");
            Line($"| states, actions | {Number(mdp.States)}, {Number(mdp.Actions)} |");
            Line($"| terminal states | {Number(mdp.Terminal.Count(t => t))} |");
            Line($"| discount | {Number(mdp.Discount)} |");
            Line($"| rewards | {mdp.RewardRange} |");
            Line($"| expected discounted return of the optimal policy | {Digits(-solver.Optimum().Objective)} |");
            Line($"| of the uniform policy | {Digits(-solver.Evaluate(solver.UniformPolicy()).Objective)} |");
            Line();
            Line(
                "One agent, all options at their defaults, from the start distribution; policy iteration with exact evaluation (`fedpg "
                    + $"env info {definition.Id}`, `src/Envs/Exact`).");
            if (mdp.Grid is not { Columns: <= WidestMap } grid) return;
            Line();
            Line("```");
            foreach (string row in grid.Map) Line(row);
            Line("```");
        }

        void MinCost(LinearQuadraticProblem linear)
        {
            if (linear.Optimum(linear.Agents[0], 0) is not { } best) return;
            Heading("The default instance, computed by our own solver");
            Line("| | |");
            Line("|---|---|");
            Line($"| states, controls | {Number(linear.States)}, {Number(linear.Controls)} |");
            Line($"| discount | {Number(linear.Discount)} |");
            Line($"| return of the optimal gain | {Digits(-best)} |");
            Line(
                "| of the initial gain | "
                    + $"{Digits(-linear.MeanObjective(0).Value(linear.InitialGain.Transpose().ToColumnMajorArray()))} |");
            Line();
            Line(
                $"One agent, all options at their defaults, without noise; by the Riccati equation (`fedpg env info {definition.Id}`, "
                    + "`src/Envs/LinearQuadratic`).");
        }
    }

    private static FederatedEnvironment? Default(EnvironmentDefinition definition)
    {
        return definition.ReadOptions(1, default, EnvironmentKeys.CommandLine, new ValidationErrors("defaults"))?.Build();
    }

    private static string Digits(double value) => value.ToString("G12", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Text that Markdown shows as it is written.</summary>
    private static string Plain(string text) =>
        text.Replace("*", "\\*", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
