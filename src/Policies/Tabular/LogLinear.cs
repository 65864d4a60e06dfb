using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// The log-linear policy pi(a|s) proportional to exp(theta . phi(s,a)), with phi either given for every state and action, or made of state
/// features f(s) with one block of weights an action: theta . phi(s,a) = sum over m of f_m(s) theta[m,a]. Starts at theta = 0.
/// </summary>
public sealed class LogLinear : SoftmaxPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = LogLinearOptions.Name;

    private readonly Tensor? _features;
    private readonly bool _perAction;

    private LogLinear(int states, int actions, TensorFormat format, Tensor? features, bool perAction, long[] shape)
        : base(Kind, states, actions, format, new ParameterLayout([("theta", shape)]))
    {
        (_features, _perAction) = (features, perAction);
        if (features is not null) register_buffer("features", features);
    }

    /// <summary>The kind of policy where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } =
        PolicyDefinition.For<FiniteMdp, LogLinearOptions>("logits linear in features of state and action", Create, Read);

    /// <summary>A policy on one-hot features of state and action; d = S A.</summary>
    public static LogLinear OneHot(int states, int actions, TensorFormat format) => new(states, actions, format, null, perAction: false, [states, actions]);

    /// <summary>A policy on state features f, [S, m]; d = m A.</summary>
    public static LogLinear OfStateFeatures(double[,] features, int actions, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        return new LogLinear(features.GetLength(0), actions, format, format.Constant(features), perAction: false, [features.GetLength(1), actions]);
    }

    /// <summary>A policy on given features phi of state and action, [S * A, d] row by row.</summary>
    public static LogLinear OfGivenFeatures(double[,] features, int actions, TensorFormat format)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(format);
        return new LogLinear(features.GetLength(0) / actions, actions, format, format.Constant(features), perAction: true, [features.GetLength(1)]);
    }

    /// <inheritdoc/>
    protected override Tensor Logits(IReadOnlyList<Tensor> parameters)
    {
        Tensor theta = parameters[0];
        if (_features is null) return theta;
        long n = theta.shape[0];
        // Batched over agents, and never as one large product: then an agent's numbers do not depend on how many others are in its block.
        Tensor features = _features.unsqueeze(0).expand(n, -1, -1);
        Tensor logits = _perAction ? bmm(features, theta.unsqueeze(2)).view(n, States, Actions) : bmm(features, theta);
        return logits;
    }

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
        if (TableFeatures.Given(reader, property.Key, given => mdp is null || Matrix(given, mdp) is not null, allowed) is { } array) return array;
        string word = reader.Choice(
            property.Key, "one-hot", ["one-hot", "coordinates", "radial"], property.Attribute.Meaning, TableFeatures.Offered(mdp, "one-hot"));
        if (word != "one-hot") TableFeatures.NeedGrid(reader, property.Key, mdp);
        return word;
    }

    private static LogLinear Create(LogLinearOptions options, FiniteMdp mdp, TensorFormat format) => options.Features?.Word switch
    {
        null => OfGivenFeatures(Matrix(options.Features!.Value, mdp)!, mdp.Actions, format),
        "coordinates" => OfStateFeatures(StateFeatures.Affine(mdp.Grid!), mdp.Actions, format),
        "radial" => OfStateFeatures(StateFeatures.Radial(mdp.Grid!, options.Centres[0], options.Centres[1], options.Width), mdp.Actions, format),
        _ => OneHot(mdp.States, mdp.Actions, format),
    };

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
