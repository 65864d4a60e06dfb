namespace FedPG.Policies.Networks;

/// <summary>The networks of policies with values: the last output is V. Stateless.</summary>
internal static class CriticNetworks
{
    /// <summary>
    /// A network for actions, for values where there is a critic, and with running statistics where observations are normalised.
    /// </summary>
    /// <param name="options">What the policy is to be.</param>
    /// <param name="outputs">The outputs that actions follow from.</param>
    /// <param name="create">Makes a network of a number of outputs.</param>
    public static RowNetwork Of(ContextPolicyOptions options, int outputs, Func<int, RowNetwork> create)
    {
        RowNetwork network = options.Critic switch
        {
            CriticKind.Own => Pair(create(outputs), create(1)),
            CriticKind.Shared => create(outputs + 1),
            _ => create(outputs),
        };
        return options.Normalise ? new NormalisedNetwork(network) : network;
    }

    private static RowNetwork Pair(RowNetwork actor, RowNetwork critic) => (actor, critic) is (GruNetwork acting, GruNetwork judging)
        ? GruNetwork.Pair(acting, judging)
        : new TwoNetworks(actor, critic);
}
