namespace FedPG.Core.Streams;

/// <summary>What a stream of random numbers is for; streams of different purposes never share a number.</summary>
public enum StreamPurpose
{
    /// <summary>Trajectories that gradients are estimated from.</summary>
    Rollout = 0,

    /// <summary>The first parameters of a policy.</summary>
    Initialisation = 1,

    /// <summary>The making of a random environment.</summary>
    Environment = 2,

    /// <summary>The order in which the steps of a rollout are learnt from.</summary>
    Minibatches = 8,

    /// <summary>Episodes that a policy is evaluated with; training never sees them.</summary>
    Evaluation = 3,

    /// <summary>Resamples for intervals of measured figures.</summary>
    Bootstrap = 4,

    /// <summary>The settings that a sweep draws; no run sees them.</summary>
    Sweep = 5,

    /// <summary>Trajectories that the noise of gradients is measured with; training never sees them.</summary>
    Diagnosis = 16,

    /// <summary>Which agents take part in a round, and how many steps they take.</summary>
    Participation = 32,

    /// <summary>Episodes by which a trained policy is evaluated again; neither training nor diagnosis ever sees them.</summary>
    Episodes = 128,

    /// <summary>What happens inside an environment that is stepped, from its reset on.</summary>
    Episode = 64,
}

/// <summary>
/// Names one stream of random numbers: (seed, purpose, agent, round, local step). Trajectories and draws are numbered inside it. Equal
/// keys give equal numbers on any thread and machine, so a result does not depend on who computed it, or when.
/// </summary>
/// <param name="Seed">The experiment's seed, 0 to 2^53.</param>
/// <param name="Purpose">What the numbers are for.</param>
/// <param name="Agent">The agent's index.</param>
/// <param name="Round">The communication round t.</param>
/// <param name="LocalStep">The local step l, or one of the codes above <see cref="MaximumLocalStep"/>.</param>
public readonly record struct StreamKey(long Seed, StreamPurpose Purpose, int Agent, int Round, int LocalStep)
{
    /// <summary>The largest number of local steps a round may have; larger codes name batches that belong to no local step.</summary>
    public const int MaximumLocalStep = 65_000;

    /// <summary>The code of the batch behind a memory that is not also the first local step.</summary>
    public const int MemoryBatch = 65_535;

    /// <summary>The code of the batch by which a memory is sampled a second time.</summary>
    public const int ResampledBatch = 65_534;

    /// <summary>The most draws of four words a trajectory may ask for.</summary>
    public const int MaximumDraw = 65_535;

    /// <summary>The first half of the generator's key.</summary>
    public uint Key0 => (uint)Seed;

    /// <summary>The second half of the generator's key: the upper bits of the seed and the purpose.</summary>
    public uint Key1 => (uint)(Seed >> 32) | ((uint)Purpose << 24);

    /// <summary>Four words: draw number <paramref name="draw"/> of a trajectory.</summary>
    public (uint W0, uint W1, uint W2, uint W3) Draw(int trajectory, int draw) =>
        Philox.Block((uint)draw | ((uint)LocalStep << 16), (uint)trajectory, (uint)Agent, (uint)Round, Key0, Key1);
}
