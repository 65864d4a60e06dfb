namespace FedPG.Cluster.Wire;

/// <summary>A worker that wants to join.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Silo">Where it is; null for one that only connects to the server, and that nobody connects to.</param>
/// <param name="Site">The site it belongs to, whose agents it alone may hold; empty for none.</param>
/// <param name="Threads">The threads it offers.</param>
/// <param name="Software">What runs there.</param>
/// <param name="LargestMessage">The largest message that it takes, in bytes.</param>
[GenerateSerializer, Immutable, Alias("fedpg.join-request")]
internal sealed record JoinRequest(string Name, SiloAddress? Silo, string Site, int Threads, Software Software, long LargestMessage);

/// <summary>The answer to a worker that wants to join.</summary>
/// <param name="Refusal">Why it may not; null when it may.</param>
/// <param name="IsClosing">Whether the server is about to go, so that there is nothing to join any more.</param>
[GenerateSerializer, Immutable, Alias("fedpg.join-reply")]
internal sealed record JoinReply(string? Refusal, bool IsClosing = false);
