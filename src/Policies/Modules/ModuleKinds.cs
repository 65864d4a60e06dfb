using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Policies.Episodic;
using FedPG.Policies.Options;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.Modules;

/// <summary>Makes a module of one's own.</summary>
/// <param name="inputs">m, the numbers it sees of an observation.</param>
/// <param name="outputs">The numbers it gives: a logit for each action, or a mean for each number of an action.</param>
public delegate Module<Tensor, Tensor> ModuleMaker(int inputs, int outputs);

/// <summary>
/// The short way to register a policy that is a torch module of one's own: a name, and what makes the module, [M, inputs] to [M, outputs].
/// It then acts and is trained in every environment whose actions it fits, tabular or episodic, of any number of agents.
/// </summary>
public static class ModuleKinds
{
    /// <summary>
    /// A softmax over the module's outputs, one for each action: of listed states, which the module sees one-hot, and of episodic
    /// environments.
    /// </summary>
    /// <param name="kind">The name in experiment files.</param>
    /// <param name="summary">One line for lists.</param>
    /// <param name="configure">Reads the policy's options; the same keys whatever their values.</param>
    public static IReadOnlyList<PolicyDefinition> Softmax(string kind, string summary, Func<OptionReader, ModuleMaker> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return
        [
            Define<FiniteMdp>(kind, summary, _ => true, Read, (options, mdp, format) => new ModulePolicy(
                kind, () => options.Make(mdp.States, mdp.Actions), StateFeatures.OneHot(mdp.States), mdp.Actions, format)),
            Define<EpisodicEnvironment>(
                kind, summary, environment => environment.ActionSpace is Discrete, Read, (options, environment, format) =>
            {
                var (encoding, actions) = (new ObservationEncoding(environment.ObservationSpace), (Discrete)environment.ActionSpace);
                return new ModuleSoftmax(kind, () => options.Make(encoding.Size, actions.Count), encoding, actions, format);
            }),
        ];

        ModuleOptions Read(OptionReader reader) => OptionRecord.Read(reader, new ModuleOptions(kind)) with { Make = configure(reader) };
    }

    /// <summary>
    /// A Gaussian around the module's outputs, one for each number of a continuous action. Reads the options <c>standardDeviation</c> and
    /// <c>learnStandardDeviation</c> too, as <c>gaussian</c> does.
    /// </summary>
    /// <param name="kind">The name in experiment files.</param>
    /// <param name="summary">One line for lists.</param>
    /// <param name="configure">Reads the policy's options; the same keys whatever their values.</param>
    public static IReadOnlyList<PolicyDefinition> Gaussian(string kind, string summary, Func<OptionReader, ModuleMaker> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return
        [
            Define<EpisodicEnvironment>(
                kind, summary, environment => environment.ActionSpace is Box, Read, (options, environment, format) =>
            {
                var (encoding, actions) = (new ObservationEncoding(environment.ObservationSpace), (Box)environment.ActionSpace);
                (double deviation, bool learnt) = (options.Noise!.StandardDeviation, options.Noise.LearnStandardDeviation);
                return new ModuleGaussian(
                    kind, () => options.Make(encoding.Size, actions.Size), encoding, actions, deviation, learnt, format);
            }),
        ];

        ModuleOptions Read(OptionReader reader)
        {
            ModuleOptions options = OptionRecord.Read(reader, new ModuleOptions(kind)) with { Make = configure(reader) };
            return options with { Noise = OptionRecord.Read(reader, new GaussianOptions(), NoiseAlone) };
        }
    }

    /// <summary>Of the options of <c>gaussian</c>, those of the noise.</summary>
    private static Dictionary<string, Func<OptionProperty, object?>?> NoiseAlone => new()
    {
        [nameof(GaussianOptions.Initial)] = null,
        [nameof(GaussianOptions.Context)] = null,
        [nameof(GaussianOptions.Personal)] = null,
        [nameof(GaussianOptions.EmbeddingSize)] = null,
        [nameof(GaussianOptions.Hidden)] = null,
        [nameof(GaussianOptions.Activation)] = null,
        [nameof(GaussianOptions.Network)] = null,
        [nameof(GaussianOptions.Channels)] = null,
        [nameof(GaussianOptions.LayerNorm)] = null,
        [nameof(GaussianOptions.Start)] = null,
    };

    private static PolicyDefinition Define<TEnvironment>(
        string kind, string summary, Func<TEnvironment, bool> fits, Func<OptionReader, ModuleOptions> read,
        Func<ModuleOptions, TEnvironment, TensorFormat, Policy> create)
        where TEnvironment : FederatedEnvironment => new(
            kind, summary, typeof(ModuleOptions), environment => environment is TEnvironment own && fits(own), (reader, _) => read(reader),
            (options, environment, format) => create((ModuleOptions)options, (TEnvironment)environment, format));

    /// <summary>What was read of a module's options.</summary>
    /// <param name="name">The kind.</param>
    private sealed record ModuleOptions(string name) : PersonalPolicyOptions
    {
        public override string Kind => name;

        public ModuleMaker Make { get; init; } = (_, _) => throw new InvalidOperationException("the options were not read");

        public GaussianOptions? Noise { get; init; }
    }
}
