namespace FedPG.Envs.Pictures;

/// <summary>What a colour of a picture says. What it looks like is up to whoever shows the picture.</summary>
public enum ColourRole
{
    /// <summary>Lines and text.</summary>
    Ink,

    /// <summary>The background.</summary>
    Paper,

    /// <summary>Text and parts that matter less.</summary>
    Muted,

    /// <summary>Lines between cells.</summary>
    GridLine,

    /// <summary>The ground that things stand on.</summary>
    Ground,

    /// <summary>Where the episode is, behind text.</summary>
    Highlight,

    /// <summary>What nobody passes.</summary>
    Wall,

    /// <summary>A hole.</summary>
    Hole,

    /// <summary>What hurts, such as lava.</summary>
    Hazard,

    /// <summary>Marks on <see cref="Hazard"/>.</summary>
    HazardMark,

    /// <summary>A cliff.</summary>
    Cliff,

    /// <summary>Marks on <see cref="Cliff"/>.</summary>
    CliffMark,

    /// <summary>What is to be reached.</summary>
    Goal,

    /// <summary>What another agent is to reach.</summary>
    OtherGoal,

    /// <summary>What acts, and limits that end an episode.</summary>
    Agent,

    /// <summary>What an action does.</summary>
    Action,

    /// <summary>A moving part.</summary>
    Part,

    /// <summary>A car.</summary>
    Vehicle,

    /// <summary>A positive number as a bar.</summary>
    Bar,

    /// <summary>A negative number as a bar.</summary>
    NegativeBar,

    /// <summary>What a bar may fill.</summary>
    BarGround,

    /// <summary>One of some kinds of things: <see cref="PictureColour.Share"/> is its number 0, 1, 2 or 3.</summary>
    Kind,

    /// <summary>A value: <see cref="PictureColour.Share"/> is its place between the least (0) and the largest (1).</summary>
    Value,

    /// <summary>A colour as such: <see cref="PictureColour.Share"/> is 0 red, 1 green, 2 blue, 3 purple, 4 yellow or 5 grey.</summary>
    Pigment,
}
