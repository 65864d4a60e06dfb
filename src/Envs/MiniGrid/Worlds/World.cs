using FedPG.Core.Streams;

namespace FedPG.Envs.MiniGrid.Worlds;

/// <summary>All that changes in an episode: the map, the agent, what it carries, and what it is asked for.</summary>
internal sealed class World
{
    /// <summary>One step to the right, down, left and up, by the direction.</summary>
    public static readonly (int X, int Y)[] Ways = [(1, 0), (0, 1), (-1, 0), (0, -1)];

    private EpisodeRandom _random;

    public World(int width, int height, int obstacles)
    {
        Map = new CellMap(width, height);
        Obstacles = new (int X, int Y)[obstacles];
    }

    public CellMap Map { get; }

    public int X { get; set; }

    public int Y { get; set; }

    /// <summary>0 right, 1 down, 2 left, 3 up.</summary>
    public int Direction { get; set; }

    /// <summary>What the agent carries; 0 for nothing.</summary>
    public byte Carried { get; set; }

    /// <summary>The steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>The number of the mission among the task's.</summary>
    public int Mission { get; set; }

    /// <summary>The place that the mission is about, where it is about one; else (-1, -1).</summary>
    public (int X, int Y) Target { get; set; }

    /// <summary>The place of things that move by themselves; (-1, -1) for one that is not there.</summary>
    public (int X, int Y)[] Obstacles { get; }

    /// <summary>The cell in front of the agent.</summary>
    public (int X, int Y) Front => (X + Ways[Direction].X, Y + Ways[Direction].Y);

    /// <summary>Begins with other random numbers.</summary>
    public void Draw(EpisodeRandom random) => _random = random;

    /// <summary>Forgets the agent and the things of an episode; the map is the task's to draw.</summary>
    public void Begin()
    {
        (X, Y, Direction, Carried, Steps, Mission, Target) = (-1, -1, 0, 0, 0, 0, (-1, -1));
        Array.Fill(Obstacles, (-1, -1));
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int Below(int count) => _random.Below(count);

    /// <summary>A whole number from <paramref name="low"/> to below <paramref name="high"/>.</summary>
    public int Between(int low, int high) => low + _random.Below(high - low);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => _random.NextDouble();

    /// <summary>One of the six colours.</summary>
    public int Colour() => _random.Below(Cell.Colours);

    /// <summary>
    /// An empty cell of a rectangle where the agent is not, each as likely; (-1, -1) where none was hit in so many tries.
    /// </summary>
    public (int X, int Y) Free(int x, int y, int width, int height, int tries = int.MaxValue)
    {
        // What lies beyond the map cannot be drawn.
        (int left, int top) = (Math.Max(x, 0), Math.Max(y, 0));
        (int right, int bottom) = (Math.Min(left + width, Map.Width), Math.Min(top + height, Map.Height));
        for (int k = 0; k < tries; k++)
        {
            (int X, int Y) place = (Between(left, right), Between(top, bottom));
            if (Map.IsEmpty(place.X, place.Y) && place != (X, Y)) return place;
        }
        return (-1, -1);
    }

    /// <summary>The same on the whole map.</summary>
    public (int X, int Y) Free() => Free(0, 0, Map.Width, Map.Height);

    /// <summary>Puts a thing into an empty cell.</summary>
    public (int X, int Y) Put(byte cell, (int X, int Y) place)
    {
        Map[place.X, place.Y] = cell;
        return place;
    }

    /// <summary>Puts the agent into an empty cell of a rectangle, looking anywhere.</summary>
    public void PutAgent(int x, int y, int width, int height)
    {
        (X, Y) = (-1, -1);
        (X, Y) = Free(x, y, width, height);
        Direction = Below(Ways.Length);
    }

    /// <summary>The same on the whole map.</summary>
    public void PutAgent() => PutAgent(0, 0, Map.Width, Map.Height);

    /// <summary>Puts the agent where it always starts: upper left, looking to the right.</summary>
    public void PutAgentInCorner() => (X, Y, Direction) = (1, 1, 0);
}
