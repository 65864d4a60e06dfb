namespace FedPG.Cluster.Wire;

/// <summary>What a worker that is only reached by its own calls is to do. Exactly one of the last four is there.</summary>
/// <param name="Id">Counts the orders of a worker.</param>
/// <param name="Block">The block, by a name of the server's.</param>
/// <param name="Offer">A run to make known.</param>
/// <param name="Request">Entries to run.</param>
/// <param name="WaitFor">A request to wait on for.</param>
/// <param name="Describe">An environment to tell of.</param>
[GenerateSerializer, Immutable, Alias("fedpg.order")]
internal sealed record OutboundOrder(long Id, string Block, SessionOffer? Offer = null, BlockRequest? Request = null, long? WaitFor = null,
    EnvironmentQuestion? Describe = null);

/// <summary>What became of an order.</summary>
/// <param name="Id">The order's.</param>
/// <param name="Reply">The block's reply.</param>
/// <param name="Card">What the environment is like.</param>
[GenerateSerializer, Immutable, Alias("fedpg.result")]
internal sealed record OutboundResult(long Id, BlockReply Reply, SiteCard? Card = null);

/// <summary>Which environment a site is to tell of.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Agents">N.</param>
/// <param name="Options">Its options, as JSON.</param>
[GenerateSerializer, Immutable, Alias("fedpg.question")]
internal sealed record EnvironmentQuestion(string Id, int Agents, string Options);
