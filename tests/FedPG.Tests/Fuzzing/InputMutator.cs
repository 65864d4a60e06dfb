using System.Text;
using System.Text.Json.Nodes;

namespace FedPG.Tests.Fuzzing;

/// <summary>Makes odd inputs from sound ones: bytes that are flipped, cut and repeated, values that are replaced, keys that are moved.</summary>
/// <param name="seed">Equal seeds make equal inputs.</param>
internal sealed class InputMutator(int seed)
{
    private static readonly string[] Odd =
    [
        "null", "true", "\"\"", "[]", "{}", "[[]]", "[null]", "{\"a\":{\"a\":1}}", "0", "-0.0", "-1", "1", "2.0", "0.5", "1.5", "3", "7", "1e-300", "1e300",
        "-1e308", "1e999", "9007199254740993", "-9223372036854775808", "0.1e1", "\"NaN\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"../../etc\"",
        "\"exact\"", "\"fedq\"", "\"none\"", "\"CartPole-v1\"", "\"RandomMdp-v0\"", "[1,2,3]", "[0,\"a\"]", "[1e300,-1e300]", "\"map.txt\"",
        "{\"from\":1,\"to\":2}", "{\"from\":1e308,\"to\":-1e308}", "{\"kind\":\"uniform\",\"sample\":2}", "{\"kind\":\"uniform\",\"sample\":-1}", "[[0,1],[2]]",
        "[[0.0,1.0]]", "{\"mdp\":\"nothing.json\"}", "{\"id\":\"GridWorld-v0\",\"options\":null}", "[\"S.\",\".G\"]", "[\"\"]", "\"\\u4e2d\"",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A value that is seldom meant.</summary>
    public string OddValue() => Odd[_random.Next(Odd.Length)];

    /// <summary>One of some items.</summary>
    public T Any<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>Whether a chance of one in so many came true.</summary>
    public bool OneIn(int many) => _random.Next(many) == 0;

    /// <summary>Some bytes of a text are changed.</summary>
    public byte[] Bytes(string text)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        for (int changes = _random.Next(1, 5); changes > 0 && bytes.Count > 1; changes--)
        {
            int at = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(1, 20)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(1, 20))));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(OddValue()));
                    break;
                default:
                    bytes[at] = (byte)_random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Some values of a document are replaced, taken away, or come to stand under another key.</summary>
    public byte[] Values(string text)
    {
        JsonNode root = JsonNode.Parse(text)!;
        string odd = text;
        for (int changes = _random.Next(1, 4); changes > 0; changes--)
        {
            List<JsonNode> places = [.. Places(root)];
            if (places.Count == 0) break;
            // A value that no parser takes can only be put into the text.
            string mark = $"\"mark-{changes}\"";
            Replace(Any(places), JsonNode.Parse(mark)!);
            odd = root.ToJsonString().Replace(mark, OddValue(), StringComparison.Ordinal);
            root = TryParse(odd) ?? root;
        }
        return Encoding.UTF8.GetBytes(odd);
    }

    private static JsonNode? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonNode> Places(JsonNode? node) => node switch
    {
        JsonObject o => o.Select(p => p.Value).Append(o).OfType<JsonNode>().Concat(o.SelectMany(p => p.Value is JsonObject or JsonArray ? Places(p.Value) : [])),
        JsonArray a => a.OfType<JsonNode>().Concat(a.SelectMany(i => i is JsonObject or JsonArray ? Places(i) : [])),
        _ => [],
    };

    private void Replace(JsonNode node, JsonNode odd)
    {
        switch (node)
        {
            case JsonObject o when OneIn(2) || o.Parent is null:
                o[Any((string[])["agents", "seed", "options", "extra", "", "mdp", "id", "kind", "rounds", "states"])] = odd;
                break;
            case { Parent: JsonObject parent } when OneIn(6):
                parent.Remove(node.GetPropertyName());
                break;
            default:
                node.ReplaceWith(odd);
                break;
        }
    }
}
