using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>
/// The finite-MDP file: <c>{ "states": S, "actions": A, "discount": g, "initial": [S], "transitions": [S][A][S] or rows as
/// [[next, p], ...], "agents": [ { "name", "rewards": [S][A], "transitions": optional own } ] }</c>. What is written reads back to the
/// same numbers bit for bit; the MDP's name and grid are not part of the file.
/// </summary>
public static class FiniteMdpFile
{
    /// <summary>Up to this many states rows are written densely, [S] numbers each; above as [[next, p], ...].</summary>
    public const int DenseStates = 1_000;

    /// <summary>Reads a file; the MDP is named after it.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or used; carries every fault, the first 20 at most.</exception>
    public static FiniteMdp Read(string path) =>
        new FiniteMdpParser(path).Parse(JsonDocuments.ReadFile(path, regular: true), Path.GetFileNameWithoutExtension(path));

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="source">What to call the file in messages.</param>
    /// <param name="name">The name of the MDP.</param>
    /// <exception cref="InvalidInputException">The bytes cannot be used; carries every fault, the first 20 at most.</exception>
    public static FiniteMdp Parse(ReadOnlyMemory<byte> utf8, string source, string name) =>
        new FiniteMdpParser(source).Parse(JsonDocuments.Parse(utf8, source), name);

    /// <summary>Writes the MDPs as they go, in constant memory, one row of numbers a line.</summary>
    /// <param name="mdp">The MDPs. Rewards are written as they are, not as regrets.</param>
    /// <param name="stream">Where to; left open.</param>
    /// <param name="denseStates">Up to this many states rows are written densely.</param>
    public static void Write(FiniteMdp mdp, Stream stream, int denseStates = DenseStates)
    {
        ArgumentNullException.ThrowIfNull(mdp);
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new FiniteMdpWriter(mdp, stream, mdp.States <= denseStates);
        writer.Write();
    }

    /// <summary>Writes a file, replacing one that exists; nothing is left half-written.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static void Write(FiniteMdp mdp, string path)
    {
        string unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream stream = File.Create(unfinished)) Write(mdp, stream);
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}
