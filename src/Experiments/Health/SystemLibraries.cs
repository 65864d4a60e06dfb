using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FedPG.Experiments.Health;

/// <summary>The libraries of a Linux system. Stateless.</summary>
internal static partial class SystemLibraries
{
    /// <summary>The version of libstdc++ that libtorch itself insists on: GLIBCXX_3.4.N, of GCC 11.</summary>
    public const int GlibcxxNeeded = 29;

    private static readonly string[] Folders =
    [
        "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib64",
        "/lib64", "/usr/lib",
        "/lib",
    ];

    /// <summary>Where a library is; null where it is in none of the usual folders, nor in those of LD_LIBRARY_PATH.</summary>
    /// <param name="name">The name of its file.</param>
    public static string? Find(string name)
    {
        string[] own = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return own.Concat(Folders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>N of the newest GLIBCXX_3.4.N that a libstdc++ offers; null where it names none.</summary>
    /// <param name="path">The library.</param>
    public static int? NewestGlibcxx(string path)
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        int[] versions = [.. GlibcxxName().Matches(text)
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        return versions.Length == 0 ? null : versions.Max();
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.([0-9]{1,3})")]
    private static partial Regex GlibcxxName();
}
