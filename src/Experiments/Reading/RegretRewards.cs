using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Families;

namespace FedPG.Experiments.Reading;

/// <summary>The regret 1 - r needs rewards in [0, 1]. Stateless.</summary>
internal static class RegretRewards
{
    private const string Rule = "the regret 1 - r allows rewards in [0, 1]; other rewards need \"objective\": \"reward\"";

    /// <summary>The errors that are named one by one in a file, where each number can be changed; of a registered environment it is one.</summary>
    private const int MaxErrors = 20;

    /// <summary>Notes rewards outside [0, 1].</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="file">The finite-MDP file that it was read from; null for a registered environment.</param>
    /// <param name="errors">Where they are noted.</param>
    public static void Check(FederatedEnvironment environment, string key, string? file, ValidationErrors errors)
    {
        if (ProblemFamily.Find(environment)?.RewardsOf(environment) is { } rewards)
        {
            CheckEach(rewards, key, file, errors);
            return;
        }
        NumberRange range = environment.RewardRange;
        if (!NumberRange.UnitInterval.Contains(range.Minimum) || !NumberRange.UnitInterval.Contains(range.Maximum))
            errors.Add(key, environment.Name, $"pays rewards that are {range}; {Rule}");
    }

    private static void CheckEach(
        IEnumerable<(int Agent, int State, int Action, double Reward)> rewards, string key, string? file, ValidationErrors errors)
    {
        int max = file is null ? 1 : MaxErrors;
        (int Agent, int State, int Action, double Reward)[] found = [.. rewards.Where(r => r.Reward is not (>= 0 and <= 1)).Take(max + 1)];
        foreach ((int agent, int state, int action, double reward) in found.Take(max))
        {
            string place = $"agents[{agent}].rewards[{state}][{action}]", value = reward.ToString("R", CultureInfo.InvariantCulture);
            errors.AddRange([file is not null
                ? new ValidationError(file, place, value, Rule)
                : new ValidationError(errors.Source, key, value, $"is {place} of this environment; {Rule}")]);
        }
        if (found.Length > max && file is not null) errors.Add(key, null, "and more rewards outside [0, 1]");
    }
}
