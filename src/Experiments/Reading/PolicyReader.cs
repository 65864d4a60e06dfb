using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Families;
using FedPG.Policies;
using FedPG.Policies.BuiltIn;
using FedPG.Policies.Tabular;

namespace FedPG.Experiments.Reading;

/// <summary>What the policy section says.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Create">Makes an independent instance; only for an environment that the kind can act in.</param>
/// <param name="Initial">theta_0, [d]; null for the policy's own.</param>
/// <param name="Usable">Whether an instance can be made.</param>
internal sealed record PolicySection(string Kind, Func<TensorFormat, Policy> Create, double[]? Initial, bool Usable);

/// <summary>Reads the policy section of experiment files. It knows no kind by name: each has a definition in a registry that reads its own keys. Stateless.</summary>
internal static class PolicyReader
{
    private const string Section = "policy", KindKey = "kind";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="policies">The kinds that can be named.</param>
    /// <param name="environment">The environment; null where it has faults itself, so that what depends on it is judged by what some environment would allow.</param>
    /// <param name="trainer">The algorithm; null where it is not known.</param>
    /// <param name="errors">Where faults are noted.</param>
    public static PolicySection Read(OptionReader reader, PolicyRegistry policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer, ValidationErrors errors)
    {
        OptionReader policy = reader.Section(Section);
        int before = errors.Items.Count;
        string[] trained = Trained(policies, environment, trainer);
        string standard = trained.FirstOrDefault() ?? OwnKind(policies, environment, trainer) ?? (environment is null ? policies.Kinds : policies.KindsFor(environment)).FirstOrDefault(TabularSoftmax.Kind);
        string kind = policy.Choice(KindKey, standard, policies.Kinds, "the kind of policy", environment is null ? null : trained);
        if (environment is not null && RefusalOf(policies, kind, trained, environment, trainer) is { } refusal) policy.Reject(KindKey, refusal);
        PolicyDefinition definition = policies.Get(kind, environment);
        bool fits = environment is not null && definition.Fits(environment) && definition.RefusalIn(environment) is null;
        Func<TensorFormat, Policy> create = _ => throw new InvalidOperationException("no environment that the policy could act in");
        if (fits) create = definition.Configure(policy, environment);
        else policy.ReadAnyOf(policies.DefinitionsOf(kind).Select(any => (Action<OptionReader>)(options => any.Configure(options, null))));
        double[]? initial = policy.Numbers("initial", null, NumberRange.Any, "theta_0, the parameters to start from");
        // Keys of other kinds are known and not used, so that one file can be run with another kind of policy.
        foreach (string other in policies.Kinds) policy.Accept(policies.KeysOf(other));
        policy.Finish();
        return new PolicySection(kind, create, initial, fits && errors.Items.Count == before);
    }

    /// <summary>
    /// A policy to check the rest against; null where none can be made. Refuses one whose row of parameters is longer than what one file or one array of bytes can hold, and
    /// a start of another length or one that the policy refuses.
    /// </summary>
    /// <param name="section">What the section says.</param>
    /// <param name="format">The type and place of rows.</param>
    /// <param name="text">The section as it is written.</param>
    /// <param name="errors">Where faults are noted.</param>
    public static Policy? CreatePrototype(PolicySection section, TensorFormat format, JsonElement text, ValidationErrors errors)
    {
        const int most = 1 << 28;
        const string key = "policy.initial";
        if (!section.Usable) return null;
        try
        {
            Policy policy = section.Create(format);
            if (section.Initial is { } initial && initial.Length != policy.Layout.Length)
                errors.Add(key, $"{initial.Length} numbers", $"must be {policy.Layout.Length} numbers, as many as this policy has parameters");
            else if (section.Initial is { } start && policy.ErrorOfStart(start) is { } fault)
                errors.Add(key, $"{start.Length} numbers", fault);
            if (policy.Layout.Length <= most) return policy;
            policy.Dispose();
        }
        catch (OverflowException)
        {
            // More than an int holds: reported below.
        }
        errors.Add(Section, text.GetRawText(), $"would have more than {most} parameters, the most an agent may have");
        return null;
    }

    /// <summary>The kinds that the algorithm trains and that can act in the environment, the default first.</summary>
    private static string[] Trained(PolicyRegistry policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer)
    {
        IReadOnlyCollection<string> fitting = environment is null ? policies.Kinds : policies.KindsFor(environment);
        return [.. KindsOf(environment, trainer) is { } own ? own.Intersect(fitting) : fitting.Where(kind => policies.Get(kind, environment).TakesGradients)];
    }

    /// <summary>The kinds of policies that the algorithm works with, the default first; null for all that policy gradients train.</summary>
    private static IReadOnlyCollection<string>? KindsOf(FederatedEnvironment? environment, AlgorithmDefinition? trainer) =>
        trainer is null ? null : ProblemFamily.Find(environment) is { } family ? family.PolicyKindsOf(trainer.Needs) : trainer.Needs.PolicyKinds;

    /// <summary>Of the algorithm's own kinds, one that is made for such environments but cannot act in this one, so that the fault says why.</summary>
    private static string? OwnKind(PolicyRegistry policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer) =>
        environment is null ? null : KindsOf(environment, trainer)?.FirstOrDefault(kind => policies.Kinds.Contains(kind) && policies.Get(kind, environment).Fits(environment));

    /// <summary>Why a kind cannot be had, with those that can; null where it can.</summary>
    private static string? RefusalOf(PolicyRegistry policies, string kind, string[] trained, FederatedEnvironment environment, AlgorithmDefinition? trainer)
    {
        PolicyDefinition definition = policies.Get(kind, environment);
        string with = trainer is null ? "" : $"federation.algorithm \"{trainer.Name}\"";
        string words = trained.Length > 0 ? Words.Quoted(trained) : $"none in {environment.Name}", more = WhereEpisodic(policies, kind, trained, environment, trainer);
        // Actions of several numbers were numbered where they could be.
        string why = ProblemFamily.Find(environment)?.ActionsBeyondPolicies(environment) ?? "";
        if (!definition.Fits(environment)) return $"cannot act in {environment.Name}{why}; allowed there{(trained.Length > 0 || trainer is null ? "" : $" with {with}")}: {words}{more}";
        if (definition.RefusalIn(environment) is { } refusal) return refusal;
        return trainer is null || trained.Contains(kind) ? null : $"is not trained by {with}; allowed with it: {words}{more}";
    }

    /// <summary>What could be had were the environment stepped, where that is the way out: the kind that is asked for, or any where there is none now.</summary>
    private static string WhereEpisodic(PolicyRegistry policies, string kind, string[] trained, FederatedEnvironment environment, AlgorithmDefinition? trainer)
    {
        if (ProblemFamily.Find(environment)?.AsEpisodic(environment) is not { } episodic) return "";
        string[] stepped = Trained(policies, episodic, trainer);
        return stepped.Length > 0 && (trained.Length == 0 || (stepped.Contains(kind) && !trained.Contains(kind))) ? $"; with \"stepped\": true in environment: {Words.Quoted(stepped)}" : "";
    }
}
