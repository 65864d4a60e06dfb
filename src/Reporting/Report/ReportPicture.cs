namespace FedPG.Reporting.Report;

/// <summary>What a run's policy looks like for one agent. Immutable; nobody writes to the arrays.</summary>
/// <param name="Folder">The run folder, as <see cref="ReportedRun.Folder"/> has it.</param>
/// <param name="Caption">Whose policy it is, as plain text.</param>
/// <param name="Still">The policy, or the first moment of the episode, as PNG.</param>
/// <param name="Film">An episode as GIF; null for none.</param>
internal sealed record ReportPicture(string Folder, string Caption, byte[] Still, byte[]? Film);
