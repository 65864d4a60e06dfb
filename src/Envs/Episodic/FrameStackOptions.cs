using FedPG.Core.Options;

namespace FedPG.Envs.Episodic;

/// <summary>The options of stacked observations: <c>environment.frameStack</c> of an experiment.</summary>
public sealed record FrameStackOptions
{
    /// <summary>How many of the latest observations are seen, 1 (the default, the latest alone) to 64.</summary>
    [Option("how many of the latest observations are seen at once; the first one of an episode stands for those before it",
        Minimum = 1, Maximum = 64)]
    public int Frames { get; init; } = 1;
}
