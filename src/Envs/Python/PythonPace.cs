using System.Diagnostics;

namespace FedPG.Envs.Python;

/// <summary>
/// How long the two sides of a process look for each other's messages in the memory before they sleep. To be woken takes tens of
/// microseconds, as much as a batch of short steps; to look takes a core, so it is done only where there is one for all that works, for
/// about as long as answers have taken lately, and seldom where it was in vain, as on a busy machine. Times decide nothing but when a side
/// sleeps. Not thread-safe.
/// </summary>
internal sealed class PythonPace
{
    // Processes with a message in flight, and threads that look for an answer, of all environments.
    private static int s_working;

    private readonly Glance _answers = new(longest: 2000), _messages = new(longest: 300);
    private long _sent, _answered;
    private bool _isInFlight, _mayPoll;

    /// <summary>How often the Python side may look for the message after this one; about 25 times in a microsecond.</summary>
    /// <param name="workers">The threads and processes that may want a core.</param>
    public int Polls(int workers)
    {
        double time = workers > Environment.ProcessorCount ? 0 : _messages.Time();
        _mayPoll = time > 0;
        return (int)(25 * time);
    }

    /// <summary>Notes that a message goes out, and whether the Python side slept until then.</summary>
    public void Sent(bool slept)
    {
        _sent = Stopwatch.GetTimestamp();
        if (_answered > 0) _messages.Note(Microseconds(_sent - _answered), _mayPoll, !slept);
        _isInFlight = true;
        Interlocked.Increment(ref s_working);
    }

    /// <summary>Looks for the answer for a while; whether it is there.</summary>
    public bool Look(PythonMemory memory)
    {
        if (!memory.IsOrdered) return false;
        bool found = memory.IsAnswered;
        double time = found ? 0 : _answers.Time();
        if (time > 0 && Interlocked.Increment(ref s_working) <= Environment.ProcessorCount)
        {
            long until = _sent + (long)(time * Stopwatch.Frequency / 1e6);
            while (!(found = memory.IsAnswered) && Stopwatch.GetTimestamp() < until) Thread.SpinWait(4);
        }
        if (time > 0) Interlocked.Decrement(ref s_working);
        _answers.Note(Microseconds(Stopwatch.GetTimestamp() - _sent), time > 0, found);
        return found;
    }

    /// <summary>Notes that the answer is there, or that none will come.</summary>
    public void Answered()
    {
        if (!_isInFlight) return;
        _answered = Stopwatch.GetTimestamp();
        _isInFlight = false;
        Interlocked.Decrement(ref s_working);
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    /// <summary>How long one side looks.</summary>
    /// <param name="longest">What takes longer is not waited for awake, microseconds.</param>
    private sealed class Glance(double longest)
    {
        private double _mean = 50;
        private int _pause, _left;

        /// <summary>For how many microseconds to look; 0 for not at all.</summary>
        public double Time() => _left-- > 0 || _mean > longest ? 0 : (1.5 * _mean) + 10;

        /// <summary>Notes what came of it.</summary>
        /// <param name="took">After how long it was there, or was no longer looked for.</param>
        /// <param name="looked">Whether this side looked.</param>
        /// <param name="found">Whether it was found.</param>
        public void Note(double took, bool looked, bool found)
        {
            _mean += (Math.Min(took, 2 * longest) - _mean) / 8;
            if (!looked) return;
            _pause = found ? _pause / 2 : Math.Min((2 * _pause) + 1, 512);
            if (!found) _left = _pause;
        }
    }
}
