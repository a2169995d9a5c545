using System.Reflection;
using System.Reflection.Emit;

namespace SimClr.Tests.Architecture;

/// <summary>The calls of a method, read from its IL.</summary>
internal static class MethodCalls
{
    private const BindingFlags Own =
        BindingFlags.Public
            | BindingFlags.NonPublic
            | BindingFlags.Static
            | BindingFlags.Instance
            | BindingFlags.DeclaredOnly;

    private const int TwoBytes = 0xFE;

    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    /// <summary>All methods and constructors of an assembly, including compiler-generated ones.</summary>
    public static IEnumerable<MethodBase> Methods(Assembly assembly)
        => assembly.GetTypes().SelectMany(type => type.GetMembers(Own)).OfType<MethodBase>();

    /// <summary>
    /// The instructions of a method that refer to another method, each with the opcode of the next instruction.
    /// </summary>
    public static IEnumerable<(OpCode Code, MethodBase Callee, OpCode Next)> In(MethodBase method)
    {
        Instruction[] all = [.. Instructions(method)];
        return all
            .Select((instruction, i) => (
                instruction.Code, instruction.Member as MethodBase, i + 1 < all.Length ? all[i + 1].Code : OpCodes.Nop))
            .Where(call => call.Item2 is not null)!;
    }

    /// <summary>
    /// Finds the instruction that pushes an argument of a call: the last one of its expression. The backward search
    /// ignores branches; if one lies behind the argument, the result may be another instruction.
    /// </summary>
    /// <param name="code">The instructions of a method.</param>
    /// <param name="call">The index of the call.</param>
    /// <param name="parameter">The index of the parameter, from 0.</param>
    public static Instruction ArgumentOf(IReadOnlyList<Instruction> code, int call, int parameter)
    {
        int above = ((MethodBase)code[call].Member!).GetParameters().Length - 1 - parameter;   // values above it
        int at = call - 1;
        for (; above > 0 && at > 0; at--)
        {
            above += Pops(code[at]) - Pushes(code[at]);
        }

        return code[at];
    }

    /// <summary>All instructions of a method.</summary>
    public static IEnumerable<Instruction> Instructions(MethodBase method)
    {
        byte[] body = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < body.Length;)
        {
            OpCode code = Read(body, ref at);
            int operand = at;
            at += Length(code, body, at);
            int Token() => BitConverter.ToInt32(body, operand);
            yield return new Instruction(code, code.OperandType switch
            {
                OperandType.InlineMethod => method.Module.ResolveMethod(Token(), ofType, ofMethod),
                OperandType.InlineField => method.Module.ResolveField(Token(), ofType, ofMethod),
                _ => null,
            });
        }
    }

    /// <summary>One identity for a method of a generic type and its instantiations.</summary>
    public static (Module Module, int Token) Identity(MethodBase method) => (method.Module, method.MetadataToken);

    private static int Pops(Instruction instruction)
    {
        if (instruction.Member is MethodBase callee)
        {
            bool hasThis = !callee.IsStatic && instruction.Code != OpCodes.Newobj;
            return instruction.Code == OpCodes.Ldftn ? 0
                : instruction.Code == OpCodes.Ldvirtftn ? 1
                : callee.GetParameters().Length + (hasThis ? 1 : 0);
        }

        return instruction.Code.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
                or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
                or StackBehaviour.Popref_popi_popref or StackBehaviour.Popref_popi_pop1 => 3,
            StackBehaviour.Varpop => 0,
            _ => 2,
        };
    }

    private static int Pushes(Instruction instruction)
    {
        if (instruction.Member is MethodBase callee
            && instruction.Code != OpCodes.Ldftn
            && instruction.Code != OpCodes.Ldvirtftn)
        {
            return instruction.Code == OpCodes.Newobj || (callee is MethodInfo made && made.ReturnType != typeof(void))
                ? 1
                : 0;
        }

        return instruction.Code.StackBehaviourPush switch
        {
            StackBehaviour.Push0 or StackBehaviour.Varpush => 0,
            StackBehaviour.Push1_push1 => 2,
            _ => 1,
        };
    }

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

    /// <summary>One instruction.</summary>
    /// <param name="Code">The opcode.</param>
    /// <param name="Member">The referenced method or field, or null.</param>
    internal sealed record Instruction(OpCode Code, MemberInfo? Member);
}
