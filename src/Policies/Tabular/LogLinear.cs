using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using FedPG.Policies.Torch;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The log-linear policy pi(a|s) proportional to exp(theta . phi(s,a)), with phi either given for every state and action, or made of state
/// features f(s) with one block of weights an action: theta . phi(s,a) = sum over m of f_m(s) theta[m,a]. A context z is one more feature
/// of each action, which adds to the rest: sum over k of z_k theta'[k,a]. Starts at theta = 0.
/// </summary>
internal sealed class LogLinear : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = LogLinearOptions.Name;

    private readonly Tensor? _features;
    private readonly bool _perAction;

    private LogLinear(int states, int actions, TensorFormat format, Tensor? features, bool perAction, long[] shape, AgentContexts? contexts)
        : base(Kind, states, actions, format, CreateLayout(shape, actions, contexts), contexts)
    {
        (_features, _perAction) = (features, perAction);
        if (features is not null) register_buffer("features", features);
    }

    /// <summary>The kind of policy where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } =
        PolicyDefinition.For<FiniteMdp, LogLinearOptions>("logits linear in features of state and action", Create, Read);

    /// <summary>A policy on one-hot features of state and action; d = S A, and k A more with contexts.</summary>
    /// <param name="states">S.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    public static LogLinear OneHot(int states, int actions, TensorFormat format, AgentContexts? contexts = null) =>
        new(states, actions, format, null, perAction: false, [states, actions], contexts);

    /// <summary>A policy on state features; d = m A, and k A more with contexts.</summary>
    /// <param name="features">f, [S, m].</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    public static LogLinear OfStateFeatures(double[,] features, int actions, TensorFormat format, AgentContexts? contexts = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        long[] shape = [features.GetLength(1), actions];
        return new LogLinear(features.GetLength(0), actions, format, format.Constant(features), perAction: false, shape, contexts);
    }

    /// <summary>A policy on given features of state and action; d of them, and k A more with contexts.</summary>
    /// <param name="features">phi, [S * A, d] row by row.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    /// <param name="contexts">What it is told of each agent; null (the default) for nothing.</param>
    public static LogLinear OfGivenFeatures(double[,] features, int actions, TensorFormat format, AgentContexts? contexts = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        long[] shape = [features.GetLength(1)];
        return new LogLinear(features.GetLength(0) / actions, actions, format, format.Constant(features), perAction: true, shape, contexts);
    }

    /// <inheritdoc/>
    public override bool[]? TouchedBy(int agent) => Contexts?.IsOneHot == true ? Layout.WithOwnRows([Layout.Slices[1]], 0, agent) : null;

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor logits = StateLogits(parameters[0]);
        return Contexts is null ? logits : logits.Plus(bmm(ContextsOf(logits.shape[0]), parameters[1]));
    }

    private Tensor StateLogits(Tensor theta)
    {
        if (_features is null) return theta;
        long n = theta.shape[0];
        // Batched over agents, and never as one large product: then an agent's numbers do not depend on how many others are in its block.
        Tensor features = _features.unsqueeze(0).expand(n, -1, -1);
        return _perAction ? bmm(features, theta.unsqueeze(2)).view(n, States, Actions) : bmm(features, theta);
    }

    private static ParameterLayout CreateLayout(long[] shape, int actions, AgentContexts? contexts) => new(
        contexts is null ? [("theta", shape)] : [("theta", shape), ("context", [contexts.Size, actions])]);

    private static LogLinearOptions Read(OptionReader reader, FiniteMdp? mdp)
    {
        LogLinearOptions options = OptionRecord.Read(reader, new LogLinearOptions(), new Dictionary<string, Func<OptionProperty, object?>?>
        {
            [nameof(LogLinearOptions.Features)] = property => ReadFeatures(reader, property, mdp),
        });
        TableFeatures.CheckLattice(reader, options.Centres);
        return options;
    }

    private static WordOrNumbers ReadFeatures(OptionReader reader, OptionProperty property, FiniteMdp? mdp)
    {
        string allowed = $"finite numbers [{mdp?.States}][{mdp?.Actions}][d], d the same everywhere";
        if (TableFeatures.Given(reader, property.Key, given => mdp is null || Matrix(given, mdp) is not null, allowed) is { } array)
            return array;
        string word = reader.Choice(
            property.Key, "one-hot", ["one-hot", "coordinates", "radial"], property.Attribute.Meaning, TableFeatures.Offered(mdp,
                "one-hot"));
        if (word != "one-hot") TableFeatures.NeedGrid(reader, property.Key, mdp);
        return word;
    }

    private static SoftmaxPolicy Create(LogLinearOptions options, FiniteMdp mdp, TensorFormat format)
    {
        AgentContexts? contexts = AgentContexts.Of(mdp, options.Context);
        return SoftmaxActorCritic.Of(options.Critic, mdp.Actions, actions => options.Features?.Word switch
        {
            // Features that were given for actions say nothing of values: those have one number a state.
            null => actions == mdp.Actions
                ? OfGivenFeatures(Matrix(options.Features!.Value, mdp)!, actions, format, contexts)
                : OneHot(mdp.States, actions, format, contexts),
            "coordinates" => OfStateFeatures(StateFeatures.Affine(mdp.Grid!), actions, format, contexts),
            "radial" => OfStateFeatures(
                StateFeatures.Radial(mdp.Grid!, options.Centres[0], options.Centres[1], options.Width), actions, format, contexts),
            _ => OneHot(mdp.States, actions, format, contexts),
        });
    }

    /// <summary>Given features [S][A][d] as [S * A, d]; null where they have another shape.</summary>
    private static double[,]? Matrix(WordOrNumbers given, FiniteMdp mdp)
    {
        double[][][]? values = given.Numbers<double[][][]>();
        int d = values is [[[..] first, ..], ..] ? first.Length : 0;
        bool fits = d > 0 && values!.Length == mdp.States
            && values.All(state => state?.Length == mdp.Actions && state.All(row => row?.Length == d && row.All(double.IsFinite)));
        if (!fits) return null;
        double[,] features = new double[mdp.States * mdp.Actions, d];
        for (int k = 0; k < features.Length; k++) features[k / d, k % d] = values![k / d / mdp.Actions][k / d % mdp.Actions][k % d];
        return features;
    }
}
