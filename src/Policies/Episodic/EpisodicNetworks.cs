using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Policies.Networks;
using FedPG.Policies.Options;

namespace FedPG.Policies.Episodic;

/// <summary>The networks of policies on observations, by their options. Stateless.</summary>
internal static class EpisodicNetworks
{
    /// <summary>The network that a policy has where nothing is said of it.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="learns">Whether the estimator learns values.</param>
    /// <param name="channels">The channels that a convolution would have.</param>
    public static NetworkKind Standard(FederatedEnvironment environment, bool learns, IReadOnlyList<int> channels) =>
        learns && environment.Stepping?.Invoke(0) is { } stepped
            && ConvolutionShape.ErrorOf(ImageOf(stepped.ObservationSpace), channels) is null
            ? NetworkKind.Convolution
            : NetworkKind.Dense;

    /// <summary>Notes what cannot be had in an environment.</summary>
    /// <param name="options">The options.</param>
    /// <param name="reader">The section.</param>
    /// <param name="environment">The environment; null where it had errors itself.</param>
    public static void Check(NetworkPolicyOptions options, OptionReader reader, EpisodicEnvironment? environment)
    {
        if (options.LayerNorm && options.Embedded > 0)
            reader.Reject("layerNorm", "cannot stand beside a learned vector of each agent (policy.personal); allowed with it: false");
        CheckMemory(options, reader);
        if (environment is null || options.Network != NetworkKind.Convolution) return;
        if (ConvolutionShape.ErrorOf(ImageOf(environment.ObservationSpace), options.Channels) is { } error)
            reader.Reject("network", $"convolution {error}; allowed here: \"dense\"");
    }

    /// <summary>Makes a network.</summary>
    /// <param name="options">The options.</param>
    /// <param name="encoding">What is seen.</param>
    /// <param name="outputs">The numbers that go out.</param>
    /// <param name="acting">How many of them actions follow from; others are values.</param>
    public static RowNetwork Create(NetworkPolicyOptions options, ObservationEncoding encoding, int outputs, int acting)
    {
        // A network with as many outputs as actions need has no value, and one that is a critic by itself has nothing else.
        int values = outputs == acting ? 0 : 1;
        if (options.Gru == 0) return WithoutMemory(options, encoding, options.Hidden, outputs, values);
        RowNetwork encoder = WithoutMemory(options, encoding, options.Hidden[..^1], options.Hidden[^1], 0);
        return new GruNetwork(new GruBranch(
            encoder, options.Activation, options.Gru, outputs - values, values, options.Hidden.Length, options.Start,
            options.GruBias));
    }

    private static RowNetwork WithoutMemory(
        NetworkPolicyOptions options, ObservationEncoding encoding, int[] hidden, int outputs, int values)
    {
        if (options.Network != NetworkKind.Convolution)
            return Dense(options, encoding.Size, encoding.ActiveNumbers, hidden, outputs, values);
        Box image = encoding.Image!;
        return new ConvolutionNetwork(
            image, encoding.Size - image.Size, options.Channels, inputs => Dense(options, inputs, inputs, hidden, outputs, values),
            options.Start);
    }

    private static void CheckMemory(NetworkPolicyOptions options, OptionReader reader)
    {
        if (options.Gru == 0)
        {
            if (options.GruBias != 0) reader.Reject("gruBias", "is for a policy that remembers: policy.gru above 0");
            return;
        }
        if (options.Hidden.Length == 0) reader.Reject("hidden", "must have a layer at least before a GRU (policy.gru)");
        if (options.LayerNorm) reader.Reject("layerNorm", "cannot stand beside a GRU (policy.gru); allowed with it: false");
    }

    private static RowNetwork Dense(NetworkPolicyOptions options, int inputs, int active, int[] hidden, int outputs, int values) =>
        options.LayerNorm
        ? new NormedNetwork(inputs, hidden, outputs, options.Activation, active, options.Start, values)
        : new DenseNetwork(inputs, hidden, outputs, options.Activation, active, options.Start, values, options.Embedded);

    private static Box? ImageOf(Space observations) => new ObservationEncoding(observations).Image;
}
