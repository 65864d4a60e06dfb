namespace FedPG.Envs;

/// <summary>
/// Thrown when an environment breaks what <see cref="IEnvironment"/> promises in a way that training cannot go on from: a number that is none, or an
/// observation outside its space. <c>env check</c> looks for the cause.
/// </summary>
/// <param name="fault">What the environment did.</param>
public sealed class EnvironmentFaultException(string fault) : InvalidOperationException($"the environment {fault}; fedpg env check tries what it promises");
