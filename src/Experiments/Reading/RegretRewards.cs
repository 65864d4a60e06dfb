using System.Globalization;
using FedPG.Core.Options;
using FedPG.Envs;

namespace FedPG.Experiments.Reading;

/// <summary>The regret 1 - r needs rewards in [0, 1]. Stateless.</summary>
internal static class RegretRewards
{
    private const string Rule = "the regret 1 - r allows rewards in [0, 1]; other rewards need \"objective\": \"reward\"";

    /// <summary>
    /// The errors that are named one by one in a file, where each number can be changed; of a registered environment it is one.
    /// </summary>
    private const int MaxErrors = 20;

    /// <summary>Notes rewards outside [0, 1].</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="file">The finite-MDP file that it was read from; null for a registered environment.</param>
    /// <param name="errors">Where they are noted.</param>
    public static void Check(FederatedEnvironment environment, string key, string? file, ValidationErrors errors)
    {
        int max = file is null ? 1 : MaxErrors;
        KnownReward[] found = [.. environment.RewardsOutside(NumberRange.UnitInterval).Take(max + 1)];
        errors.AddRange(found.Take(max).Select(outside =>
        {
            string value = outside.Reward.ToString("R", CultureInfo.InvariantCulture);
            return file is null
                ? new ValidationError(errors.Source, key, value, $"is {outside.Key} of this environment; {Rule}")
                : new ValidationError(file, outside.Key, value, Rule);
        }));
        if (found.Length > max && file is not null) errors.Add(key, null, "and more rewards outside [0, 1]");
        NumberRange range = environment.RewardRange;
        if (found.Length == 0 && !(NumberRange.UnitInterval.Contains(range.Minimum) && NumberRange.UnitInterval.Contains(range.Maximum)))
            errors.Add(key, environment.Name, $"pays rewards that are {range}; {Rule}");
    }
}
