namespace FedPG.Cli.Common;

/// <summary>Paths as people read and copy them. Stateless.</summary>
internal static class ShownPath
{
    /// <summary>A path from the current folder where it lies in that, and the full path elsewhere.</summary>
    /// <param name="path">A file or a folder.</param>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), relative = Path.GetRelativePath(Environment.CurrentDirectory, full);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? full : relative;
    }
}
