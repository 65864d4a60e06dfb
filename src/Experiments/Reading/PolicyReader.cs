using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Algorithms;
using FedPG.Federation.Execution;
using FedPG.Federation.Families;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;

namespace FedPG.Experiments.Reading;

/// <summary>What the policy section says.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Options">Its options; null where no instance can be made.</param>
/// <param name="Definition">The definition that serves the environment.</param>
/// <param name="Environment">The environment; null where it had errors itself.</param>
internal sealed record PolicySection(string Kind, PolicyOptions? Options, PolicyDefinition Definition, FederatedEnvironment? Environment)
{
    /// <summary>theta_0, [d]; null for the policy's own.</summary>
    public double[]? Initial => Options?.Initial;

    /// <summary>Whether agents share nothing of the policy.</summary>
    public bool SharesNothing => Options is PersonalPolicyOptions { SharesNothing: true };

    /// <summary>Makes an independent instance.</summary>
    /// <param name="format">The type and place of rows.</param>
    /// <exception cref="InvalidOperationException">No instance can be made.</exception>
    public Policy Create(TensorFormat format) => Options is not null && Environment is not null
        ? Definition.Create(Options, Environment, format)
        : throw new InvalidOperationException("no environment that the policy could act in");
}

/// <summary>
/// Reads the policy section of experiment files. It knows no kind by name: each has a definition in a catalogue that reads its own keys.
/// Stateless.
/// </summary>
internal static class PolicyReader
{
    private const string Section = "policy", KindKey = "kind", InitialKey = "initial", ContextKey = "context", CriticKey = "critic",
        PersonalKey = "personal", NetworkKey = "network", None = "none";

    /// <summary>Reads the section.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="policies">The kinds that can be named.</param>
    /// <param name="environment">
    /// The environment; null where it has errors itself, so that what depends on it is judged by what some environment would allow.
    /// </param>
    /// <param name="trainer">The algorithm; null where it is not known.</param>
    /// <param name="learns">Whether the estimator learns from values, so that the policy has a critic where nothing is said of it.</param>
    /// <param name="errors">Where errors are noted.</param>
    public static PolicySection Read(
        OptionReader reader, Catalog<PolicyDefinition> policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer,
        bool learns, ValidationErrors errors)
    {
        OptionReader policy = reader.Section(Section);
        int before = errors.Items.Count;
        string[] trained = Trained(policies, environment, trainer);
        string standard = trained.FirstOrDefault() ?? OwnKind(policies, environment, trainer)
            ?? (environment is null ? policies.Names : policies.KindsFor(environment)).FirstOrDefault(TabularSoftmaxOptions.Name);
        string kind = policy.Choice(KindKey, standard, policies.Names, "the kind of policy", environment is null ? null : trained);
        if (environment is not null && RefusalOf(policies, kind, trained, environment, trainer) is { } refusal)
            policy.Reject(KindKey, refusal);
        PolicyDefinition definition = policies.For(kind, environment);
        PolicyOptions? options = null;
        if (environment is not null && definition.Fits(environment) && definition.RefusalIn(environment) is null)
            options = definition.Read(policy, environment);
        else policy.ReadAnyOf(policies.All(kind).Select(any => (Action<OptionReader>)(own => any.Read(own, null))));
        if (options is ContextPolicyOptions { Critic: null } told)
        {
            options = told with { Critic = learns ? CriticKind.Own : CriticKind.None };
            policy.Resolved[CriticKey] = learns ? "own" : "none";
        }
        if (options is NetworkPolicyOptions { Network: null } net)
        {
            NetworkKind standardKind = EpisodicNetworks.Standard(environment!, learns, net.Channels);
            options = net with { Network = standardKind };
            policy.Resolved[NetworkKey] = OptionRecord.ToJson(options)[NetworkKey]!.DeepClone();
        }
        if (options is ContextPolicyOptions { Normalise: true } && !learns)
            policy.Reject("normalise", "needs an estimator that keeps the statistics: gradient.estimator \"ppo\" | \"actor-critic\"");
        if (options is ContextPolicyOptions { Normalise: true } && learns && EpisodicEnvironment.Find(environment!) is null)
            policy.Reject("normalise", $"is for environments that are stepped; {environment!.Name} lists its states, which have no scale");
        // Keys of other kinds are passed over below, but a policy that is told of its agent solves another problem than one that is not.
        if (options is not null && !policies.KeysOf(kind).Contains(ContextKey) && IsMore(policy.Raw(ContextKey)))
            policy.Reject(ContextKey, $"policies of kind \"{kind}\" are told nothing of agents; allowed with it: \"{None}\"");
        if (options is not null && !policies.KeysOf(kind).Contains(PersonalKey) && IsMore(policy.Raw(PersonalKey)))
            policy.Reject(PersonalKey, $"policies of kind \"{kind}\" are shared as they are; allowed with it: \"{None}\"");
        // The start stands last where all options are written out: it is the longest.
        if (policy.Resolved.Remove(InitialKey, out JsonNode? initial)) policy.Resolved[InitialKey] = initial;
        // Keys of other kinds are known and not used, so that one file can be run with another kind of policy.
        foreach (string other in policies.Names) policy.Accept(policies.KeysOf(other));
        policy.Finish();
        return new PolicySection(kind, errors.Items.Count == before ? options : null, definition, environment);
    }

    /// <summary>A policy to check the rest against; null where none can be made. Errors of its size and its start are noted.</summary>
    /// <param name="section">What the section says.</param>
    /// <param name="format">The type and place of rows.</param>
    /// <param name="text">The section as it is written.</param>
    /// <param name="errors">Where errors are noted.</param>
    public static Policy? CreatePrototype(PolicySection section, TensorFormat format, JsonElement text, ValidationErrors errors)
    {
        if (section is not { Options: { } options, Environment: { } environment }) return null;
        string? written = text.ValueKind == JsonValueKind.Undefined ? null : text.GetRawText();
        try
        {
            return PolicyCatalog.Create(section.Definition, options, environment, format, (Section, written), errors);
        }
        catch (Exception e) when (MemoryNeed.Explain(e) is { } memory)
        {
            errors.Add(Section, written, $"does not fit: {memory}");
            return null;
        }
    }

    private static bool IsMore(JsonElement value) =>
        value.ValueKind != JsonValueKind.Undefined && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(None));

    /// <summary>The kinds that the algorithm trains and that can act in the environment, the default first.</summary>
    private static string[] Trained(Catalog<PolicyDefinition> policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer)
    {
        IReadOnlyCollection<string> fitting = environment is null ? policies.Names : policies.KindsFor(environment);
        return KindsOf(environment, trainer) is { } own
            ? [.. own.Intersect(fitting)]
            : [.. fitting.Where(kind => policies.For(kind, environment).TakesGradients)];
    }

    /// <summary>The kinds of policies that the algorithm works with, the default first; null for all that policy gradients train.</summary>
    private static IReadOnlyCollection<string>? KindsOf(FederatedEnvironment? environment, AlgorithmDefinition? trainer) =>
        trainer is null ? null
        : ProblemFamily.Find(environment) is { } family ? family.PolicyKindsOf(trainer.Needs)
        : trainer.Needs.PolicyKinds;

    /// <summary>
    /// Of the algorithm's own kinds, one that is made for such environments but cannot act in this one, so that the error says why.
    /// </summary>
    private static string? OwnKind(Catalog<PolicyDefinition> policies, FederatedEnvironment? environment, AlgorithmDefinition? trainer) =>
        environment is null ? null : KindsOf(environment, trainer)?
            .FirstOrDefault(kind => policies.Find(kind) is not null && policies.For(kind, environment).Fits(environment));

    /// <summary>Why a kind cannot be had, with those that can; null where it can.</summary>
    private static string? RefusalOf(
        Catalog<PolicyDefinition> policies, string kind, string[] trained, FederatedEnvironment environment, AlgorithmDefinition? trainer)
    {
        PolicyDefinition definition = policies.For(kind, environment);
        string with = trainer is null ? "" : $"federation.algorithm \"{trainer.Name}\"";
        string words = trained.Length > 0 ? Words.Quoted(trained) : $"none in {environment.Name}";
        string more = WhereEpisodic(policies, kind, trained, environment, trainer);
        // Actions of several numbers were numbered where they could be.
        string why = ProblemFamily.Find(environment)?.ActionsBeyondPolicies(environment) ?? "";
        string there = trained.Length > 0 || trainer is null ? "" : $" with {with}";
        if (!definition.Fits(environment)) return $"cannot act in {environment.Name}{why}; allowed there{there}: {words}{more}";
        if (definition.RefusalIn(environment) is { } refusal) return refusal;
        return trainer is null || trained.Contains(kind) ? null : $"is not trained by {with}; allowed with it: {words}{more}";
    }

    /// <summary>
    /// What could be had were the environment stepped, where that is the way out: the kind that is asked for, or any where there is none
    /// now.
    /// </summary>
    private static string WhereEpisodic(
        Catalog<PolicyDefinition> policies, string kind, string[] trained, FederatedEnvironment environment, AlgorithmDefinition? trainer)
    {
        if (ProblemFamily.Find(environment)?.AsEpisodic(environment) is not { } episodic) return "";
        string[] stepped = Trained(policies, episodic, trainer);
        return stepped.Length > 0 && (trained.Length == 0 || (stepped.Contains(kind) && !trained.Contains(kind)))
            ? $"; with \"stepped\": true in environment: {Words.Quoted(stepped)}"
            : "";
    }
}
