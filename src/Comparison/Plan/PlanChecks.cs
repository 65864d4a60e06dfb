using FedPG.Core.Options;
using FedPG.Experiments;
using FedPG.Experiments.Reading;
using FedPG.Federation.Evaluation;
using FedPG.Federation.Families;

namespace FedPG.Comparison.Plan;

/// <summary>What can be found wrong with a plan before anything is run. Stateless.</summary>
internal static class PlanChecks
{
    /// <summary>Reads every algorithm's experiment, the ends of every grid, and sees that a round fits into the budget.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="reader">Reads experiments.</param>
    /// <exception cref="InvalidInputException">All that is wrong; what is wrong with the experiment itself once, and what does not fit some
    /// of the algorithms with their labels.</exception>
    public static void ThrowIfFaulty(ComparisonPlan plan, ExperimentReader reader)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var errors = new List<ValidationError>();
        if (plan.Tuning is { } tuning)
        {
            long[] shared = [.. tuning.Seeds.Intersect(plan.Seeds)];
            if (shared.Length > 0)
                errors.Add(new ValidationError(Tuning.SeedSource, "", SeedList.Write(shared),
                    "are reported too (--seeds): settings must be chosen by seeds that are not reported"));
        }
        var minimised = new Dictionary<Contender, string>();
        List<ValidationError>[] own = [.. plan.Contenders.Select(_ => new List<ValidationError>())];
        for (int k = 0; k < own.Length; k++)
            Try(own[k], () => minimised[plan.Contenders[k]] = Check(plan, reader, plan.Contenders[k], own[k]));
        for (int k = 0; k < own.Length; k++) errors.AddRange(own[k].Select(error => OfSome(error, plan, own, plan.Contenders[k])));
        foreach ((Contender contender, string measure) in minimised)
        {
            // A smaller error of values and a smaller cost of a policy are not one thing.
            if (minimised.TryGetValue(plan.Contenders[0], out string? first) && measure != first)
                errors.Add(new ValidationError(Contender.Source, "", contender.Label,
                    $"cannot be measured against {plan.Contenders[0].Label}: its objective is {InWords(measure)}, and that of "
                        + $"{plan.Contenders[0].Label} is {InWords(first)}"));
        }
        if (errors.Count == 0 && plan.Tuning is not null) CheckKeys(plan, reader, errors);
        if (errors.Count > 0) throw new InvalidInputException([.. errors.Distinct()]);
    }

    /// <summary>
    /// An error in the file or in what is set for all says which algorithm it is one for, where others do not have it.
    /// </summary>
    private static ValidationError OfSome(ValidationError error, ComparisonPlan plan, List<ValidationError>[] own, Contender contender) =>
        (error.Source == plan.Source || error.Source == KeyOverrides.Source) && own.Any(errors => !errors.Contains(error))
            ? error with { Source = $"{error.Source}, with {contender.Label}" }
            : error;

    /// <summary>Checks one algorithm.</summary>
    /// <returns>What its objective is.</returns>
    private static string Check(ComparisonPlan plan, ExperimentReader reader, Contender contender, List<ValidationError> errors)
    {
        Experiment first = plan.Read(reader, contender, plan.Seeds[0], [], null);
        string minimised = ProblemFamily.Of(first.Environment).ObjectiveKindOf(first);
        foreach (TuningKey key in plan.KeysOf(reader, contender))
        {
            foreach (string value in key.Values)
                Try(errors, () => plan.Read(reader, contender, plan.Seeds[0], [new Setting(key.Path, value)], null));
        }
        _ = RoundCosts.RoundsWithin(plan, reader, contender, []);
        return minimised;
    }

    private static string InWords(string minimised) =>
        ObjectiveKind.IsOfValues(minimised) ? "a squared error of values" : $"a policy's {minimised}";

    /// <summary>A key that no algorithm knows is a mistake; the experiment reader says which is the nearest.</summary>
    private static void CheckKeys(ComparisonPlan plan, ExperimentReader reader, List<ValidationError> errors)
    {
        HashSet<string> known = [.. plan.Contenders.SelectMany(c => plan.KeysOf(reader, c)).Select(k => k.Path)];
        foreach (TuningKey key in plan.Tuning!.Keys.Where(k => !known.Contains(k.Path)))
            Try(errors, () => plan.Read(reader, plan.Contenders[0], plan.Seeds[0], [new Setting(key.Path, key.Values[0])], null));
    }

    private static void Try(List<ValidationError> errors, Action action)
    {
        try
        {
            action();
        }
        catch (InvalidInputException e)
        {
            errors.AddRange(e.Errors);
        }
    }
}
