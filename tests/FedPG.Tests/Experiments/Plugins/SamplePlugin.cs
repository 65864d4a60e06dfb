using FedPG.Tests.Build;

namespace FedPG.Tests.Experiments.Plugins;

/// <summary>The sample of this repository, built with the tests, in the folder of its own project.</summary>
internal static class SamplePlugin
{
    public static string File
    {
        get
        {
            string configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal) ? "Release" : "Debug";
            return Path.Combine(Repository.Root, "samples", "Orchard", "bin", configuration, "net10.0", "Orchard.dll");
        }
    }

    /// <summary>A copy in a folder, which a test may move, change and delete.</summary>
    public static string CopyTo(string folder)
    {
        string copy = Path.Combine(Directory.CreateDirectory(folder).FullName, Path.GetFileName(File));
        System.IO.File.Copy(File, copy);
        return copy;
    }
}
