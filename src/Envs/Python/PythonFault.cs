namespace FedPG.Envs.Python;

/// <summary>What went wrong with a process, before it is known where.</summary>
/// <param name="what">What the environment did, as the rest of a sentence.</param>
/// <param name="below">Lines that belong below it; empty for none.</param>
internal sealed class PythonFault(string what, string below = "") : Exception(what)
{
    public string Below => below;
}
