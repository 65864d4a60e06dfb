namespace FedPG.Experiments.TensorBoard;

/// <summary>A picture in the form of its file.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height.</param>
/// <param name="Bytes">PNG or GIF.</param>
internal sealed record PolicyPicture(string Tag, int Width, int Height, byte[] Bytes);

/// <summary>Draws policies while they are trained. Called from another thread than the one that trains, one call at a time.</summary>
internal interface IPolicyPainter
{
    /// <summary>Draws the first agent's policy.</summary>
    /// <param name="rounds">The rounds that are done.</param>
    /// <param name="theta">thetabar, [d].</param>
    /// <param name="own">The parameters that serve the first agent, where they are others; else null.</param>
    /// <returns>The picture; null where there is nothing to draw.</returns>
    PolicyPicture? Paint(int rounds, double[] theta, double[]? own);
}

/// <summary>What may know a painter.</summary>
internal interface IPainterSource
{
    /// <summary>Gets the painter; null where there is none.</summary>
    IPolicyPainter? Painter { get; }
}
