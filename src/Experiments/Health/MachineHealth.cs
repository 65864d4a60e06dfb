using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace FedPG.Experiments.Health;

/// <summary>Looks for the usual faults of an installation, and says how to fix each. Stateless.</summary>
internal static class MachineHealth
{
    private const long SmallDisk = 1_000_000_000, SmallMemory = 2_000_000_000;

    /// <summary>All checks, in the order in which one depends on another.</summary>
    /// <param name="folder">Where runs would be written.</param>
    /// <param name="port">The port that a cluster listens at unless it is told otherwise.</param>
    public static IReadOnlyList<HealthCheck> Of(string folder, int port) =>
    [
        Runtime(), Libstdcxx(), Torch(), Cuda(), Cores(), Memory(), Disk("disk", folder),
        Disk("temporary files", Path.GetTempPath()), Port(port),
    ];

    private static HealthCheck Runtime()
    {
        string found = $".NET {Environment.Version} on {RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}";
        return RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            ? new HealthCheck("runtime", HealthState.Ok, found)
            : new HealthCheck("runtime", HealthState.Broken, found,
                "libtorch exists for x64 (Linux, Windows) and arm64 (macOS): use such a machine");
    }

    private static HealthCheck Libstdcxx()
    {
        const string name = "libstdc++";
        if (!OperatingSystem.IsLinux()) return new HealthCheck(name, HealthState.Ok, "not needed on this system");
        if (SystemLibraries.Find("libstdc++.so.6") is not { } path)
        {
            return new HealthCheck(
                name, HealthState.Broken, "libstdc++.so.6 is not found",
                "install it: apt-get install libstdc++6 libgomp1 (Debian, Ubuntu), dnf install libstdc++ libgomp (Fedora, RHEL)");
        }
        int? version = SystemLibraries.NewestGlibcxx(path);
        string found =
            $"{path}, {(version is { } v ? string.Create(CultureInfo.InvariantCulture, $"GLIBCXX_3.4.{v}") : "version unknown")}";
        return version < SystemLibraries.GlibcxxNeeded
            ? new HealthCheck(
                name, HealthState.Broken, found,
                string.Create(CultureInfo.InvariantCulture,
                    $"libtorch asks for GLIBCXX_3.4.{SystemLibraries.GlibcxxNeeded} (GCC 11): use Debian 12, RHEL 9 or newer"))
            : new HealthCheck(name, HealthState.Ok, found);
    }

    private static HealthCheck Torch()
    {
        try
        {
            return new HealthCheck("torch", HealthState.Ok, $"TorchSharp {typeof(torch).Assembly.GetName().Version}, libtorch {Sum()}");
        }
        catch (Exception e)
            when (e is TypeInitializationException or DllNotFoundException or NotSupportedException or ExternalException or IOException)
        {
            Exception inner = e;
            while (inner.InnerException is { } next) inner = next;
            string reason = inner.Message.Split('\n')[0].Trim();
            string fix = reason.Contains("GLIBCXX", StringComparison.Ordinal)
                ? "the system's libstdc++ is older than TorchSharp asks for: reference the package FedPG.Experiments, whose build step "
                    + "makes TorchSharp do without it"
                : "the natives of libtorch are not beside the program: in a program of your own reference libtorch-cpu-linux-x64, "
                    + "libtorch-cpu-win-x64 or libtorch-cpu-osx-arm64; on Linux install libgomp1 and libstdc++6";
            return new HealthCheck("torch", HealthState.Broken, reason, fix);
        }
    }

    /// <summary>Loads the natives, computes something, and says their version.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Sum()
    {
        using torch.Tensor three = torch.ones(3).sum();
        return three.ToSingle() == 3f ? torch.__version__ : throw new NotSupportedException("1 + 1 + 1 is not 3");
    }

    private static HealthCheck Cuda()
    {
        if (!Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cuda*").Any())
            return new HealthCheck("CUDA", HealthState.Ok, "this build computes on the CPU", "for a GPU build with -p:TorchBackend=cuda");
        try
        {
            return HasCuda()
                ? new HealthCheck("CUDA", HealthState.Ok, "a device is there")
                : new HealthCheck("CUDA", HealthState.Note, "no usable device",
                    "an NVIDIA GPU and its driver are needed; --device cpu works without");
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or NotSupportedException or ExternalException)
        {
            return new HealthCheck("CUDA", HealthState.Note, "cannot be asked: torch does not load");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HasCuda() => torch.cuda.is_available();

    private static HealthCheck Cores()
    {
        int cores = Environment.ProcessorCount;
        return new HealthCheck(
            "cores", HealthState.Ok,
            string.Create(CultureInfo.InvariantCulture, $"{cores}, as many threads as --threads takes by default"));
    }

    private static HealthCheck Memory()
    {
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string found = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");
        return bytes < SmallMemory
            ? new HealthCheck("memory", HealthState.Note, found, "libtorch alone takes about 0.3 GB; give the container 2 GB or more")
            : new HealthCheck("memory", HealthState.Ok, found);
    }

    private static HealthCheck Disk(string name, string folder)
    {
        string full = Path.GetFullPath(folder);
        try
        {
            string probe = Path.Combine(full, Path.GetRandomFileName());
            File.WriteAllText(probe, "fedpg");
            File.Delete(probe);
            long free = new DriveInfo(full).AvailableFreeSpace;
            string found = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:F1} GB free at {full}");
            return free < SmallDisk
                ? new HealthCheck(name, HealthState.Note, found, "free some space (fedpg runs --delete), or name another folder by --out")
                : new HealthCheck(name, HealthState.Ok, found);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new HealthCheck(name, HealthState.Note, $"{full} cannot be written: {e.Message}",
                "name another folder by --out, or work in another one");
        }
    }

    private static HealthCheck Port(int port)
    {
        string at = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return new HealthCheck("port", HealthState.Ok, $"{at} is free for fedpg train --cluster");
        }
        catch (SocketException e)
        {
            return new HealthCheck("port", HealthState.Note, $"{at}: {e.Message}", "only clusters need it: name another one by --port");
        }
    }
}
