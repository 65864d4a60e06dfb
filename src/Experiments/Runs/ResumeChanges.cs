namespace FedPG.Experiments.Runs;

/// <summary>How a run goes on where files are not as it left them, or where more is asked of it.</summary>
/// <param name="Accept">
/// Whether the experiment and the files that it reads may have another content than when the run began (default: false, which
/// refuses them).
/// </param>
/// <param name="Notice">Takes a line for each newer checkpoint that was passed over, with the reason; null for none.</param>
/// <param name="Rounds">
/// T, the rounds to run in all, at least those that are done; null (the default) for those of the experiment. A run that was finished goes
/// on where this asks for more.
/// </param>
internal sealed record ResumeChanges(bool Accept = false, Action<string>? Notice = null, int? Rounds = null);
