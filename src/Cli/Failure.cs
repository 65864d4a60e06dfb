using FedPG.Federation;

namespace FedPG.Cli;

/// <summary>Failures that have a plain explanation; everything else is a fault of the program and keeps its stack trace.</summary>
internal static class Failure
{
    /// <summary>One line for the user; null for what is not expected to happen.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        DivergedException e => e.Message,
        IOException or UnauthorizedAccessException => exception.Message,
        AggregateException { InnerExceptions: [{ } inner] } => Describe(inner),
        OutOfMemoryException => "out of memory",
        TypeInitializationException or DllNotFoundException => $"the native libraries of torch cannot be loaded: {Innermost(exception).Message}",
        NotSupportedException e when e.Message.Contains("native", StringComparison.OrdinalIgnoreCase) => e.Message,
        _ => null,
    };

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
