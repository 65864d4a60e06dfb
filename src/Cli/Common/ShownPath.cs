namespace FedPG.Cli.Common;

/// <summary>Paths as people read and copy them. Stateless.</summary>
internal static class ShownPath
{
    /// <summary>
    /// A path from the current folder where it lies in that, on a terminal; the full path elsewhere, and for programs that read it.
    /// </summary>
    /// <param name="path">A file or a folder.</param>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), relative = Path.GetRelativePath(Environment.CurrentDirectory, full);
        bool elsewhere = relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative);
        return elsewhere || Console.IsOutputRedirected ? full : relative;
    }
}
