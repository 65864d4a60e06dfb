using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Tabular;

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
        if (environment is FiniteMdp mdp) CheckEach(mdp, key, file, errors);
        else if (!Contains(environment.RewardRange))
            errors.Add(key, environment.Name, $"pays rewards that are {environment.RewardRange}; {Rule}");
    }

    private static bool Contains(NumberRange rewards) =>
        NumberRange.UnitInterval.Contains(rewards.Minimum) && NumberRange.UnitInterval.Contains(rewards.Maximum);

    private static void CheckEach(FiniteMdp mdp, string key, string? file, ValidationErrors errors)
    {
        int max = file is null ? 1 : MaxErrors;
        var found = new List<ValidationError>();
        for (int i = 0; i < mdp.Agents.Count && found.Count <= max; i++)
        {
            for (int k = 0; k < mdp.Agents[i].Rewards.Length && found.Count <= max; k++)
            {
                double reward = mdp.Agents[i].Rewards[k];
                if (reward is >= 0 and <= 1) continue;
                string place = $"agents[{i}].rewards[{k / mdp.Actions}][{k % mdp.Actions}]", value = reward.ToString("R", CultureInfo.InvariantCulture);
                found.Add(file is not null
                    ? new ValidationError(file, place, value, Rule)
                    : new ValidationError(errors.Source, key, value, $"is {place} of this environment; {Rule}"));
            }
        }
        errors.AddRange(found.Take(max));
        if (found.Count > max && file is not null) errors.Add(key, null, "and more rewards outside [0, 1]");
    }
}
