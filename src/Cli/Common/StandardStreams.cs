using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FedPG.Cli.Common;

/// <summary>
/// Standard output and error that never end the work: where they cannot be written (a full disk, a terminal that was closed), what is left
/// is dropped. Where the runtime's own console has no file handle left to begin with, lines go to the stream itself.
/// </summary>
internal static class StandardStreams
{
    private static DroppingWriter? _output;

    /// <summary>Why standard output took nothing any more; null where it took everything.</summary>
    public static string? OutputFailure => _output?.Failure;

    /// <summary>Puts the guarded streams into their places. Called once, before anything is written.</summary>
    public static void Guard()
    {
        _output = new DroppingWriter(Console.Out, 1);
        Console.SetOut(_output);
        Console.SetError(new DroppingWriter(Console.Error, 2));
    }

    /// <summary>Passes on what is written, up to the first failure. As thread-safe as what it writes to.</summary>
    private sealed class DroppingWriter(TextWriter inner, int descriptor) : TextWriter
    {
        private volatile string? _failure;

        public string? Failure => _failure;

        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Try(() => inner.Write(value), () => value.ToString());

        public override void Write(string? value) => Try(() => inner.Write(value), () => value);

        public override void Write(char[] buffer, int index, int count) =>
            Try(() => inner.Write(buffer, index, count), () => new string(buffer, index, count));

        public override void WriteLine(string? value) => Try(() => inner.WriteLine(value), () => value + "\n");

        public override void Flush() => Try(inner.Flush, () => null);

        private void Try(Action write, Func<string?> text)
        {
            if (_failure is not null) return;
            try
            {
                write();
            }
            catch (ExternalException)
            {
                WriteDirectly(text() ?? "");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                _failure = e.Message;
            }
        }

        private void WriteDirectly(string text)
        {
            try
            {
                using var stream = new SafeFileHandle(descriptor, ownsHandle: false);
                RandomAccess.Write(stream, Encoding.UTF8.GetBytes(text), 0);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                _failure = e.Message;
            }
        }
    }
}
