using System.Text.RegularExpressions;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// A model in PRISM's explicit files, as <c>prism -exportmodel</c> writes them: transitions in <c>NAME.tra</c>, and beside it, where they
/// exist, labels in <c>NAME.lab</c> and reward structures in <c>NAME.rew</c>, <c>NAME.srew</c>, <c>NAME.trew</c> and the same with numbers
/// (<c>NAME1.srew</c>). Markov decision processes and discrete-time Markov chains. <c>NAME.sta</c>, which names states, is not needed.
/// </summary>
internal static partial class PrismFiles
{
    private const int MaxStates = 10_000_000;

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file of transitions.</param>
    /// <exception cref="InvalidInputException">A file cannot be read or used; carries the first 20 errors.</exception>
    public static ExplicitModel Read(string path)
    {
        ModelText text = ModelText.Open(path);
        (ExplicitModel model, bool hasChoices) = Transitions(text);
        text.Errors.ThrowIfAny();
        string stem = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileNameWithoutExtension(path));
        if (File.Exists(stem + ".lab")) Labels(ModelText.Open(stem + ".lab"), model);
        foreach (string number in (string[])["", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
        {
            var structure = new ExplicitModel.RewardStructure(number.Length == 0 ? "reward" : $"reward{number}");
            bool any = false;
            foreach (string kind in (string[])[".rew", ".srew", ".trew"])
            {
                string file = $"{stem}{number}{kind}";
                if (!File.Exists(file)) continue;
                structure = Rewards(ModelText.Open(file), model, structure, hasChoices);
                any = true;
            }
            if (any) model.Rewards.Add(structure);
        }
        return model;
    }

    private static (ExplicitModel Model, bool HasChoices) Transitions(ModelText text)
    {
        string[] head = ModelText.Words(text.Next() ?? "");
        bool hasChoices = head.Length == 3;
        if (head.Length is not (2 or 3) || text.Index(head[0], MaxStates + 1, "the number of states") is not (> 0 and int states))
        {
            text.Reject(head.Length == 0 ? null : string.Join(' ', head),
                "must be the numbers of states, choices and transitions, or of a Markov chain those of states and transitions");
            text.Errors.ThrowIfAny();
            throw new InvalidOperationException("an error was noted");
        }
        var model = new ExplicitModel(states);
        var (rows, at) = (new SortedDictionary<int, List<PaidTransition>>(), -1);
        while (text.Next() is { } line)
        {
            string[] words = ModelText.Words(line);
            int choices = hasChoices ? 1 : 0;
            if (words.Length < 3 + choices)
            {
                text.Reject(line,
                    hasChoices ? "must be state, choice, next state and probability" : "must be state, next state and probability");
                continue;
            }
            int s = text.Index(words[0], states, "a state"), next = text.Index(words[1 + choices], states, "a state");
            int choice = hasChoices ? text.Index(words[1], 100_000, "a choice") : 0;
            double p = text.Number(words[2 + choices]);
            if (s < 0 || next < 0 || choice < 0) continue;
            if (s < at)
            {
                text.Reject(words[0], "must not be less than the state of the line before: lines are sorted by states");
                continue;
            }
            if (s != at) Close(text, model, at, rows);
            at = s;
            if (!rows.TryGetValue(choice, out List<PaidTransition>? row)) rows[choice] = row = [];
            row.Add(new PaidTransition(next, p, 0));
        }
        Close(text, model, at, rows);
        return (model, hasChoices);
    }

    private static void Close(ModelText text, ExplicitModel model, int state, SortedDictionary<int, List<PaidTransition>> rows)
    {
        foreach ((int choice, List<PaidTransition> row) in rows)
        {
            double sum = row.Sum(o => o.Probability);
            if (row.Any(o => !(o.Probability >= 0)) || Math.Abs(sum - 1) > TransitionKernel.SumTolerance)
                text.Reject(null,
                    $"the probabilities of choice {choice} in state {state} must be at least 0 and sum to 1; their sum is "
                        + $"{KernelParser.Text(sum)}");
            model.Choices[state].Add([.. row]);
        }
        rows.Clear();
    }

    private static void Labels(ModelText text, ExplicitModel model)
    {
        var names = new Dictionary<string, string>();
        foreach (Match match in Label().Matches(text.Next() ?? "")) names[match.Groups[1].Value] = match.Groups[2].Value;
        foreach (string name in names.Values) model.Labels[name] = [];
        while (text.Next() is { } line)
        {
            string[] parts = line.Split(':', 2);
            int s = text.Index(parts[0].Trim(), model.Choices.Length, "a state");
            foreach (string word in ModelText.Words(parts.Length == 2 ? parts[1] : ""))
            {
                if (!names.TryGetValue(word, out string? name))
                    text.Reject(word, $"is no label's number; there are {string.Join(", ", names.Keys)}");
                else if (s >= 0) model.Labels[name].Add(s);
            }
        }
        text.Errors.ThrowIfAny();
    }

    private static ExplicitModel.RewardStructure Rewards(ModelText text, ExplicitModel model, ExplicitModel.RewardStructure structure,
        bool hasChoices)
    {
        foreach (string comment in text.Comments())
        {
            if (Quoted().Match(comment) is { Success: true } named && structure.States.Count + structure.Transitions.Count == 0)
                structure = new ExplicitModel.RewardStructure(named.Groups[1].Value);
        }
        _ = text.Next();
        while (text.Next() is { } line)
        {
            string[] words = ModelText.Words(line);
            int s = text.Index(words[0], model.Choices.Length, "a state");
            if (words.Length == 2)
            {
                double paid = text.Number(words[1]);
                if (s >= 0) structure.States[s] = structure.States.GetValueOrDefault(s) + paid;
            }
            else if (words.Length >= (hasChoices ? 4 : 3))
            {
                int choice = hasChoices ? text.Index(words[1], 100_000, "a choice") : 0;
                int next = text.Index(words[hasChoices ? 2 : 1], model.Choices.Length, "a state");
                double paid = text.Number(words[hasChoices ? 3 : 2]);
                if (s >= 0 && choice >= 0 && next >= 0) structure.Transitions[(s, choice, next)] = paid;
            }
            else
            {
                text.Reject(line, "must be a state and its reward, or a transition and its reward");
            }
        }
        text.Errors.ThrowIfAny();
        return structure;
    }

    [GeneratedRegex("([0-9]+)=\"([^\"]*)\"")]
    private static partial Regex Label();

    [GeneratedRegex("[Rr]eward structure:? *\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
