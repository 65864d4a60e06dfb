using System.Globalization;
using FedPG.Experiments.Diagnosis;
using Spectre.Console;

namespace FedPG.Cli.Advise;

/// <summary>Advice as people read it.</summary>
internal static class AdviceTable
{
    private const string Unknown = "unknown";

    public static void Print(Advice advice)
    {
        bool second = advice.Theorem == "theorem-2";
        Console.WriteLine($"{advice.Name}: {advice.Algorithm}, N = {advice.Agents}, H = {advice.LocalSteps}, T = {advice.Rounds}, "
            + $"d = {advice.Parameters}");
        Console.WriteLine(second
            ? "Theorem 2 applies: linear convergence with exact gradients, 1/(NHT) with sampled ones"
            : "Theorem 3 applies: a stationary point at 1/sqrt(NHT); no bound on the gap is proven");
        foreach (string reason in advice.Reasons) Console.WriteLine($"  - {reason}");
        foreach (string unknown in advice.Unknown) Console.WriteLine($"  - unknown: {unknown}");

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("constants"), new TableColumn("").RightAligned(), new TableColumn(""));
        AddConstants(table, advice, second);
        AddSteps(table, advice);
        AddNeeds(table, advice, second);
        AddPredictions(table, advice.Predictions, second);
        AnsiConsole.Write(table);
        if (second && advice.Constants.Mu is { } mu)
        {
            string number = mu.ToString("G4", CultureInfo.InvariantCulture);
            Console.WriteLine($"Theorem 2's schedule: \"localStepSize\": {{ \"schedule\": \"theorem-2\", \"mu\": {number} }}");
        }
        else
        {
            Console.WriteLine("Theorem 3's schedule: \"localStepSize\": { \"schedule\": \"theorem-3\" }");
        }
    }

    private static void AddConstants(Table table, Advice advice, bool second)
    {
        AdvisedConstants c = advice.Constants;
        Add(table, "L", c.Smoothness, $"measured along {c.PathSteps} exact gradient steps from the start");
        if (c.SmoothnessBound is not null)
            Add(table, "L, proven", c.SmoothnessBound,
                "tabular softmax everywhere" + Times("; ", advice.Step.AdmissibleOverBound, "the measured"));
        Add(table, "tr(Sigma)", c.TraceSigma, c.Trajectories == 0
            ? "exact gradients"
            : $"standard error {Number(c.TraceSigmaError)}; B = {c.Trajectories}");
        Add(table, "D", c.Truncation, c.Horizon is { } k ? $"||grad_K J - grad J|| / gamma^K, K = {k}" : "gradients are not truncated");
        Add(table, "mu", c.Mu, "min ||grad J||^2 / (J - J*) on the path"
            + (second ? "; further on it may be smaller" : ": a local ratio, no constant of the problem"));
        Add(table, "weak mu", c.WeakMu, "min ||grad J|| / (J - J*) on the path");
        Add(table, "J - J*", c.StartGap, $"at the start; {Number(c.EndGap)} at the end of the path");
    }

    private static void AddSteps(Table table, Advice advice)
    {
        AdvisedStep s = advice.Step;
        Head(table, "step size eta");
        Add(table, "in the file", s.InFile, Times("", s.InFileOverAdmissible, "what Theorem 1 admits"));
        Add(table, "admissible", s.Admissible, $"Theorem 1: 1 / (4 C L H), C = {Number(s.Constant)} assumed, the paper leaves it open");
        Add(table, "", s.AdmissibleByLemma2, "Lemma 2: 1 / (3 L H)");
        if (s.AdmissibleByBound is not null) Add(table, "", s.AdmissibleByBound, "Theorem 1 with the proven L");
        Add(table, "Theorem 2", s.Theorem2, $"4 log(NHT) / (mu H T){TooLarge(s.Theorem2, s.Admissible)}");
        Add(table, "Theorem 3", s.Theorem3, $"(4 / H) sqrt(NH / T){TooLarge(s.Theorem3, s.Admissible)}");
        Add(table, "about stable to", s.Stability,
            "2 / (lambda H) of the mean's curvature" + Times(": ", s.StabilityOverAdmissible, "the admissible"));
    }

    private static void AddNeeds(Table table, Advice advice, bool second)
    {
        AdvisedNeeds n = advice.Needs;
        string target = n.Accuracy is null ? "" : $" of {Number(n.Accuracy)}",
            horizon = n.HorizonForAccuracy is { } k ? $"; {Number(k)} for the T above" : "";
        Head(table, "what it takes");
        Add(table, "T", n.RoundsOfTheorem2, "Theorem 2: (L / mu) max(16 C log(NHT), NH)");
        Add(table, "", n.RoundsOfTheorem3, "Theorem 3: L^2 max(256 C^2 NH, N^3 H^3)");
        Add(table, "", n.RoundsForAccuracy, $"for {(second ? "J - J*" : "mean ||grad J||^2")}{target} by the theorem that applies");
        Add(table, "K", n.Horizon, $"log(NHT) / (2 log(1 / gamma)) for this T{horizon}");
    }

    private static void AddPredictions(Table table, AdvisedPredictions p, bool second)
    {
        Head(table, "what to expect");
        Add(table, "noise floor", p.NoiseFloor, "alpha tr(Sigma) / (4 N H B) with the file's step: the gap that stays");
        Add(table, "FedAvg's bias", p.HeterogeneityBias, "the gap that uncorrected drift would leave with the file's step");
        Add(table, "gap", p.GapOfTheorem2, "after T rounds of Theorem 2's schedule" + (second ? "" : ", if the local mu held"));
        Add(table, "||grad J||^2", p.GradientOfTheorem3, "mean over T rounds of Theorem 3's schedule, at most");
    }

    private static void Head(Table table, string title)
    {
        table.AddEmptyRow();
        table.AddRow($"[bold]{title}[/]");
    }

    private static void Add(Table table, string name, double? value, string meaning) =>
        table.AddRow(name.EscapeMarkup(), Number(value), meaning.EscapeMarkup());

    private static string TooLarge(double? eta, double? admissible) =>
        eta > admissible ? "; more than admissible: T is too small for it" : "";

    /// <summary>A ratio in words; nothing where there is none.</summary>
    private static string Times(string before, double? ratio, string what) => ratio is { } r ? $"{before}{Number(r)} times {what}" : "";

    private static string Number(double? value) => value switch
    {
        null or double.NaN => Unknown,
        0 => "0",
        { } v when Math.Abs(v) is >= 1e-3 and < 1e6 => v.ToString(Math.Abs(v) >= 1000 ? "F0" : "G4", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.##E+0", CultureInfo.InvariantCulture),
    };
}
