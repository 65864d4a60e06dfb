using System.Text.Json.Nodes;

namespace FedPG.Envs.Python;

/// <summary>What the processes of an environment are started with.</summary>
/// <param name="Make">What makes an environment.</param>
/// <param name="Python">The program.</param>
/// <param name="Path">Where modules are looked for first.</param>
/// <param name="Variants">The keyword arguments of the agents, each set once.</param>
/// <param name="Processes">How many processes, 1 or more.</param>
/// <param name="Timeout">After which time a process that does not answer is given up.</param>
/// <param name="Prints">Whether what the environment prints is shown.</param>
internal sealed record PythonSettings(
    string Make, string Python, string Path, IReadOnlyList<JsonObject> Variants, int Processes, TimeSpan Timeout, bool Prints);
