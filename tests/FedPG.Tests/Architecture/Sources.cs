using FedPG.Tests.Build;

namespace FedPG.Tests.Architecture;

/// <summary>The C# files of the repository, without what builds put into <c>bin</c> and <c>obj</c>.</summary>
internal static class Sources
{
    /// <summary>The folders that hold C# files.</summary>
    public static readonly string[] Folders = ["src", "tests", "samples", "templates", "benchmarks", "experiments", "docs", "eng"];

    /// <summary>The files under some folders, with paths from the root of the repository.</summary>
    public static IEnumerable<(string Path, string[] Lines)> Under(params string[] folders) =>
        folders.SelectMany(folder => FilesIn(Path.Combine(Repository.Root, folder)))
            .Select(file => (Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'), File.ReadAllLines(file)));

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs").Concat(
            Directory.EnumerateDirectories(folder).Where(inner => Path.GetFileName(inner) is not ("bin" or "obj")).SelectMany(FilesIn));
}
