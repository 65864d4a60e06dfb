using FedPG.Federation.Execution;

namespace FedPG.Cli.Bench;

/// <summary>How workloads are measured.</summary>
/// <param name="Execution">Threads and device.</param>
/// <param name="Repeats">Repeats that medians are taken of, 1 or more.</param>
internal sealed record BenchSettings(ExecutionOptions Execution, int Repeats);
