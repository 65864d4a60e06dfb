using System.Text;
using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Tests.Fuzzing;

/// <summary>
/// Makes odd inputs from sound ones. It works on text alone, so that whatever a keyboard can write can come out: values are replaced by
/// others, properties dropped, doubled and renamed, lines cut and moved, bytes flipped.
/// </summary>
/// <param name="seed">Equal seeds make equal inputs.</param>
internal sealed class InputMutator(int seed)
{
    private static readonly string[] Odd =
    [
        "null", "true", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"a\":{\"a\":1}}", "0", "-0.0", "-1", "1", "2.0", "0.5", "1.5", "3", "7",
        "1e-300", "1e300", "-1e308", "1e999", "9007199254740993", "-9223372036854775808", "99999999999999999999", "0.1e1", "2147483648",
        "\"NaN\"", "\"Infinity\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"../../etc\"", "\"exact\"", "\"fedq\"", "\"none\"", "\"task\"",
        "\"CartPole-v1\"", "\"RandomMdp-v0\"", "[1,2,3]", "[0,\"a\"]", "[1e300,-1e300]", "\"map.txt\"", "{\"from\":1,\"to\":2}",
        "{\"from\":1e308,\"to\":-1e308}", "{\"kind\":\"uniform\",\"sample\":2}", "{\"kind\":\"uniform\",\"sample\":-1}", "[[0,1],[2]]",
        "[[0.0,1.0]]", "{\"mdp\":\"nothing.json\"}", "{\"id\":\"GridWorld-v0\",\"options\":null}", "[\"S.\",\".G\"]",
        "[\"\"]", "\"\\u4e2d\"",
        "NaN", "tru", "'x'", "1.", ".5", "+1", "01", "/* */ 1", "1,", "\"a\nb\"", "\u00fc", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]",
    ];

    private readonly Random _random = new(seed);

    private enum Kind
    {
        Value,
        Key,
    }

    /// <summary>A value that is seldom meant.</summary>
    public string OddValue() => Any(Odd);

    /// <summary>One of some items.</summary>
    public T Any<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>Whether a chance of one in so many came true.</summary>
    public bool OneIn(int many) => _random.Next(many) == 0;

    /// <summary>A number from 0 to the given one, which it is not.</summary>
    public int Below(int number) => _random.Next(number);

    /// <summary>A document that is changed in its values, or now and then in its bytes.</summary>
    public byte[] Document(string text) => OneIn(4) ? Bytes(text) : Encoding.UTF8.GetBytes(Values(text));

    /// <summary>Some bytes of a text are changed.</summary>
    public byte[] Bytes(string text)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        for (int changes = 1 + Below(4); changes > 0 && bytes.Count > 1; changes--)
        {
            int at = Below(bytes.Count), length = Math.Min(bytes.Count - at, 1 + Below(20));
            switch (Below(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(OddValue()));
                    break;
                default:
                    bytes[at] = (byte)Below(256);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Some lines of a text are dropped, doubled, cut, swapped or changed in a cell.</summary>
    public string Lines(string text)
    {
        List<string> lines = [.. text.Split('\n')];
        for (int changes = 1 + Below(3); changes > 0 && lines.Count > 0; changes--)
        {
            int at = Below(lines.Count), other = Below(lines.Count);
            string[] cells = lines[at].Split(',');
            switch (Below(5))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(other, lines[at]);
                    break;
                case 2:
                    lines[at] = lines[at][..Below(lines[at].Length + 1)];
                    break;
                case 3:
                    (lines[at], lines[other]) = (lines[other], lines[at]);
                    break;
                default:
                    cells[Below(cells.Length)] = OddValue();
                    lines[at] = string.Join(',', cells);
                    break;
            }
        }
        return string.Join('\n', lines);
    }

    /// <summary>Some words of a text are replaced, dropped or doubled, or its lines are changed.</summary>
    public string Words(string text)
    {
        if (OneIn(3)) return Lines(text);
        List<string> lines = [.. text.Split('\n')];
        for (int changes = 1 + Below(3); changes > 0; changes--)
        {
            int at = Below(lines.Count);
            string[] words = lines[at].Split(' ');
            int word = Below(words.Length);
            words[word] = Below(4) switch
            {
                0 => OddValue(),
                1 => "",
                2 => $"{words[word]} {words[word]}",
                _ => Any(Any(lines).Split(' ')),
            };
            lines[at] = string.Join(' ', words);
        }
        return string.Join('\n', lines);
    }

    /// <summary>Some values of a document are replaced, dropped or doubled, or their keys renamed.</summary>
    public string Values(string text)
    {
        for (int changes = OneIn(2) ? 1 : 1 + Below(3); changes > 0; changes--)
        {
            if (Places(text) is not { Count: > 0 } places) return text;
            (Kind kind, int start, int end) = Any(places);
            string old = text[start..end];
            string changed = kind switch
            {
                Kind.Key => OneIn(2) ? "\"extra\"" : Any(places.Where(p => p.Kind == Kind.Key).Select(p => text[p.Start..p.End]).ToArray()),
                _ when OneIn(4) => TextOf(Any(places)),
                _ when double.TryParse(old, out _) && OneIn(3) => Any((string[])["0", "1", "2", "3.0", "0.5", "0.25", "-1", "1e1"]),
                _ when double.TryParse(old, out _) && OneIn(2) =>
                    Any((string[])["-", "1", ""]) + old + Any((string[])["", "0", "e9", ".5"]),
                _ => OddValue(),
            };
            text = text[..start] + changed + text[end..];

            string TextOf((Kind, int Start, int End) place) => text[place.Start..place.End];
        }
        return text;
    }

    /// <summary>Where the keys and values of a document are; null where it is none.</summary>
    private static List<(Kind Kind, int Start, int End)>? Places(string text)
    {
        // Places are of characters, and the reader counts bytes: all else is passed over.
        if (!Ascii.IsValid(text)) return null;
        var places = new List<(Kind, int, int)>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(Encoding.ASCII.GetBytes(text), new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = JsonDocuments.ReadingOptions.AllowTrailingCommas,
        });
        try
        {
            while (reader.Read())
            {
                int start = (int)reader.TokenStartIndex, end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push(start);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        places.Add((Kind.Value, open.Pop(), end));
                        break;
                    case JsonTokenType.PropertyName:
                        places.Add((Kind.Key, start, text.IndexOf('"', start + 1) + 1));
                        break;
                    default:
                        places.Add((Kind.Value, start, end));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }
        return places;
    }
}
