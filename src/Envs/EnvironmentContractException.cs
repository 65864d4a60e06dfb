namespace FedPG.Envs;

/// <summary>
/// Thrown when an environment breaks what <see cref="IEnvironment"/> promises in a way that training cannot go on from: a number that is
/// none, or an observation outside its space. <c>env check</c> looks for the cause.
/// </summary>
/// <param name="fault">What the environment did.</param>
/// <param name="advice">What can be done.</param>
public sealed class EnvironmentContractException(string fault, string advice = "fedpg env check tries what it promises")
    : InvalidOperationException($"the environment {fault}; {advice}");
