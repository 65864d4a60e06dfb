using FedPG.Core.Options;

namespace FedPG.Experiments.Runs;

/// <summary>
/// Run folders may come from others, so nothing inside one may lead out of it: links are neither followed nor written through. Stateless.
/// </summary>
internal static class FolderLinks
{
    /// <summary>Deeper than any folder inside a run folder.</summary>
    private const int MaxDepth = 4;

    /// <summary>Refuses a run folder that holds links. The folder itself may be reached by one.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="InvalidInputException">It holds links, or cannot be looked through; the message names each link.</exception>
    public static void Refuse(string folder)
    {
        try
        {
            ValidationError[] errors =
            [
                .. Links(new DirectoryInfo(folder), MaxDepth).Select(link => new ValidationError(
                    link.FullName, "", null, $"is a link to {link.LinkTarget}; a run folder holds no links, and none is followed")),
            ];
            if (errors.Length > 0) throw new InvalidInputException(errors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(new ValidationError(folder, "", null, $"cannot be read: {e.Message}"));
        }
    }

    private static IEnumerable<FileSystemInfo> Links(DirectoryInfo folder, int depth)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null) yield return entry;
            else if (entry is DirectoryInfo inner && depth > 0)
            {
                foreach (FileSystemInfo link in Links(inner, depth - 1)) yield return link;
            }
        }
    }
}
