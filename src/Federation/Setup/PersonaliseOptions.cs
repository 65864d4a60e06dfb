using FedPG.Core.Options;
using FedPG.Core.Streams;

namespace FedPG.Federation.Setup;

/// <summary>
/// The steps that every agent takes by itself after the last round, from the policy that serves it: the <c>personalise</c> section of an
/// experiment. Nothing of them is sent. Immutable.
/// </summary>
public sealed record PersonaliseOptions
{
    /// <summary>The values of <see cref="What"/>.</summary>
    internal const string All = "all", Personal = "personal";

    /// <summary>k, the local steps of each agent after the last round, 0 to 32,500; 20 by default, 0 for none.</summary>
    [Option("k, each agent's own local steps after the last round; 0, for none, where the section is not given", Minimum = 0,
        Maximum = StreamKey.MaximumLocalStep / 2)]
    public int Steps { get; init; } = 20;

    /// <summary>eta of these steps, above 0; 0.01 by default.</summary>
    [Option("eta of these steps", Minimum = 0, OpenMinimum = true)]
    public double LocalStepSize { get; init; } = 0.01;

    /// <summary>What an agent trains: "all" of its parameters (the default), or its "personal" ones alone.</summary>
    [Option("what an agent trains then: all parameters, or its personal ones alone (policy.personal)", Words = [All, Personal])]
    public string What { get; init; } = All;

    /// <summary>No steps.</summary>
    internal static PersonaliseOptions None { get; } = new() { Steps = 0 };

    /// <summary>Whether shared parameters stay as they are.</summary>
    internal bool PersonalOnly => What == Personal;
}
