namespace FedPG.Envs.ToyText;

/// <summary>A state of <c>Taxi-v4</c>, taken apart.</summary>
/// <param name="Row">The taxi's row, 0 to 4 from the top.</param>
/// <param name="Column">The taxi's column, 0 to 4.</param>
/// <param name="Passenger">Where the passenger is: a place 0 to 3, or <see cref="InTaxi"/>.</param>
/// <param name="Destination">Where they want to go: a place 0 to 3.</param>
internal readonly record struct TaxiState(int Row, int Column, int Passenger, int Destination)
{
    /// <summary>The number of states.</summary>
    public const int Count = 500;

    /// <summary>The number for a passenger on board.</summary>
    public const int InTaxi = 4;

    /// <summary>The side of the map.</summary>
    public const int Side = 5;

    /// <summary>The four places R, G, Y, B as (row, column).</summary>
    public static IReadOnlyList<(int Row, int Column)> Places { get; } = [(0, 0), (0, 4), (4, 0), (4, 3)];

    /// <summary>The letters of the places.</summary>
    public const string PlaceNames = "RGYB";

    /// <summary>What lies between the columns of each row: ':' can be passed, '|' is a wall; character c lies east of column c.</summary>
    private static readonly string[] Passages = [":|::", ":|::", "::::", "|:|:", "|:|:"];

    /// <summary>All states in their order.</summary>
    public static IEnumerable<TaxiState> All => Enumerable.Range(0, Count).Select(Of);

    /// <summary>The state's number.</summary>
    public int Index => ((((Row * Side) + Column) * 5) + Passenger) * 4 + Destination;

    /// <summary>Whether the passenger is on board.</summary>
    public bool OnBoard => Passenger == InTaxi;

    /// <summary>Whether the taxi has just delivered the passenger: taxi and passenger are at the destination.</summary>
    public bool Delivered => Passenger == Destination && At(Destination);

    /// <summary>The place the taxi stands at, or -1.</summary>
    public int Place
    {
        get
        {
            for (int p = 0; p < Places.Count; p++)
            {
                if (At(p)) return p;
            }
            return -1;
        }
    }

    /// <summary>The state of a number.</summary>
    /// <param name="index">0 to 499.</param>
    public static TaxiState Of(int index) => new(index / 100, index / 20 % Side, index / 4 % 5, index % 4);

    /// <summary>Whether a wall stands between a square and its eastern neighbour.</summary>
    /// <param name="row">0 to 4.</param>
    /// <param name="column">0 to 3.</param>
    public static bool HasWallToTheEast(int row, int column) => Passages[row][column] == '|';

    /// <summary>Whether the taxi stands at a place.</summary>
    public bool At(int place) => place < Places.Count && Places[place] == (Row, Column);

    /// <summary>Whether a move in a direction (0 south, 1 north, 2 east, 3 west) leads to another square.</summary>
    public bool CanMove(int direction) => direction switch
    {
        0 => Row < Side - 1,
        1 => Row > 0,
        2 => Column < Side - 1 && !HasWallToTheEast(Row, Column),
        _ => Column > 0 && !HasWallToTheEast(Row, Column - 1),
    };

    /// <summary>The state after a move; the same where it is blocked.</summary>
    public TaxiState Move(int direction)
    {
        if (!CanMove(direction)) return this;
        return direction switch
        {
            0 => this with { Row = Row + 1 },
            1 => this with { Row = Row - 1 },
            2 => this with { Column = Column + 1 },
            _ => this with { Column = Column - 1 },
        };
    }
}
