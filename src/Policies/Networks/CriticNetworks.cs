namespace FedPG.Policies.Networks;

/// <summary>The networks of policies with values: the last output is V. Stateless.</summary>
internal static class CriticNetworks
{
    /// <summary>A network for actions, and for values where there is a critic.</summary>
    /// <param name="critic">What learns values; null for nothing.</param>
    /// <param name="outputs">The outputs that actions follow from.</param>
    /// <param name="create">Makes a network of a number of outputs.</param>
    public static RowNetwork Of(CriticKind? critic, int outputs, Func<int, RowNetwork> create) => critic switch
    {
        CriticKind.Own => new TwoNetworks(create(outputs), create(1)),
        CriticKind.Shared => create(outputs + 1),
        _ => create(outputs),
    };
}
