using System.Reflection;
using System.Reflection.Emit;
using FedPG.Experiments;
using FedPG.Federation.Families;
using Xunit;

namespace FedPG.Tests.Federation.Families;

/// <summary>
/// The kind of a problem is asked by its family and within the folders of the kind: nowhere else does compiled code test or cast an
/// environment to a kind.
/// </summary>
public sealed class KindTests
{
    private static readonly string[] Folders = ["Families", "Tabular", "Episodic", "LinearQuadratic"];

    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Operations = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Theory]
    [InlineData(typeof(ProblemFamily))]
    [InlineData(typeof(Experiment))]
    public void The_kind_is_asked_once(Type inAssembly)
    {
        Type[] kinds = [.. ProblemFamily.All.Select(family => family.EnvironmentType)];
        IEnumerable<string> elsewhere = inAssembly.Assembly.GetTypes().Where(type => !IsAllowed(type))
            .SelectMany(type => type.GetMembers(All).OfType<MethodBase>()).SelectMany(method => TestedIn(method).Intersect(kinds)
                .Select(kind => $"{method.DeclaringType}.{method.Name} asks whether an environment is a {kind.Name}"));
        Assert.Empty(elsewhere.Distinct());
    }

    /// <summary>The reader of compiled code sees tests, casts and patterns where they are.</summary>
    [Fact]
    public void Tests_are_found_where_there_are_some() =>
        Assert.Contains(typeof(FedPG.Envs.Tabular.FiniteMdp), TestedIn(typeof(TabularFamily).GetMethod(nameof(TabularFamily.FindMdp))!));

    private static bool IsAllowed(Type type) => type.Namespace?.Split('.').Any(Folders.Contains) != false;

    /// <summary>The types that a method tests or casts to.</summary>
    private static IEnumerable<Type> TestedIn(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = Operations[code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at]];
            at += operation.Size;
            if (operation == OpCodes.Isinst || operation == OpCodes.Castclass)
            {
                Type? type = TypeOf(method, BitConverter.ToInt32(code, at));
                if (type is not null) yield return type;
            }
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static Type? TypeOf(MethodBase method, int token)
    {
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return method.Module.ResolveType(token, ofType, ofMethod);
    }
}
