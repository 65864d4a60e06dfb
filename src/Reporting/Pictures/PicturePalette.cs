using FedPG.Envs.Pictures;

namespace FedPG.Reporting.Pictures;

/// <summary>What the roles of colours look like, as 0xRRGGBB: on paper, and behind black text in a terminal.</summary>
internal static class PicturePalette
{
    /// <summary>Values: from almost white to a blue that black is still legible on.</summary>
    private static readonly (double R, double G, double B)[] Ramp = [(247, 251, 255), (198, 219, 239), (126, 180, 220), (66, 139, 202)];

    private static readonly uint[] Kinds = [0xe8867f, 0x8fd19e, 0xf2dc7a, 0x8fb8e8];

    /// <summary>Red, green, blue, purple, yellow, grey.</summary>
    private static readonly uint[] Pigments = [0xd62728, 0x2ca02c, 0x2f6fd6, 0x7027c3, 0xe3c012, 0x7a7a7a];

    /// <summary>A colour in an image.</summary>
    public static uint OnPaper(PictureColour colour) => colour.Role switch
    {
        ColourRole.Paper => 0xffffff,
        ColourRole.Muted => 0x8a8a8a,
        ColourRole.GridLine => 0xb9c3cc,
        ColourRole.Ground => 0xdfe6ea,
        ColourRole.Highlight => 0xfbe3d6,
        ColourRole.Wall => 0x4a4a4a,
        ColourRole.Hole or ColourRole.Action => 0x38577a,
        ColourRole.Hazard or ColourRole.Part => 0xf28e2b,
        ColourRole.HazardMark => 0xb5412b,
        ColourRole.Cliff => 0xa9794f,
        ColourRole.CliffMark => 0x6d4a2c,
        ColourRole.Goal => 0x2f9e52,
        ColourRole.OtherGoal => 0xa8d5b5,
        ColourRole.Agent => 0xc8372d,
        ColourRole.Vehicle => 0xf2c230,
        ColourRole.Bar => 0x9ab8d8,
        ColourRole.NegativeBar => 0xe2a29b,
        ColourRole.BarGround => 0xeef1f4,
        ColourRole.Kind => Kinds[(int)Math.Clamp(colour.Share, 0, Kinds.Length - 1)],
        ColourRole.Value => Shade(colour.Share),
        ColourRole.Pigment => Pigments[(int)Math.Clamp(colour.Share, 0, Pigments.Length - 1)],
        _ => 0x1a1a1a,
    };

    /// <summary>A colour behind the text of a terminal: light, so that black is legible on it.</summary>
    public static uint BehindText(PictureColour colour) => colour.Role switch
    {
        ColourRole.Wall => 0x404040,
        ColourRole.Hole => 0x8fa3b8,
        ColourRole.Cliff => 0xb58863,
        ColourRole.Goal => 0x7ccf8a,
        ColourRole.Pigment => Lighter(OnPaper(colour)),
        _ => OnPaper(colour),
    };

    /// <summary>Half of the way to white.</summary>
    private static uint Lighter(uint colour) => ((colour >> 1) & 0x7f7f7f) + 0x7f7f7f;

    private static uint Shade(double share)
    {
        double place = Math.Clamp(double.IsFinite(share) ? share : 0, 0, 1) * (Ramp.Length - 1);
        int below = Math.Min((int)place, Ramp.Length - 2);
        double t = place - below;
        ((double r0, double g0, double b0), (double r1, double g1, double b1)) = (Ramp[below], Ramp[below + 1]);
        return (Mixed(r0, r1) << 16) | (Mixed(g0, g1) << 8) | Mixed(b0, b1);

        uint Mixed(double from, double to) => (uint)Math.Round(from + (t * (to - from)));
    }
}
