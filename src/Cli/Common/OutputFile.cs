using FedPG.Core.Options;

namespace FedPG.Cli.Common;

/// <summary>Writes a file that an option names, aside and then in its place. Stateless.</summary>
internal static class OutputFile
{
    /// <summary>Writes the file; its folder is made where it is missing, and an older file is replaced once the new one is whole.</summary>
    /// <param name="option">The option, as messages call it.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">What is written.</param>
    /// <exception cref="InvalidInputException">It cannot be written; the message says why.</exception>
    public static void Write(string option, string path, ReadOnlySpan<byte> content)
    {
        if (path.Length == 0 || Directory.Exists(path))
            throw new InvalidInputException(new ValidationError(option, "", path.Length == 0 ? "\"\"" : path,
                "must be the path of a file"));
        string aside = "";
        try
        {
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            Directory.CreateDirectory(folder);
            aside = Path.Combine(folder, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
            File.WriteAllBytes(aside, content);
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (File.Exists(aside)) File.Delete(aside);
            throw new InvalidInputException(new ValidationError(option, "", path, $"cannot be written: {e.Message}"));
        }
    }
}
