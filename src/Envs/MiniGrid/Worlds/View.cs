using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedPG.Envs.MiniGrid.Worlds;

/// <summary>
/// What an agent sees: seven by seven cells in front of it, turned so that it looks up, itself in the middle of the last row. Light spreads
/// from the agent row by row, within a row to both sides, and through cells that let it through to the row beyond.
/// </summary>
internal sealed class View
{
    /// <summary>The cells of a side.</summary>
    public const int Side = 7;

    /// <summary>The numbers of an image, [Side][Side][3].</summary>
    public const int Size = Side * Side * Cell.Channels;

    /// <summary>The numbers of a cell whose object, colour and state are one-hot.</summary>
    public const int OneHot = Cell.Objects + Cell.Colours + Cell.States;

    private const int Lane = 8, Row = (1 << Side) - 1;

    /// <summary>The agent's own column and row.</summary>
    private const int OwnColumn = Side / 2, OwnRow = Side - 1;

    /// <summary>For each set of cells of a row a byte of ones where a cell belongs to it.</summary>
    private static readonly ulong[] Masks = MakeMasks();

    /// <summary>The cells seen, rows of eight, of which seven are used.</summary>
    private readonly byte[] _seen = new byte[Lane * Lane];

    /// <summary>Writes the image, [column][row][object, colour, state].</summary>
    /// <param name="world">Where the agent is.</param>
    /// <param name="throughWalls">Whether walls and closed doors hide nothing.</param>
    /// <param name="image">Takes <see cref="Size"/> numbers.</param>
    public void Write(World world, bool throughWalls, Span<double> image)
    {
        Gather(world);
        if (!throughWalls) Hide();
        _seen[(OwnRow * Lane) + OwnColumn] = world.Carried == 0 ? Cell.Empty : world.Carried;
        Show(image);
    }

    /// <summary>Writes an image with objects, colours and states one-hot, side by side.</summary>
    /// <param name="image">[<see cref="Size"/>], as <see cref="Write"/> writes it.</param>
    /// <param name="seen">[column][row][<see cref="OneHot"/>], overwritten.</param>
    public static void WriteOneHot(ReadOnlySpan<double> image, Span<double> seen)
    {
        seen.Clear();
        for (int k = 0, at = 0; k < Size; k += Cell.Channels, at += OneHot)
        {
            seen[at + (int)image[k]] = 1;
            seen[at + Cell.Objects + (int)image[k + 1]] = 1;
            seen[at + Cell.Objects + Cell.Colours + (int)image[k + 2]] = 1;
        }
    }

    private void Gather(World world)
    {
        CellMap map = world.Map;
        (int dx, int dy) = World.Ways[world.Direction];
        int ahead = (dx * map.Stride) + dy, right = (dx * 1) - (dy * map.Stride);
        int corner = map.Place(world.X, world.Y) + (OwnRow * ahead) - (OwnColumn * right);
        ReadOnlySpan<byte> cells = map.Cells;
        Span<byte> seen = _seen;
        for (int j = 0; j < Side; j++, corner -= ahead)
        {
            Span<byte> row = seen.Slice(j * Lane, Side);
            int at = corner;
            for (int i = 0; i < row.Length; i++, at += right) row[i] = cells[at];
        }
    }

    /// <summary>Makes cells that no light falls on unseen.</summary>
    private void Hide()
    {
        int lit = 1 << OwnColumn;
        for (int j = OwnRow; j >= 0; j--)
        {
            Span<byte> bytes = _seen.AsSpan(j * Lane, Lane);
            ulong row = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            // The highest bit of each byte, gathered into one byte.
            int opaque = (int)((((row & 0x8080808080808080) >> 7) * 0x0102040810204080) >> 56);
            int clear = ~opaque & Row, beyond;
            // Light that enters a clear cell goes on through all clear cells beside it, in three doublings, and falls on the next one.
            int reached = lit & clear, run = clear & (clear << 1);
            reached |= clear & (reached << 1);
            reached |= run & (reached << 2);
            reached |= run & (run << 2) & (reached << 4);
            reached &= Row >> 1;
            lit |= reached << 1;
            beyond = reached | (reached << 1);
            reached = lit & clear;
            run = clear & (clear >> 1);
            reached |= clear & (reached >> 1);
            reached |= run & (reached >> 2);
            reached |= run & (run >> 2) & (reached >> 4);
            reached &= Row - 1;
            lit |= reached >> 1;
            beyond |= reached | (reached >> 1);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, row & Masks[lit & Row]);
            lit = beyond;
        }
    }

    private void Show(Span<double> image)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(image.Length, Size);
        ref double numbers = ref MemoryMarshal.GetArrayDataReference(Cell.Numbers), target = ref MemoryMarshal.GetReference(image);
        ref byte seen = ref MemoryMarshal.GetArrayDataReference(_seen);
        for (int i = 0; i < Side; i++)
        {
            for (int j = 0; j < Side; j++)
            {
                // Four numbers at once: the fourth is overwritten by the next cell.
                if (i == Side - 1 && j == Side - 1) break;
                int cell = Unsafe.Add(ref seen, (j * Lane) + i);
                Vector256.LoadUnsafe(ref numbers, (nuint)(4 * cell)).StoreUnsafe(ref target, (nuint)(Cell.Channels * ((i * Side) + j)));
            }
        }
        int last = _seen[(Lane * Side) - 2];
        Cell.Numbers.AsSpan(4 * last, Cell.Channels).CopyTo(image[(Size - Cell.Channels)..]);
    }

    private static ulong[] MakeMasks()
    {
        ulong[] masks = new ulong[Row + 1];
        for (int set = 0; set < masks.Length; set++)
        {
            for (int k = 0; k < Side; k++)
            {
                if (((set >> k) & 1) != 0) masks[set] |= 0xFFUL << (8 * k);
            }
        }
        return masks;
    }
}
