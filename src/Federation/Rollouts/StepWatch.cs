using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FedPG.Core.Resources;
using FedPG.Envs;

namespace FedPG.Federation.Rollouts;

/// <summary>
/// Watches the steps of environments that are somebody else's code, which may be slow, take all memory or end the process: notices name
/// agent, round and step, and a file in the run folder says what was running where the process cannot. Safe to use from several threads.
/// </summary>
internal static class StepWatch
{
    /// <summary>The variable with the seconds after which a step is noticed.</summary>
    public const string LimitVariable = "FEDPG_STEP_SECONDS";

    private const double StandardSeconds = 30, LeastFreeShare = 0.05;
    private const string Ours = "FedPG.";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.5);
    private static readonly Lock Gate = new();
    private static readonly List<Slot> Slots = [];
    private static readonly List<string> Files = [];
    private static readonly ConcurrentDictionary<Type, bool> Foreign = new();
    [ThreadStatic]
    private static Slot? _own;
    private static Timer? _timer;
    private static Action<string>? _notice;
    private static Func<Exception, string?>? _describe;
    private static Action? _exit;
    private static bool _isRegistered, _hasEnded, _isShort;

    /// <summary>After how long a step is noticed: 30 seconds, or what FEDPG_STEP_SECONDS says.</summary>
    public static TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable(LimitVariable), CultureInfo.InvariantCulture, out double seconds) && seconds > 0
            && seconds < 1e9 ? seconds : StandardSeconds);

    /// <summary>Takes over what ends the process: one line, and exit code 1.</summary>
    /// <param name="notice">Takes lines.</param>
    /// <param name="describe">An exception in words for the user; null for one that is not expected.</param>
    /// <param name="exit">Ends the process as failed, without taking apart what other threads still use.</param>
    public static void GuardProcess(Action<string> notice, Func<Exception, string?> describe, Action exit)
    {
        (_notice, _describe, _exit) = (notice, describe, exit);
        Register();
    }

    /// <summary>Keeps a file that says what is running, while a run is under way.</summary>
    /// <param name="file">The file, which is deleted when the run has ended by itself.</param>
    public static IDisposable Keep(string file)
    {
        Register();
        File.Delete(file);
        lock (Gate) Files.Add(file);
        return new Kept(file);
    }

    /// <summary>Where this thread notes the steps of an environment; null for one of this project's own, which is not watched.</summary>
    /// <param name="environment">The environment.</param>
    public static Slot? For(IEnvironment environment)
    {
        Type type = environment.GetType();
        if (!Foreign.GetOrAdd(type, t => t.Assembly.GetName().Name?.StartsWith(Ours, StringComparison.Ordinal) != true)) return null;
        if (_own is null)
        {
            _own = new Slot();
            lock (Gate)
            {
                Slots.Add(_own);
                _timer ??= new Timer(_ => Look(), null, Period, Period);
            }
        }
        _own.Environment = type;
        return _own;
    }

    /// <summary>What runs now, a line each; empty where nothing is watched.</summary>
    private static string Running()
    {
        lock (Gate) return string.Join('\n', Slots.Where(slot => slot.IsBusy).Select(slot => slot.ToString()));
    }

    private static void Look()
    {
        Slot[] slots;
        string[] files;
        lock (Gate)
        {
            Slots.RemoveAll(slot => !slot.Thread.IsAlive);
            (slots, files) = ([.. Slots.Where(slot => slot.IsBusy)], [.. Files]);
        }
        foreach (Slot slot in slots)
        {
            if (slot.IsOver(Limit))
            {
                _notice?.Invoke(string.Create(CultureInfo.InvariantCulture,
                    $"{slot}: it has not ended for {Limit.TotalSeconds:0.##} s; the run waits for it"));
            }
        }
        if (slots.Length == 0) return;
        long free = FreeMemory.Bytes();
        bool isShort = free < LeastFreeShare * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (isShort && !_isShort)
        {
            _notice?.Invoke(string.Create(CultureInfo.InvariantCulture,
                $"memory: this process has grown to {Environment.WorkingSet / FreeMemory.Giga:F1} GB, and "
                    + $"{free / FreeMemory.Giga:F1} GB are free; running is {slots[0]}"));
        }
        _isShort = isShort;
        foreach (string file in files) Write(file, Running());
    }

    private static void Register()
    {
        lock (Gate)
        {
            if (_isRegistered) return;
            _isRegistered = true;
        }
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Ended("by Environment.Exit in the environment's own code, or from outside");
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            var exception = (Exception)e.ExceptionObject;
            Ended("by an exception of a thread that nobody waits for: "
                + (_describe?.Invoke(exception) ?? $"{exception.GetType().Name}: {exception.Message.Split('\n')[0]}"), isFault: true);
        };
    }

    /// <summary>Says of all runs under way that they were ended, and by what.</summary>
    /// <param name="reason">By what.</param>
    /// <param name="isFault">Whether nobody asked the process to end, so that it is said also where no run is under way.</param>
    private static void Ended(string reason, bool isFault = false)
    {
        string[] files;
        lock (Gate)
        {
            files = [.. Files];
            if (_hasEnded || (files.Length == 0 && !isFault)) return;
            _hasEnded = true;
        }
        string running = Running(), message = $"the process ended before the run was over: {reason}";
        foreach (string file in files) Write(file, running.Length == 0 ? message : $"{running}\n{message}");
        if (_notice is null) return;
        foreach (string line in running.Split('\n', StringSplitOptions.RemoveEmptyEntries)) _notice(line);
        _notice(message);
        _exit?.Invoke();
    }

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, $"{DateTimeOffset.Now:O}\n{text}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full; the run itself says so.
        }
    }

    /// <summary>What one thread is doing.</summary>
    internal sealed class Slot
    {
        private PromisedNumbers.Place _place;
        private int _step;
        private long _since, _noticed;

        /// <summary>The class of the environment.</summary>
        public Type? Environment { get; set; }

        /// <summary>The thread.</summary>
        public Thread Thread { get; } = Thread.CurrentThread;

        /// <summary>Whether a step is under way.</summary>
        public bool IsBusy => Volatile.Read(ref _since) != 0;

        /// <summary>A step, or a reset, begins.</summary>
        /// <param name="place">Where.</param>
        /// <param name="step">Its number in the episode or rollout, from 1; 0 for a reset.</param>
        public void Begin(in PromisedNumbers.Place place, int step)
        {
            (_place, _step) = (place, step);
            Volatile.Write(ref _since, Stopwatch.GetTimestamp());
        }

        /// <summary>It has ended.</summary>
        public void End() => Volatile.Write(ref _since, 0);

        /// <summary>Whether a step takes longer than that; true once a step.</summary>
        public bool IsOver(TimeSpan limit)
        {
            long since = Volatile.Read(ref _since);
            if (since == 0 || since == _noticed || Stopwatch.GetElapsedTime(since) < limit) return false;
            _noticed = since;
            return true;
        }

        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Environment?.FullName} of {Environment?.Assembly.GetName().Name}: {_place}, {(_step == 0 ? "a reset" : $"step {_step}")}, "
                + $"seed {_place.Seed}");
    }

    private sealed class Kept(string file) : IDisposable
    {
        public void Dispose()
        {
            lock (Gate) Files.Remove(file);
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It stays, and says when it was written.
            }
        }
    }
}
