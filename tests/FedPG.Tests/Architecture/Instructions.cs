using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace FedPG.Tests.Architecture;

/// <summary>The instructions of a method body that name something.</summary>
internal static class Instructions
{
    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields().Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(code => code.Value);

    /// <summary>Every type, method and field that the instructions name, in order.</summary>
    public static IEnumerable<(ILOpCode Code, EntityHandle Token)> Tokens(BlobReader body)
    {
        var found = new List<(ILOpCode, EntityHandle)>();
        while (body.RemainingBytes > 0)
        {
            int value = body.ReadByte();
            if (value == 0xfe) value = 0xfe00 | body.ReadByte();
            switch (Codes[unchecked((short)value)].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    found.Add(((ILOpCode)value, MetadataTokens.EntityHandle(body.ReadInt32())));
                    break;
                case OperandType.InlineSwitch:
                    int targets = body.ReadInt32();
                    body.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    body.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    body.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    body.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    body.Offset += 4;
                    break;
            }
        }
        return found;
    }
}
