namespace FedPG.Cli.Common;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>Something failed that the input is not to blame for.</summary>
    public const int Failure = 1;

    /// <summary>The input cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>Stopped by Ctrl+C.</summary>
    public const int Cancelled = 130;
}
