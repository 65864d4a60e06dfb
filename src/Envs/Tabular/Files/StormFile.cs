using System.Globalization;
using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// A model in Storm's explicit format DRN, as <c>storm --exportbuild NAME.drn</c> writes it: types mdp and dtmc. Stateless.
/// </summary>
internal static class StormFile
{
    private const int MaxStates = 10_000_000;

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">The file cannot be read or used; carries the first 20 errors.</exception>
    public static ExplicitModel Read(string path)
    {
        ModelText text = ModelText.Open(path);
        (int states, string[] rewards) = Head(text);
        var model = new ExplicitModel(states);
        model.Rewards.AddRange(rewards.Select(name => new ExplicitModel.RewardStructure(name)));
        var (state, row) = (-1, new List<PaidTransition>());
        bool open = false;
        while (text.Next() is { } line)
        {
            string[] words = ModelText.Words(line.Replace("[", " [ ", StringComparison.Ordinal)
                .Replace("]", " ] ", StringComparison.Ordinal).Replace(",", " ", StringComparison.Ordinal));
            if (words[0] == "state")
            {
                Close();
                open = false;
                state = words.Length > 1 ? text.Index(words[1], states, "a state") : -1;
                ReadState(text, model, state, words);
            }
            else if (words[0] == "action")
            {
                Close();
                open = true;
                if (state >= 0)
                    ReadRewards(text, model, words, (structure, paid) => structure.Choices[(state, model.Choices[state].Count)] = paid);
            }
            else if (state >= 0 && line.Split(':') is [var next, var probability])
            {
                int to = text.Index(next.Trim(), states, "a state");
                if (to >= 0) row.Add(new PaidTransition(to, text.Number(probability.Trim()), 0));
                open = true;
            }
            else
            {
                text.Reject(line, "must be \"state\", \"action\", or a next state and its probability");
            }
        }
        Close();
        text.Errors.ThrowIfAny();
        return model;

        void Close()
        {
            if (state < 0 || !open) return;
            double sum = row.Sum(o => o.Probability);
            if (row.Any(o => !(o.Probability >= 0)) || Math.Abs(sum - 1) > TransitionKernel.SumTolerance)
                text.Reject(null,
                    $"the probabilities of the choice before, in state {state}, must be at least 0 and sum to 1; their sum is "
                        + $"{KernelParser.Text(sum)}");
            model.Choices[state].Add([.. row]);
            row.Clear();
        }
    }

    private static (int States, string[] Rewards) Head(ModelText text)
    {
        var (states, rewards) = (0, (string[])[]);
        while (text.Next() is { } line && line != "@model")
        {
            switch (ModelText.Words(line))
            {
                case ["@type:", var type] when !type.Equals("mdp", StringComparison.OrdinalIgnoreCase)
                    && !type.Equals("dtmc", StringComparison.OrdinalIgnoreCase):
                    text.Reject(type, "must be mdp or dtmc: other models are no finite MDPs");
                    break;
                case ["@reward_models"]:
                    rewards = text.Next() is { } names && names[0] != '@' ? ModelText.Words(names) : [];
                    break;
                case ["@nr_states"]:
                    states = Math.Max(0, text.Index(text.Next() ?? "", MaxStates + 1, "the number of states"));
                    break;
            }
        }
        if (states == 0) text.Reject(null, "the file says no number of states (@nr_states) before @model");
        text.Errors.ThrowIfAny();
        return (states, rewards);
    }

    private static void ReadState(ModelText text, ExplicitModel model, int state, string[] words)
    {
        if (state < 0)
        {
            if (words.Length < 2) text.Reject(null, "must be a state");
            return;
        }
        ReadRewards(text, model, words, (structure, paid) => structure.States[state] = paid);
        int first = Array.IndexOf(words, "]") is >= 0 and int end ? end + 1 : 2;
        foreach (string label in words.Skip(first).Where(word => word[0] != '!'))
        {
            string name = label.Trim('"');
            if (!model.Labels.TryGetValue(name, out List<int>? states)) model.Labels[name] = states = [];
            states.Add(state);
        }
    }

    private static void ReadRewards(ModelText text, ExplicitModel model, string[] words, Action<ExplicitModel.RewardStructure, double> take)
    {
        int from = Array.IndexOf(words, "["), to = Array.IndexOf(words, "]");
        if (from < 0 || to < from) return;
        string[] numbers = words[(from + 1)..to];
        if (numbers.Length != model.Rewards.Count)
        {
            text.Reject(
                string.Join(", ", numbers),
                string.Create(CultureInfo.InvariantCulture, $"must be {model.Rewards.Count} numbers, one a reward model"));
            return;
        }
        for (int k = 0; k < numbers.Length; k++)
        {
            if (text.Number(numbers[k]) is not 0 and double paid) take(model.Rewards[k], paid);
        }
    }
}
