using System.Globalization;
using FedPG.Experiments.Protobuf;

namespace FedPG.Experiments.TensorBoard;

/// <summary>
/// Writes the events of TensorBoard: messages <c>Event</c> of tensorflow's event.proto in a file of records. Wall times are seconds
/// since the Unix epoch with their fractions. Not thread-safe.
/// </summary>
internal sealed class EventWriter : IDisposable
{
    /// <summary>How the files are called; between prefix and rest stands the second in which they were made.</summary>
    public const string FilePrefix = "events.out.tfevents.";

    // Fields of Event.
    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5, SessionLog = 7;

    // The field of Summary, and fields of its values.
    private const int Value = 1, Tag = 1, Tensor = 8, Metadata = 9;

    // Fields and values of TensorProto and of SummaryMetadata.
    private const int Type = 1, Shape = 2, Content = 4, FloatValues = 5, StringValues = 8, Float = 1, Double = 2, String = 7,
        TensorClass = 2, BlobClass = 3;

    private readonly TimeProvider _time;
    private readonly RecordFile _file;
    private readonly ProtoBuffer _event = new(), _summary = new();

    /// <summary>Makes the next file of a folder, which sorts after those that are there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock.</param>
    public EventWriter(string folder, TimeProvider time)
    {
        _time = time;
        string[] names = [.. Directory.EnumerateFiles(folder, FilePrefix + "*").Select(file => Path.GetFileName(file))];
        long second = Math.Max(time.GetUtcNow().ToUnixTimeSeconds(), names.Select(SecondOf).DefaultIfEmpty().Max());
        string name = string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{second:D10}.{names.Length:D4}.fedpg");
        _file = new RecordFile(Path.Combine(folder, name));
        Append(Begin(0).Text(FileVersion, "brain.Event:2"));
    }

    /// <summary>Seconds since the Unix epoch.</summary>
    public double Now => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Says that a run goes on: readers forget what they have of this step and later ones.</summary>
    /// <param name="step">The first step that follows.</param>
    public void GoOn(long step) => Append(Begin(step).Message(SessionLog, new ProtoBuffer().Whole(1, 1)));

    /// <summary>Adds a value of a curve to the next <see cref="WriteScalars"/>.</summary>
    /// <param name="tag">The curve.</param>
    /// <param name="value">The value; no point where there is none.</param>
    public void Add(string tag, double? value)
    {
        if (value is { } number) _summary.NamedFloat(Value, tag, (float)number);
    }

    /// <summary>Writes all that was added, as one event.</summary>
    /// <param name="step">Their step.</param>
    public void WriteScalars(long step)
    {
        Append(Begin(step).Message(Summary, _summary));
        _summary.Clear();
    }

    /// <summary>Writes a text, in Markdown.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="text">The text.</param>
    public void WriteText(string tag, string text)
    {
        ProtoBuffer tensor = new ProtoBuffer().Whole(Type, String).Message(Shape, VectorOfOne()).Text(StringValues, text);
        WriteTensor(tag, "text", new ProtoBuffer(), tensor);
    }

    /// <summary>Writes a message of a plug-in of TensorBoard, which has no value beside its metadata.</summary>
    /// <param name="tag">Its tag.</param>
    /// <param name="plugin">The plug-in.</param>
    /// <param name="content">The message.</param>
    public void WriteMetadata(string tag, string plugin, ProtoBuffer content) =>
        WriteTensor(tag, plugin, content, new ProtoBuffer().Whole(Type, Float).Message(Shape, VectorOfOne()).Floats(FloatValues, 0));

    /// <summary>Adds how numbers are spread to the next <see cref="WriteScalars"/>.</summary>
    /// <param name="tag">Their tag.</param>
    /// <param name="values">The numbers.</param>
    public void AddHistogram(string tag, ReadOnlySpan<double> values)
    {
        byte[] rows = Histogram.Of(values);
        if (rows.Length == 0) return;
        ProtoBuffer shape = new ProtoBuffer().Message(2, new ProtoBuffer().Whole(1, rows.Length / 3 / sizeof(double)))
            .Message(2, new ProtoBuffer().Whole(1, 3));
        ProtoBuffer tensor = new ProtoBuffer().Whole(Type, Double).Message(Shape, shape).Bytes(Content, rows);
        _summary.Message(Value, TensorValue(tag, "histograms", new ProtoBuffer(), tensor, TensorClass));
    }

    /// <summary>Writes a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="step">Its step.</param>
    public void WriteImage(PolicyPicture picture, long step)
    {
        ProtoBuffer tensor = new ProtoBuffer().Whole(Type, String)
            .Message(Shape, new ProtoBuffer().Message(2, new ProtoBuffer().Whole(1, 3)))
            .Text(StringValues, picture.Width.ToString(CultureInfo.InvariantCulture))
            .Text(StringValues, picture.Height.ToString(CultureInfo.InvariantCulture)).Bytes(StringValues, picture.Bytes);
        WriteTensor(picture.Tag, "images", new ProtoBuffer(), tensor, step, BlobClass);
    }

    /// <summary>Hands all events to the system.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _event.Dispose();
        _summary.Dispose();
    }

    private void WriteTensor(
        string tag, string plugin, ProtoBuffer content, ProtoBuffer tensor, long step = 0, int dataClass = TensorClass) =>
        Append(Begin(step).Message(Summary, new ProtoBuffer().Message(Value, TensorValue(tag, plugin, content, tensor, dataClass))));

    private static ProtoBuffer TensorValue(string tag, string plugin, ProtoBuffer content, ProtoBuffer tensor, int dataClass)
    {
        ProtoBuffer metadata = new ProtoBuffer().Message(1, new ProtoBuffer().Text(1, plugin).Message(2, content)).Whole(4, dataClass);
        return new ProtoBuffer().Text(Tag, tag).Message(Tensor, tensor).Message(Metadata, metadata);
    }

    private static ProtoBuffer VectorOfOne() => new ProtoBuffer().Message(2, new ProtoBuffer().Whole(1, 1));

    private ProtoBuffer Begin(long step) => _event.Clear().Number(WallTime, Now).Whole(Step, step);

    private void Append(ProtoBuffer message) => _file.Append(message.Written.Span);

    private static long SecondOf(string name) =>
        long.TryParse(name.AsSpan(FilePrefix.Length).ToString().Split('.')[0], CultureInfo.InvariantCulture, out long second) ? second : 0;
}
