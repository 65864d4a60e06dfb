using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FedPG.Envs.Python;

/// <summary>The process and its pipes: single bytes as doorbells, and documents. One thread at a time.</summary>
internal sealed class PythonChannel : IDisposable
{
    private const string Script = "fedpg_bridge.py";
    private const string Loader =
        "import os,sys\nn=int(sys.argv[1]);s=b''\nwhile len(s)<n:\n m=os.read(0,n-len(s))\n if not m: sys.exit(1)\n s+=m\n"
        + "exec(compile(s,'" + Script + "','exec'))";

    private static readonly byte[] Source = ReadSource();
    private readonly PythonSettings _settings;
    private readonly Process _process;
    private readonly Stream _requests, _replies;
    private readonly PythonPrints _prints;
    private readonly byte[] _byte = new byte[1];
    private readonly Timer _watch;
    private long _deadline = long.MaxValue;
    private bool _isLate;

    private PythonChannel(PythonSettings settings, Process process)
    {
        (_settings, _process) = (settings, process);
        (_requests, _replies) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        _prints = PythonPrints.Follow(process.StandardError, settings.Prints);
        var weak = new WeakReference<PythonChannel>(this);
        TimeSpan period = TimeSpan.FromSeconds(Math.Clamp(settings.Timeout.TotalSeconds / 4, 0.01, 1));
        _watch = new Timer(Watch, weak, period, period);
    }

    /// <summary>Starts a process.</summary>
    /// <exception cref="PythonFault">The program cannot be started.</exception>
    public static PythonChannel Start(PythonSettings settings)
    {
        var start = new ProcessStartInfo(settings.Python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string argument in (string[])["-c", Loader, Source.Length.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        // Processes share the cores already: libraries with threads of their own would only get in each other's way.
        start.Environment.TryAdd("OMP_NUM_THREADS", "1");
        start.Environment.TryAdd("OPENBLAS_NUM_THREADS", "1");
        start.Environment["PYTHONIOENCODING"] = "utf-8:replace";
        try
        {
            var channel = new PythonChannel(settings, Process.Start(start)!);
            channel._requests.Write(Source);
            channel._requests.Flush();
            return channel;
        }
        catch (Win32Exception e)
        {
            throw new PythonFault(
                $"cannot be started: the program {settings.Python} {(e.NativeErrorCode == 2 ? "is not found" : $"fails: {e.Message}")}");
        }
        catch (IOException)
        {
            throw new PythonFault($"cannot be started: the program {settings.Python} ends at once");
        }
    }

    /// <summary>Sends the message that lies in the memory.</summary>
    /// <param name="command">The byte that wakes the process.</param>
    /// <param name="sleeps">Whether it has to be woken.</param>
    /// <exception cref="PythonFault">The process is gone.</exception>
    public void Send(byte command, bool sleeps)
    {
        if (sleeps)
        {
            _byte[0] = command;
            Write(_byte);
        }
        Await(1);
    }

    /// <summary>Waits for the answer to what was sent.</summary>
    /// <param name="memory">Where it arrives.</param>
    /// <param name="isThere">Whether it has.</param>
    /// <exception cref="PythonFault">The environment raised an exception, or the process is gone or silent.</exception>
    public void Wait(PythonMemory memory, bool isThere)
    {
        byte code = 0;
        if (!isThere && memory.Sleep())
        {
            do code = Read(1)[0];
            while (code == 0 && !memory.IsAnswered);
        }
        Volatile.Write(ref _deadline, long.MaxValue);
        if (code == 0 && !memory.HasFailed) return;
        while (code == 0) code = Read(1)[0];
        throw FaultOf(Document());
    }

    /// <summary>Sends a document and waits for the answer.</summary>
    /// <exception cref="PythonFault">The environment raised an exception, or the process is gone or silent.</exception>
    public JsonElement Ask(JsonObject document)
    {
        byte[] json = Encoding.UTF8.GetBytes(document.ToJsonString());
        byte[] message = new byte[5 + json.Length];
        message[0] = (byte)'J';
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(1), json.Length);
        json.CopyTo(message, 5);
        Write(message);
        Await(2);
        byte code;
        // What was sent to wake this side when it was awake says nothing.
        do code = Read(1)[0];
        while (code == 0);
        JsonElement answer = Document();
        Volatile.Write(ref _deadline, long.MaxValue);
        return code == 2 ? answer : throw FaultOf(answer);
    }

    /// <summary>The last lines that the process printed.</summary>
    public string LastLines() => _prints.Last();

    /// <summary>Ends the process.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static byte[] ReadSource()
    {
        Assembly assembly = typeof(PythonChannel).Assembly;
        using Stream stream = assembly.GetManifestResourceStream(Script)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Watch(object? state)
    {
        if (((WeakReference<PythonChannel>)state!).TryGetTarget(out PythonChannel? channel)) channel.GiveUpIfLate();
    }

    private void GiveUpIfLate()
    {
        if (Environment.TickCount64 <= Volatile.Read(ref _deadline)) return;
        _isLate = true;
        Dispose();
    }

    private void Await(int times) =>
        Volatile.Write(ref _deadline, Environment.TickCount64 + (long)(times * _settings.Timeout.TotalMilliseconds));

    private void Write(ReadOnlySpan<byte> message)
    {
        try
        {
            _requests.Write(message);
            _requests.Flush();
        }
        catch (IOException)
        {
            throw Gone();
        }
    }

    private byte[] Read(int count)
    {
        byte[] bytes = count == 1 ? _byte : new byte[count];
        try
        {
            if (_replies.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count) return bytes;
        }
        catch (IOException)
        {
            // As at the end of the stream.
        }
        throw Gone();
    }

    private JsonElement Document() => JsonSerializer.Deserialize<JsonElement>(Read(BinaryPrimitives.ReadInt32LittleEndian(Read(4))));

    private static PythonFault FaultOf(JsonElement answer)
    {
        string type = answer.GetProperty("type").GetString()!, message = answer.GetProperty("message").GetString()!;
        string trace = answer.GetProperty("trace").GetString()!;
        return type.Length == 0
            ? new PythonFault($"cannot be used: {message}")
            : new PythonFault($"raised {type}{(message.Length == 0 ? "" : $": {message}")}", trace);
    }

    private PythonFault Gone()
    {
        if (_isLate)
            return new PythonFault(string.Create(CultureInfo.InvariantCulture,
                $"did not answer within {_settings.Timeout.TotalSeconds} s (option timeout)"));
        bool ended = _process.WaitForExit(2000);
        _prints.WaitForEnd(TimeSpan.FromSeconds(1));
        string how = !ended ? "closed its pipe" : _process.ExitCode > 128
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {_process.ExitCode - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {_process.ExitCode}");
        return new PythonFault($"stopped: its process {how}");
    }
}
