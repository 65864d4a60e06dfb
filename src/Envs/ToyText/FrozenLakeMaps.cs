using FedPG.Core.Streams;
using FedPG.Envs.GridWorlds;

namespace FedPG.Envs.ToyText;

/// <summary>The maps of <c>FrozenLake-v1</c>.</summary>
internal static class FrozenLakeMaps
{
    /// <summary>The map of four rows.</summary>
    public static readonly string[] Small = ["SFFF", "FHFH", "FFFH", "HFFG"];

    /// <summary>The map of eight rows.</summary>
    public static readonly string[] Large =
        ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"];

    private const double FrozenProbability = 0.8;

    /// <summary>
    /// A square map whose cells are F with probability 0.8 and H otherwise, with S and G in the corners, drawn again until there is a
    /// way from S to G.
    /// </summary>
    /// <param name="size">Rows and columns, at least 2.</param>
    /// <param name="seed">Equal seeds give equal maps.</param>
    public static GridMap Random(int size, long seed)
    {
        var random = new RandomSequence(new StreamKey(seed, StreamPurpose.Environment, Agent: 0, Round: 0, LocalStep: 0));
        char[] cells = new char[size * size];
        while (true)
        {
            for (int c = 0; c < cells.Length; c++) cells[c] = random.NextDouble() < FrozenProbability ? 'F' : 'H';
            (cells[0], cells[^1]) = ('S', 'G');
            var map = GridMap.FromRows([.. cells.Chunk(size).Select(row => new string(row))]);
            if (GridPaths.Distances(map, [0], cell => map[cell] != 'H')[^1] != GridPaths.Unreachable) return map;
        }
    }
}
