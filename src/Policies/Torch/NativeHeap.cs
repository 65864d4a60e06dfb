using System.Runtime.InteropServices;

namespace FedPG.Policies.Torch;

/// <summary>
/// Asks the C library to keep the memory of freed tensors for the next ones. Left to itself glibc hands blocks of some 100 KB and more back
/// to the system as soon as they are free, and the system clears every page of the next one: measured, half of a forward pass of a 64-64
/// network on 2,048 pairs.
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1, MmapThreshold = -3;

    /// <summary>The most that glibc allows.</summary>
    private const int LargestBlock = 32 << 20;

    /// <summary>What is free at the end of a heap before it shrinks.</summary>
    private const int MaxFree = 128 << 20;

    /// <summary>
    /// Sets both limits, but for those that the user has set in the environment. Does nothing where the C library is not glibc.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            if (Environment.GetEnvironmentVariable("MALLOC_MMAP_THRESHOLD_") is null) _ = SetOption(MmapThreshold, LargestBlock);
            if (Environment.GetEnvironmentVariable("MALLOC_TRIM_THRESHOLD_") is null) _ = SetOption(TrimThreshold, MaxFree);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with an allocator of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
