using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Tabular;

namespace FedPG.Policies.Episodic;

/// <summary>The kinds of policies for environments that are stepped.</summary>
internal static class EpisodicPolicyKinds
{
    public static IEnumerable<PolicyDefinition> Definitions =>
    [
        new(NeuralSoftmax.Kind, "a fully connected network on observations", ActsByChoice, (options, environment) =>
        {
            (int[] hidden, Activation activation) = ReadNetwork(options);
            return Softmax(NeuralSoftmax.Kind, environment, hidden, activation);
        }),
        new(LogLinear.Kind, "logits linear in observations", ActsByChoice, (options, environment) =>
        {
            options.Choice("features", "observation", ["observation"], "what the logits are linear in");
            return Softmax(LogLinear.Kind, environment, [], Activation.Tanh);
        }),
        new(GaussianPolicy.Kind, "a Gaussian around a network of observations", environment => environment is EpisodicEnvironment { ActionSpace: Box }, ConfigureGaussian),
    ];

    private static bool ActsByChoice(FederatedEnvironment environment) => environment is EpisodicEnvironment { ActionSpace: Discrete };

    private static (int[] Hidden, Activation Activation) ReadNetwork(OptionReader options)
    {
        int[] hidden = options.Integers("hidden", [64, 64], 1, 65_536, "the sizes of the hidden layers, [] for none")!;
        string activation = options.Choice("activation", "tanh", ["tanh", "relu"], "between the layers");
        return (hidden, activation == "tanh" ? Activation.Tanh : Activation.Relu);
    }

    private static Func<TensorFormat, Policy> Softmax(string kind, FederatedEnvironment? environment, int[] hidden, Activation activation)
    {
        var stepped = environment as EpisodicEnvironment;
        return format => new ObservationSoftmax(kind, new ObservationEncoding(stepped!.ObservationSpace), (Discrete)stepped.ActionSpace, hidden, activation, format);
    }

    /// <summary>The noise of a Gaussian policy.</summary>
    public static (double Deviation, bool Learnt) ReadDeviation(OptionReader options) =>
        (options.Number("standardDeviation", 1, new NumberRange(1e-12, 1e12), "the first sigma of the noise on each number of an action"),
            options.Flag("learnStandardDeviation", true, "whether log sigma is a parameter; otherwise sigma stays"));

    private static Func<TensorFormat, Policy> ConfigureGaussian(OptionReader options, FederatedEnvironment? environment)
    {
        (int[] hidden, Activation activation) = ReadNetwork(options);
        (double deviation, bool learnt) = ReadDeviation(options);
        var stepped = environment as EpisodicEnvironment;
        return format => new GaussianPolicy(new ObservationEncoding(stepped!.ObservationSpace), (Box)stepped.ActionSpace, hidden, activation, deviation, learnt, format);
    }
}
