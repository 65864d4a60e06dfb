using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Policies.Episodic;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Policies.BuiltIn;

/// <summary>Makes a module of one's own.</summary>
/// <param name="inputs">m, the numbers it sees of an observation.</param>
/// <param name="outputs">The numbers it gives: a logit for each action, or a mean for each number of an action.</param>
public delegate Module<Tensor, Tensor> ModuleMaker(int inputs, int outputs);

/// <summary>
/// The short way to register a policy that is a torch module of one's own: a name, and what makes the module, [M, inputs] to [M, outputs]. It then acts and is trained in every environment
/// whose actions it fits, with states listed or not, of any number of agents.
/// </summary>
public static class ModuleKinds
{
    /// <summary>A softmax over the module's outputs, one for each action: of listed states, which the module sees one-hot, and of environments that are stepped.</summary>
    /// <param name="kind">The name in experiment files.</param>
    /// <param name="summary">One line for lists.</param>
    /// <param name="configure">Reads the policy's options; the same keys whatever their values.</param>
    public static IReadOnlyList<PolicyDefinition> Softmax(string kind, string summary, Func<OptionReader, ModuleMaker> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return
        [
            PolicyDefinition.For<FiniteMdp>(kind, summary, (options, mdp) =>
            {
                ModuleMaker make = configure(options);
                return format => new ModulePolicy(kind, () => make(mdp!.States, mdp.Actions), StateFeatures.OneHot(mdp!.States), mdp.Actions, format);
            }),
            new(kind, summary, environment => environment is EpisodicEnvironment { ActionSpace: Discrete }, (options, environment) =>
            {
                ModuleMaker make = configure(options);
                return format =>
                {
                    var (encoding, actions) = (Encoding(environment), (Discrete)((EpisodicEnvironment)environment!).ActionSpace);
                    return new ModuleSoftmax(kind, () => make(encoding.Size, actions.Count), encoding, actions, format);
                };
            }),
        ];
    }

    /// <summary>
    /// A Gaussian around the module's outputs, one for each number of a continuous action. Reads the options <c>standardDeviation</c> and <c>learnStandardDeviation</c> too, as
    /// <c>gaussian</c> does.
    /// </summary>
    /// <param name="kind">The name in experiment files.</param>
    /// <param name="summary">One line for lists.</param>
    /// <param name="configure">Reads the policy's options; the same keys whatever their values.</param>
    public static IReadOnlyList<PolicyDefinition> Gaussian(string kind, string summary, Func<OptionReader, ModuleMaker> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return
        [
            new(kind, summary, environment => environment is EpisodicEnvironment { ActionSpace: Box }, (options, environment) =>
            {
                ModuleMaker make = configure(options);
                (double deviation, bool learnt) = EpisodicPolicyKinds.ReadDeviation(options);
                return format =>
                {
                    var (encoding, actions) = (Encoding(environment), (Box)((EpisodicEnvironment)environment!).ActionSpace);
                    return new ModuleGaussian(kind, () => make(encoding.Size, actions.Size), encoding, actions, deviation, learnt, format);
                };
            }),
        ];
    }

    private static ObservationEncoding Encoding(FederatedEnvironment? environment) => new(((EpisodicEnvironment)environment!).ObservationSpace);
}
