
namespace FedPG.Core.Streams;

/// <summary>
/// The random numbers of one episode: a function of the seed that an environment was reset with, so that equal seeds and actions give equal
/// episodes. Keep it in a field that is not readonly, and make a new one at each reset; it allocates
/// nothing. A mutable value: copies go their own ways.
/// </summary>
public struct EpisodeRandom
{
    private readonly StreamKey _key;
    private long _block;
    private uint _second, _third, _fourth;
    private int _left;

    /// <summary>Starts the numbers of an episode.</summary>
    /// <param name="seed">0 to 2^53 - 1, as the reset of an environment has it.</param>
    public EpisodeRandom(long seed) => _key = new StreamKey(seed, StreamPurpose.Episode, 0, 0, 0);

    /// <summary>The next 32 bits.</summary>
    public uint NextWord()
    {
        if (_left > 0) return _left-- switch { 3 => _second, 2 => _third, _ => _fourth };
        (uint first, _second, _third, _fourth) = _key.Draw((int)(_block >> 16), (int)(_block & StreamKey.MaximumDraw));
        _block++;
        _left = 3;
        return first;
    }

    /// <summary>The next number, uniform on [0, 1) with 53 bits.</summary>
    public double NextDouble()
    {
        ulong high = NextWord() >> 5, low = NextWord() >> 6;
        return ((high << 26) | low) * (1.0 / (1L << 53));
    }

    /// <summary>The next number, uniform on [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>The next whole number from 0 to <paramref name="count"/> - 1; each as likely but for 2^-32 or less.</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return (int)(((ulong)NextWord() * (uint)count) >> 32);
    }

    /// <summary>The next number of a standard normal distribution (Box and Muller 1958).</summary>
    public double Normal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }
}
