using System.Globalization;
using System.Text;
using FedPG.Claims.Breaking;
using FedPG.Claims.Measuring;
using FedPG.Experiments;

namespace FedPG.Claims;

/// <summary>
/// The page of a claim in its fixed form, as Markdown: the claim, what is run, settings, command, expected and measured figures, plot.
/// </summary>
internal static class ClaimReport
{
    public static string Of(Claim claim, Breakage breakage, ReproductionOptions options, Lab lab, Verdict verdict)
    {
        string command = $"fedpg reproduce {claim.Name} --seed {options.Seed.ToString(CultureInfo.InvariantCulture)}"
            + (options.Effort == Effort.Quick ? " --quick" : "")
            + (breakage == Breakage.None ? "" : $" --break {Breakages.NameOf(breakage)}");
        var page = new StringBuilder();
        Paragraph($"# {claim.Name}", claim.Statement, "## The claim", claim.Equation, "## What is run", claim.Procedure, "## Settings");
        Rows(["file", "environment", "agents", "policy", "gradients", "tau", "H", "eta", "rounds"],
            lab.Settings().Select(s => Setting(s.Name, s.Experiment)));
        Paragraph("Where a column varies within the claim, the text above says how; the file holds the value it starts from.",
            "## Command", $"```\n{command}\n```",
            "## Expected and measured", $"Verdict: **{(verdict.Pass ? "PASS" : "FAIL")}**. Figures without randomness have no interval.");
        Rows(["check", "figure", "expected from", "bound", "measured", "95 % interval", "verdict"], verdict.Checks.Select(c => new[]
        {
            c.Name, c.Quantity, c.Law, $"`{c.Bound}`", Bound.Short(c.Figure.Value),
            c.Figure.Low == c.Figure.High ? "" : $"[{Bound.Short(c.Figure.Low)}, {Bound.Short(c.Figure.High)}]", c.Pass ? "PASS" : "FAIL",
        }));
        Paragraph(
            "Chance of a false alarm: "
                + string.Join("; ", verdict.Checks.GroupBy(c => c.FalseAlarm)
                    .Select(g => $"{string.Join(", ", g.Select(c => c.Name))}: {g.Key}")) + ".",
            claim.Catches.Count > 0
                ? "Broken variants that this claim has to fail on (`--break`): "
                    + $"{string.Join(", ", claim.Catches.Select(Breakages.NameOf))}."
                : "No broken variant has to fail here.",
            "## Plot");
        foreach ((string name, _) in lab.Figures) Paragraph($"![{claim.Name}: {name}]({name}.svg)");
        return page.ToString();

        void Paragraph(params string[] texts)
        {
            foreach (string text in texts) page.Append(text).Append("\n\n");
        }

        void Rows(string[] header, IEnumerable<string[]> rows)
        {
            page.Append("| ").AppendJoin(" | ", header).Append(" |\n|").Insert(page.Length, "---|", header.Length).Append('\n');
            foreach (string[] row in rows)
                page.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            page.Append('\n');
        }
    }

    private static string[] Setting(string name, Experiment experiment)
    {
        string tau = experiment.Entropy switch
        {
            { IsUsed: false } => "0",
            { Until: 0 } constant => Bound.Short(constant.To),
            var falling => $"{Bound.Short(falling.From)} to {Bound.Short(falling.To)}",
        };
        return
        [
            $"[{name}.json]({name}.json)", experiment.Environment.Name,
            experiment.Environment.AgentNames.Count.ToString(CultureInfo.InvariantCulture), experiment.PolicyKind,
            experiment.Estimator, tau,
            experiment.Federation.LocalSteps.ToString(CultureInfo.InvariantCulture), Bound.Short(experiment.Federation.LocalStepSize.At(0)),
            experiment.Federation.Rounds.ToString(CultureInfo.InvariantCulture),
        ];
    }
}
