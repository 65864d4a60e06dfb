using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using FedPG.Policies.Options;
using static TorchSharp.torch;

namespace FedPG.Policies.Tabular;

/// <summary>
/// Action values Q(s, a) as parameters, a table or linear in features of the state, and the greedy policy that follows from them: uniform
/// over the actions of least expected cost. Q starts at 0, where the greedy policy is uniform. Trained by <c>qavg</c> and <c>fedq</c>; the
/// policy has no gradient.
/// </summary>
internal sealed class ActionValues : TabularPolicy
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Kind = ActionValuesOptions.Name;

    private readonly Tensor? _features;

    /// <summary>Creates the values; theta is [m, A] row by row, so [S, A] for a table.</summary>
    /// <param name="features">What values are linear in.</param>
    /// <param name="actions">A.</param>
    /// <param name="format">The type and place of rows and probabilities.</param>
    public ActionValues(ValueFeatures features, int actions, TensorFormat format)
        : base(Kind, (features ?? throw new ArgumentNullException(nameof(features))).States, actions, format,
            new ParameterLayout([("values", [features.Count, actions])]))
    {
        (Features, _features) = (features, features.ToTensor(format));
        if (_features is not null) register_buffer("features", _features);
    }

    /// <summary>What values are linear in.</summary>
    public ValueFeatures Features { get; }

    /// <summary>The kind of values where states are listed.</summary>
    internal static PolicyDefinition Definition { get; } = PolicyDefinition.For<FiniteMdp, ActionValuesOptions>(
        "action values and their greedy policy, for qavg and fedq",
        (options, mdp, format) => new ActionValues(
            TableValues.FeaturesOf(options, mdp), mdp.Actions, format), Read) with { TakesGradients = false };

    /// <inheritdoc/>
    public override bool TakesGradients => false;

    /// <inheritdoc/>
    public override bool HasVariableEntropy => false;

    /// <summary>log pi of the greedy policy: -log of the number of best actions, and minus infinity for the others.</summary>
    protected override Tensor LogProbabilities(IReadOnlyList<Tensor> parameters)
    {
        Tensor values = parameters[0];
        if (_features is not null) values = bmm(_features.unsqueeze(0).expand(values.shape[0], -1, -1), values);
        Tensor best = values.eq(values.amin([-1], keepdim: true)).to(Format.Dtype);
        return best.log() - best.sum(-1, keepdim: true).log();
    }

    private static ActionValuesOptions Read(OptionReader reader, FiniteMdp? mdp) =>
        TableValues.Read(reader, new ActionValuesOptions(), mdp, (nameof(ActionValuesOptions.ActionBins), null));
}
