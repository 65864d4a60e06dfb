namespace FedPG.Envs.Python;

/// <summary>
/// Thrown where a Python environment raised an exception, or its process ended or did not answer. The message has the step, the seed of
/// the episode and the agent, and the traceback below them. Nothing can be stepped in that environment any more.
/// </summary>
/// <param name="message">What happened; the first line stands for itself.</param>
internal sealed class PythonException(string message) : InvalidOperationException(message);
