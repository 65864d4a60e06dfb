namespace FedPG.Cluster.Worker;

/// <summary>Whose worker a process is, and how it can be reached.</summary>
/// <param name="Site">The site whose agents it alone may hold; empty for a worker that takes any.</param>
/// <param name="StateFolder">Where a site puts by what its agents keep; null for memory only, which a restarted process has lost.</param>
/// <param name="IsOutbound">Whether it only connects to the server, and opens no port.</param>
internal sealed record WorkerPlace(string Site = "", string? StateFolder = null, bool IsOutbound = false);
