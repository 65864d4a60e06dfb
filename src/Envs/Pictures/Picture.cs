namespace FedPG.Envs.Pictures;

/// <summary>A picture: shapes on paper, the first at the bottom. Immutable.</summary>
/// <param name="Width">The width in units (<see cref="Shape"/>), above 0.</param>
/// <param name="Height">The height in units, above 0.</param>
/// <param name="Shapes">What is drawn.</param>
public sealed record Picture(float Width, float Height, IReadOnlyList<Shape> Shapes);
