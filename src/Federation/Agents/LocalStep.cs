namespace FedPG.Federation.Agents;

/// <summary>One of the local steps that a block of agents takes together.</summary>
/// <param name="Index">l, 0 for the first.</param>
/// <param name="Active">Which rows take it, [n]; null when all do. Valid until the next step.</param>
public readonly record struct LocalStep(int Index, bool[]? Active);
