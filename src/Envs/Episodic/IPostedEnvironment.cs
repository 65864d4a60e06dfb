namespace FedPG.Envs.Episodic;

/// <summary>
/// An environment that can be told ahead what it will be asked: who plays many of them hands over the calls of all first, and then makes
/// each call, which takes the result. So steps that are taken elsewhere, such as in another process, cost one message a batch. A call
/// without a post before it does both. Results are the same either way.
/// </summary>
internal interface IPostedEnvironment : IEnvironment
{
    /// <summary>Whether posts spare anything; where not they do nothing.</summary>
    bool IsPosted { get; }

    /// <summary>Hands over a reset; the next call is <see cref="IEnvironment.Reset"/> with the same seed, on the same thread.</summary>
    /// <param name="seed">0 to 2^53 - 1.</param>
    void PostReset(long seed);

    /// <summary>Hands over a step; the next call is <see cref="IEnvironment.Step"/> with the same action, on the same thread.</summary>
    /// <param name="action">As many numbers as the action space has; they are copied.</param>
    void PostStep(ReadOnlySpan<double> action);
}
