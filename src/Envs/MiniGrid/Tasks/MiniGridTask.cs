using FedPG.Envs.MiniGrid.Worlds;

namespace FedPG.Envs.MiniGrid.Tasks;

/// <summary>What a step of a task gives.</summary>
/// <param name="Reward">r.</param>
/// <param name="Terminated">Whether the episode came to its end.</param>
internal record struct TaskResult(double Reward, bool Terminated);

/// <summary>
/// A task of MiniGrid: how its layouts are drawn, and what counts as success. An instance belongs to one environment, and may keep what it
/// needs between the two halves of a step.
/// </summary>
/// <param name="width">The cells in x.</param>
/// <param name="height">The cells in y.</param>
/// <param name="maxSteps">The steps after which an episode is cut off.</param>
internal abstract class MiniGridTask(int width, int height, int maxSteps)
{
    private const double LostByTheEnd = 0.9;

    public int Width => width;

    public int Height => height;

    public int MaxSteps { get; set; } = maxSteps;

    /// <summary>The missions, of which a layout has one.</summary>
    public abstract IReadOnlyList<string> Missions { get; }

    /// <summary>Whether walls and closed doors hide nothing.</summary>
    public virtual bool SeesThroughWalls => false;

    /// <summary>The actions there are: the first so many.</summary>
    public virtual int Actions => Moves.Count;

    /// <summary>The things that move by themselves.</summary>
    public virtual int Obstacles => 0;

    /// <summary>Whether the task may pay less than 0.</summary>
    public virtual bool Punishes => false;

    /// <summary>Draws a layout: the map, the agent and the mission.</summary>
    public abstract void Draw(World world);

    /// <summary>Finds again what the task needs to know beside the map, after a state was written.</summary>
    public virtual void Recall(World world) { }

    /// <summary>Takes a step, whose number is counted already.</summary>
    public virtual TaskResult Take(World world, int action) => Plain(world, action);

    /// <summary>The step as most tasks have it: a goal pays and ends, lava ends.</summary>
    protected TaskResult Plain(World world, int action) => Moves.Take(world, action) switch
    {
        MoveEnd.Goal => new TaskResult(Success(world), true),
        MoveEnd.Lava => new TaskResult(0, true),
        _ => default,
    };

    /// <summary>What success pays: the less, the later it comes.</summary>
    protected double Success(World world) => 1 - (LostByTheEnd * ((double)world.Steps / MaxSteps));
}
