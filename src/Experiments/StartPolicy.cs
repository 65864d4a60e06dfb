namespace FedPG.Experiments;

/// <summary>Where a run's first policy came from, in the place of a uniform one.</summary>
/// <param name="Folder">The run folder of that policy; empty for a policy of a run without one.</param>
/// <param name="Rounds">The rounds it was trained for.</param>
/// <param name="Sha256">The checksum of its parameters as they were stored there; of the numbers for a policy without a folder.</param>
public sealed record StartPolicy(string Folder, int Rounds, string Sha256);
