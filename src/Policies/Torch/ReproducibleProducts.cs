using System.Runtime.InteropServices;

namespace FedPG.Policies.Torch;

/// <summary>
/// Asks the library behind torch's matrix products (Intel's MKL) for results that depend on a product's numbers alone. Left to itself it
/// chooses its code by batch size and alignment, and on processors without AVX-512 (measured: AMD EPYC) a row of agents then has other bits
/// in a block of one than in a block of eight.
/// </summary>
internal static partial class ReproducibleProducts
{
    private const string Variable = "MKL_CBWR";

    /// <summary>Has an effect before the first product only. What the user has set in the environment stays.</summary>
    public static void Request()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) return;
        const string value = "AUTO,STRICT";
        // On Unix the runtime keeps its variables to itself: native code sees those of the C library.
        if (OperatingSystem.IsWindows()) Environment.SetEnvironmentVariable(Variable, value);
        else _ = SetVariable(Variable, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
