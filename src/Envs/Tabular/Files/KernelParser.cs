using System.Globalization;
using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>Reads transition probabilities, [S][A] rows, each dense ([S] numbers) or sparse ([[next, p], ...]).</summary>
internal sealed class KernelParser(ErrorCollector errors, int states, int actions)
{
    /// <summary>What a probability may be. Rounding may carry a sum of probabilities a little above 1.</summary>
    public const string ProbabilityAllowed = "must be a number in [0, 1]";

    private readonly List<(int Next, double Probability)> _outcomes = [];
    private readonly int[] _starts = new int[(states * actions) + 1];

    /// <summary>Whether the element is a number that can be a probability.</summary>
    public static bool IsProbability(JsonElement element, out double value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out value)
            && value >= 0 && value <= 1 + TransitionKernel.SumTolerance;
    }

    /// <summary>A number for messages.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Reads all rows; null when anything was noted.</summary>
    public TransitionKernel? Parse(JsonElement element, string path)
    {
        int before = errors.Count;
        if (!IsListOf(element, path, states, "states", "one item a state")) return null;
        int s = 0;
        foreach (JsonElement rows in element.EnumerateArray())
        {
            if (IsListOf(rows, $"{path}[{s}]", actions, "actions", "one row of probabilities an action"))
            {
                int a = 0;
                foreach (JsonElement row in rows.EnumerateArray())
                {
                    Row(row, path, s, a);
                    _starts[(s * actions) + a + 1] = _outcomes.Count;
                    a++;
                }
            }
            s++;
        }
        if (errors.Count > before) return null;
        return TransitionKernel.Create(states, actions, (state, action) =>
        {
            int row = (state * actions) + action;
            return _outcomes.GetRange(_starts[row], _starts[row + 1] - _starts[row]);
        });
    }

    private void Row(JsonElement row, string path, int s, int a)
    {
        int before = errors.Count, start = _outcomes.Count;
        string RowPath() => $"{path}[{s}][{a}]";
        if (row.ValueKind != JsonValueKind.Array)
        {
            errors.Add(RowPath(), row.GetRawText(), $"must be a list of {states} probabilities, or of pairs [next, p]");
            return;
        }
        bool sparse = row.GetArrayLength() == 0 || row[0].ValueKind == JsonValueKind.Array;
        if (!sparse && row.GetArrayLength() != states)
        {
            errors.Add(RowPath(), null,
                $"has {row.GetArrayLength()} items, but \"states\" is {states} (a row of pairs [next, p] may have fewer)");
            return;
        }
        int k = 0;
        foreach (JsonElement item in row.EnumerateArray())
        {
            int next = k;
            double probability = 0;
            string? problem = sparse ? PairProblem(item, out next, out probability)
                : IsProbability(item, out probability) ? null : ProbabilityAllowed;
            if (problem is not null) errors.Add($"{RowPath()}[{k}]", item.GetRawText(), problem);
            else if (sparse || probability > 0) _outcomes.Add((next, probability));
            k++;
        }
        if (errors.Count > before) return;

        Span<(int Next, double Probability)> outcomes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_outcomes)[start..];
        // In the order of the states, as the kernel adds them up.
        if (sparse) outcomes.Sort((x, y) => x.Next.CompareTo(y.Next));
        double sum = 0;
        for (int i = 0; i < outcomes.Length; i++)
        {
            sum += outcomes[i].Probability;
            if (i > 0 && outcomes[i].Next == outcomes[i - 1].Next)
                errors.Add(RowPath(), row.GetRawText(), $"state {s}, action {a}: next state {outcomes[i].Next} is listed more than once");
        }
        if (errors.Count == before && Math.Abs(sum - 1) > TransitionKernel.SumTolerance)
            errors.Add(RowPath(), row.GetRawText(), $"state {s}, action {a}: the probabilities sum to {Text(sum)}; they must sum to 1");
    }

    private string? PairProblem(JsonElement item, out int next, out double probability)
    {
        (next, probability) = (0, 0);
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[0].ValueKind != JsonValueKind.Number)
            return "must be a pair [next, p]";
        if (WholeNumbers.Of(item[0], 0, states - 1) is not { } state) return $"next must be a state from 0 to {states - 1}";
        next = (int)state;
        return IsProbability(item[1], out probability) ? null : $"p {ProbabilityAllowed}";
    }

    private bool IsListOf(JsonElement element, string path, int length, string key, string items)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            bool missing = element.ValueKind == JsonValueKind.Undefined;
            errors.Add(path, missing ? null : element.GetRawText(), $"{(missing ? "is missing; " : "")}must be a list of {items}");
            return false;
        }
        if (element.GetArrayLength() == length) return true;
        errors.Add(path, null, $"has {element.GetArrayLength()} items, but \"{key}\" is {length}");
        return false;
    }
}
