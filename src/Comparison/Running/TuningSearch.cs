using FedPG.Comparison.Plan;
using FedPG.Core.Statistics;

namespace FedPG.Comparison.Running;

/// <summary>
/// The search for one algorithm's settings: the whole grid first; then, as long as the best point lies at an end of a key's values, one
/// value more beyond that end, in the ratio of the two next to it, with the other keys at their
/// best. Ties go to the point tried first. Deterministic.
/// </summary>
internal sealed class TuningSearch
{
    private readonly TuningKey[] _keys;
    private readonly List<string[]> _points = [];
    private readonly Dictionary<string, double> _figures = [];
    private readonly HashSet<(int Key, bool Above)> _closed = [];
    private readonly HashSet<string> _rejected = [];
    private readonly HashSet<int> _rounded = [];
    private readonly int[] _extensions;
    private (int Key, bool Above, string Value)? _tried;

    public TuningSearch(IReadOnlyList<TuningKey> keys)
    {
        (_keys, _extensions) = ([.. keys], new int[keys.Count * 2]);
        if (keys.Count > 0) Pending = [.. Grid(0, [])];
    }

    /// <summary>Points that wait for their figures.</summary>
    public IReadOnlyList<string[]> Pending { get; private set; } = [];

    /// <summary>The keys whose best value lies at an end of what was tried, though the grid was extended as often as it may.</summary>
    public IReadOnlyList<string> AtEdge { get; private set; } = [];

    /// <summary>Every point tried, with its figure.</summary>
    public IEnumerable<(IReadOnlyList<Setting> Settings, double Figure)> Tried => _points.Select(p => (Settings(p), _figures[Key(p)]));

    /// <summary>The settings of a point.</summary>
    public IReadOnlyList<Setting> Settings(string[] point) => [.. _keys.Select((key, k) => new Setting(key.Path, point[k]))];

    /// <summary>The settings of the best point; none without keys.</summary>
    public IReadOnlyList<Setting> Best => _points.Count == 0 ? [] : Settings(BestPoint());

    /// <summary>Takes what the runs of a pending point gave, over seeds; null where the experiment does not allow the point.</summary>
    public void Report(string[] point, IReadOnlyList<double>? figures)
    {
        if (figures is null)
        {
            _rejected.Add(Key(point));
            return;
        }
        _points.Add(point);
        _figures[Key(point)] = Intervals.InterquartileMean(figures);
    }

    /// <summary>Decides what to try next, once all pending points are reported.</summary>
    public void Advance()
    {
        CloseRejected();
        Pending = [];
        AtEdge = [];
        if (_points.Count == 0) return;
        string[] best = BestPoint();
        var edges = new List<string>();
        for (int k = 0; k < _keys.Length && Pending.Count == 0; k++)
        {
            if (!_keys[k].IsExtensible) continue;
            bool above = best[k] == _keys[k].Values[^1], below = best[k] == _keys[k].Values[0];
            if ((!above && !below) || _closed.Contains((k, above))) continue;
            if (_keys[k].IsWorkOfARound)
            {
                edges.Add(new Setting(_keys[k].Path, best[k]).ToString());
                continue;
            }
            // Nothing lies beyond: the end is the natural one.
            if (_keys[k].Beyond(above, _rounded.Contains(k)) is not { } value) continue;
            if (_extensions[(2 * k) + (above ? 1 : 0)]++ >= TuningKey.MaxExtensions)
            {
                edges.Add(new Setting(_keys[k].Path, best[k]).ToString());
                continue;
            }
            _keys[k] = _keys[k].With(value);
            string[] point = [.. best];
            point[k] = value;
            Pending = [point];
            _tried = (k, above, value);
        }
        AtEdge = edges;
    }

    /// <summary>
    /// A value that the experiment refuses is the end of what there is to try; but where it may have been refused for its fraction (the
    /// ratio of whole numbers gave one), whole numbers are tried from then on.
    /// </summary>
    private void CloseRejected()
    {
        if (_tried is not { } tried || !Pending.Any(p => _rejected.Contains(Key(p)))) return;
        _keys[tried.Key] = _keys[tried.Key] with { Values = [.. _keys[tried.Key].Values.Where(v => v != tried.Value)] };
        bool fraction = tried.Value.Contains('.', StringComparison.Ordinal) && _keys[tried.Key].IsWhole;
        if (!fraction || !_rounded.Add(tried.Key)) _closed.Add((tried.Key, tried.Above));
    }

    /// <summary>
    /// The point of the lowest figure; where everything diverged, the one of the smallest value, because smaller steps diverge less.
    /// </summary>
    private string[] BestPoint()
    {
        string[] best = _points.MinBy(p => _figures[Key(p)])!;
        int key = Array.FindIndex(_keys, k => k.IsExtensible);
        return double.IsFinite(_figures[Key(best)]) || key < 0 ? best : _points.MinBy(p => _keys[key].Values.ToList().IndexOf(p[key]))!;
    }

    private IEnumerable<string[]> Grid(int key, string[] chosen) =>
        key == _keys.Length ? [chosen] : _keys[key].Values.SelectMany(value => Grid(key + 1, [.. chosen, value]));

    private static string Key(string[] point) => string.Join('\n', point);
}
