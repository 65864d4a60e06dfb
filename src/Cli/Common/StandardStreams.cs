using System.Text;

namespace FedPG.Cli.Common;

/// <summary>
/// Standard output and error that never end the work: where they cannot be written (a full disk, a terminal that was closed), what is left
/// is dropped.
/// </summary>
internal static class StandardStreams
{
    private static DroppingWriter? _output;

    /// <summary>Why standard output took nothing any more; null where it took everything.</summary>
    public static string? OutputFailure => _output?.Failure;

    /// <summary>Puts the guarded streams into their places. Called once, before anything is written.</summary>
    public static void Guard()
    {
        _output = new DroppingWriter(Console.Out);
        Console.SetOut(_output);
        Console.SetError(new DroppingWriter(Console.Error));
    }

    /// <summary>Passes on what is written, up to the first failure. As thread-safe as what it writes to.</summary>
    private sealed class DroppingWriter(TextWriter inner) : TextWriter
    {
        private volatile string? _failure;

        public string? Failure => _failure;

        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(() => inner.Write(value));

        public override void Write(string? value) => Try(() => inner.Write(value));

        public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

        public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

        public override void Flush() => Try(inner.Flush);

        private void Try(Action write)
        {
            if (_failure is not null) return;
            try
            {
                write();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                _failure = e.Message;
            }
        }
    }
}
