using System.Reflection;
using System.Reflection.Emit;

namespace SimClr.Tests.Architecture;

/// <summary>What a method calls, read from its code.</summary>
internal static class MethodCalls
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private const int TwoBytes = 0xFE;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>All methods and constructors of an assembly, those that the compiler made among them.</summary>
    public static IEnumerable<MethodBase> Methods(Assembly assembly)
        => assembly.GetTypes().SelectMany(type => type.GetMembers(Own)).OfType<MethodBase>();

    /// <summary>The instructions of a method that name another one, each with the code of the instruction that follows.</summary>
    public static IEnumerable<(OpCode Code, MethodBase Callee, OpCode Next)> Of(MethodBase method)
    {
        byte[] body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < body.Length;)
        {
            OpCode code = Read(body, ref at);
            int operand = at;
            at += Length(code, body, at);
            if (code.OperandType == OperandType.InlineMethod)
            {
                int next = at;
                yield return (
                    code,
                    method.Module.ResolveMethod(BitConverter.ToInt32(body, operand), ofType, ofMethod)!,
                    next < body.Length ? Read(body, ref next) : OpCodes.Nop);
            }
        }
    }

    /// <summary>The same for a method of a generic type and for what is made of it.</summary>
    public static (Module Module, int Token) Identity(MethodBase method) => (method.Module, method.MetadataToken);

    private static OpCode Read(byte[] body, ref int at)
    {
        int value = body[at++];
        return Codes[value == TwoBytes ? (value << 8) | body[at++] : value];
    }

    private static int Length(OpCode code, byte[] body, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => sizeof(int) * (1 + BitConverter.ToInt32(body, at)),
        _ => 4,
    };
}
