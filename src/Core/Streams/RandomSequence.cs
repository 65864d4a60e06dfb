namespace FedPG.Core.Streams;

/// <summary>Uniform numbers drawn one after another from one stream; for set-up, not for hot paths. Not thread-safe.</summary>
/// <param name="key">The stream.</param>
/// <param name="sequence">Which of the stream's sequences.</param>
internal sealed class RandomSequence(StreamKey key, int sequence = 0)
{
    private int _drawn;

    /// <summary>The next number, uniform on (0, 1) with 52 bits, so that neither end is ever returned.</summary>
    public double NextDouble()
    {
        int draw = _drawn / 2;
        // A sequence of any length: the draw number overflows into the trajectory number, which is spaced far apart.
        (uint w0, uint w1, uint w2, uint w3) = key.Draw((sequence << 16) + (draw >> 16), draw & StreamKey.MaximumDraw);
        ulong bits = _drawn++ % 2 == 0 ? ((ulong)w0 << 32) | w1 : ((ulong)w2 << 32) | w3;
        return ((bits >> 12) + 0.5) * (1.0 / (1L << 52));
    }
}
