using System.Numerics;
using FedPG.Core.Streams;
using FedPG.Envs;
using FedPG.Policies.Options;

namespace FedPG.Policies.Episodic;

/// <summary>
/// Features f(o) of what is observed that values are linear in: V(o) = sum over m of f_m(o) theta_m, Q(o, a) = sum over m of f_m(o)
/// theta[m, a]. They are scaled so that ||f|| is at most 1: a step of size eta in (0, 1] then moves the value of what was seen by a share
/// eta of the error at most. Immutable; a
/// <see cref="Writer"/> has the room to compute them.
/// </summary>
internal sealed class ObservationFeatures
{
    private readonly Func<Action<double[], double[]>> _create;

    private ObservationFeatures(int inputs, int count, FeatureMap map, Func<Action<double[], double[]>> create) =>
        (Inputs, Count, Map, _create) = (inputs, count, map, create);

    /// <summary>The features as numbers, for those who compute them elsewhere.</summary>
    internal FeatureMap Map { get; }

    /// <summary>The numbers that are seen of an observation.</summary>
    public int Inputs { get; }

    /// <summary>m, the number of features.</summary>
    public int Count { get; }

    /// <summary>What is seen itself, one-hot numbers: a table where one whole number is observed.</summary>
    /// <param name="encoding">What is seen of a discrete observation.</param>
    public static ObservationFeatures OneHot(ObservationEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        double scale = 1 / Math.Sqrt(encoding.ActiveNumbers);
        return new ObservationFeatures(encoding.Size, encoding.Size, new FeatureMap(scale, null), () => (seen, features) =>
        {
            for (int k = 0; k < seen.Length; k++) features[k] = scale * seen[k];
        });
    }

    /// <summary>1 and the numbers seen, each brought to [-1, 1].</summary>
    /// <param name="scales">The ranges of the numbers.</param>
    public static ObservationFeatures Coordinates(ObservationScales scales)
    {
        ArgumentNullException.ThrowIfNull(scales);
        double scale = 1 / Math.Sqrt(1 + scales.Count);
        return new ObservationFeatures(scales.Count, 1 + scales.Count, new FeatureMap(scale, scales.Ranges), () => (seen, features) =>
        {
            features[0] = scale;
            for (int k = 0; k < seen.Length; k++) features[k + 1] = scale * ((2 * scales.Unit(k, seen[k])) - 1);
        });
    }

    /// <summary>How many features the cosine basis has; beyond <see cref="int.MaxValue"/> that many.</summary>
    public static int FourierCount(int inputs, int order)
    {
        long count = 1;
        for (int k = 0; k < inputs && count <= int.MaxValue; k++) count *= order + 1;
        return (int)Math.Min(count, int.MaxValue);
    }

    /// <summary>
    /// The cosine basis: cos(pi c.x) for all c in {0, ..., order}^inputs, x the numbers seen brought to [0, 1] (Konidaris, Osentoski and
    /// Thomas, "Value function approximation in reinforcement learning using the Fourier basis", AAAI 2011).
    /// </summary>
    /// <param name="scales">The ranges of the numbers.</param>
    /// <param name="order">The highest frequency of each number, 0 or more.</param>
    public static ObservationFeatures Fourier(ObservationScales scales, int order)
    {
        ArgumentNullException.ThrowIfNull(scales);
        int count = FourierCount(scales.Count, order);
        double scale = 1 / Math.Sqrt(count);
        return new ObservationFeatures(scales.Count, count,
            new FeatureMap(scale, scales.Ranges) { Frequencies = FrequenciesOf(scales.Count, order, count) }, () =>
        {
            // e^(i pi c.x) as products over the numbers, of which the real part is kept.
            Complex[] products = new Complex[count], powers = new Complex[order + 1];
            return (seen, features) =>
            {
                products[0] = scale;
                for (int k = 0, filled = 1; k < seen.Length; k++, filled *= order + 1)
                {
                    for (int c = 0; c <= order; c++)
                    {
                        (double sine, double cosine) = Math.SinCos(Math.PI * c * scales.Unit(k, seen[k]));
                        powers[c] = new Complex(cosine, sine);
                    }
                    for (int c = order; c >= 0; c--)
                    {
                        for (int p = 0; p < filled; p++) products[(c * filled) + p] = products[p] * powers[c];
                    }
                }
                for (int m = 0; m < count; m++) features[m] = products[m].Real;
            };
        });
    }

    /// <summary>
    /// A constant and random Fourier features cos(w.x + b) with w normal of deviation 1 / width and b uniform on a circle, x the numbers
    /// seen brought to [0, 1]: what a Gaussian kernel of that width is approximated by (Rahimi and Recht, "Random features for large-scale
    /// kernel machines", NIPS 2007).
    /// </summary>
    /// <param name="scales">The ranges of the numbers.</param>
    /// <param name="count">m, the constant included.</param>
    /// <param name="width">The width, above 0.</param>
    /// <param name="instance">The seed of the draw.</param>
    public static ObservationFeatures Random(ObservationScales scales, int count, double width, long instance)
    {
        ArgumentNullException.ThrowIfNull(scales);
        double scale = 1 / Math.Sqrt(count);
        int inputs = scales.Count;
        double[] frequencies = new double[count * inputs], phases = new double[count];
        for (int m = 1; m < count; m++)
        {
            var key = new StreamKey(instance, StreamPurpose.Initialisation, m, 0, 0);
            Normals.Fill(key, 0, 0, frequencies.AsSpan(m * inputs, inputs));
            for (int k = 0; k < inputs; k++) frequencies[(m * inputs) + k] /= width;
            phases[m] = 2 * Math.PI * new RandomSequence(key, 1).NextDouble();
        }
        var map = new FeatureMap(scale, scales.Ranges) { Frequencies = frequencies, Phases = phases };
        return new ObservationFeatures(inputs, count, map, () =>
        {
            double[] x = new double[inputs];
            return (seen, features) =>
            {
                for (int k = 0; k < x.Length; k++) x[k] = scales.Unit(k, seen[k]);
                for (int m = 0; m < count; m++)
                {
                    double angle = phases[m];
                    for (int k = 0; k < x.Length; k++) angle += frequencies[(m * inputs) + k] * x[k];
                    features[m] = scale * Math.Cos(angle);
                }
            };
        });
    }

    /// <summary>pi c of every feature of the cosine basis, [m, inputs]: the first number's frequency changes fastest.</summary>
    private static double[] FrequenciesOf(int inputs, int order, int count)
    {
        double[] frequencies = new double[count * inputs];
        for (int m = 0; m < count; m++)
        {
            for (int k = 0, left = m; k < inputs; k++, left /= order + 1) frequencies[(m * inputs) + k] = Math.PI * (left % (order + 1));
        }
        return frequencies;
    }

    /// <summary>What computes the features; serves one thread.</summary>
    public Writer CreateWriter() => new(this);

    /// <summary>The room to compute features.</summary>
    /// <param name="features">Which.</param>
    public sealed class Writer(ObservationFeatures features)
    {
        private readonly Action<double[], double[]> _write = features._create();
        private readonly double[] _seen = new double[features.Inputs];

        /// <summary>Computes the features of one observation.</summary>
        /// <param name="seen">What is seen of it, as many numbers as <see cref="Inputs"/>.</param>
        /// <param name="into">The features, [m], overwritten.</param>
        public void Write<T>(ReadOnlySpan<T> seen, double[] into)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int k = 0; k < _seen.Length; k++) _seen[k] = double.CreateTruncating(seen[k]);
            _write(_seen, into);
        }
    }
}

/// <summary>
/// Features as numbers: what is seen itself; 1 and 2 u - 1 with u the numbers seen brought to [0, 1]; or cos(F u + phases). All are
/// multiplied by a scale.
/// </summary>
/// <param name="Scale">The scale.</param>
/// <param name="Units">How numbers are brought to [0, 1]: low end and width, or null for a number without; null where they are not.</param>
internal sealed record FeatureMap(double Scale, IReadOnlyList<(double Low, double Width)?>? Units)
{
    /// <summary>F, [m, inputs] row by row; null where features are no cosines.</summary>
    public double[]? Frequencies { get; init; }

    /// <summary>The phases, [m]; null for 0.</summary>
    public double[]? Phases { get; init; }
}

/// <summary>
/// How the numbers of an observation are brought to [0, 1]: one with bounds linearly, and clipped to them; one without, or with bounds of
/// its space wider than 1e9, by 1/2 + x / (2 (1 + |x|)). Immutable.
/// </summary>
internal sealed class ObservationScales
{
    private readonly (double Low, double Width)?[] _ranges;

    /// <summary>The scales of a box.</summary>
    /// <param name="box">The observation space.</param>
    /// <param name="given">
    /// Bounds [low, high] in the place of the box's, one a number, of any finite width; null for those of the box.
    /// </param>
    /// <exception cref="ArgumentException">Given bounds are not as many as the numbers, or are none.</exception>
    public ObservationScales(Box box, IReadOnlyList<(double Low, double High)>? given)
    {
        ArgumentNullException.ThrowIfNull(box);
        if (given is not null && (given.Count != box.Size || !given.All(FeatureBounds.IsRange)))
            throw new ArgumentException($"{box.Size} ranges of a finite width above 0 are needed", nameof(given));
        _ranges = given is null
            ? [.. Enumerable.Range(0, box.Size).Select(k => Range(box.Low[k], box.High[k]))]
            : [.. given.Select(range => (range.Low, range.High - range.Low))];
    }

    /// <summary>The numbers.</summary>
    public int Count => _ranges.Length;

    /// <summary>The low end and the width of each number's range; null for a number without.</summary>
    internal IReadOnlyList<(double Low, double Width)?> Ranges => _ranges;

    /// <summary>A number brought to [0, 1].</summary>
    /// <param name="number">Which.</param>
    /// <param name="value">The number.</param>
    public double Unit(int number, double value) =>
        _ranges[number] is var (low, width) ? Math.Clamp((value - low) / width, 0, 1) : 0.5 + (0.5 * value / (1 + Math.Abs(value)));

    /// <summary>A space's bounds as wide as floating-point numbers go say nothing.</summary>
    private static (double Low, double Width)? Range(double low, double high)
    {
        const double widest = 1e9;
        double width = high - low;
        return width > 0 && width <= widest ? (low, width) : null;
    }
}
