using System.Reflection;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Tests.Architecture;

/// <summary>Nothing in a training step reads a tensor back to the host, which would make a GPU wait.</summary>
public sealed class UnreadTensorTests
{
    private static readonly string[] Rooms = ["SimClr.Encoders", "SimClr.Heads", "SimClr.Losses", "SimClr.Optimizers"];
    private static readonly string[] Steps = ["PlainStep", "CachedStep", "RankedStep", "SupervisedStep", "GatheredLoss", "RunningStatistics"];

    // cat, stack and the like are no readers; these are, and so are conversions to a number.
    private static readonly string[] Readers =
        ["item", "cpu", "data", "get_bytes", "tolist", "nonzero", "masked_select", "is_nonzero", "equal", "allclose", "Item", "op_Explicit"];

    [Fact]
    public void Neither_losses_nor_encoders_nor_optimizers_nor_steps_read_one()
    {
        MethodBase[] methods = [.. MethodCalls.Methods(typeof(Optimizer).Assembly).Where(method => IsOfAStep(method, Outermost(method.DeclaringType!)))];
        Assert.All(Rooms, room => Assert.Contains(methods, method => method.DeclaringType!.Namespace == room));
        Assert.All(Steps, step => Assert.Contains(methods, method => method.DeclaringType!.Name == step));
        string[] found = [.. methods.SelectMany(method => Reads(method))];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData(nameof(Reader.Number))]
    [InlineData(nameof(Reader.Conversion))]
    [InlineData(nameof(Reader.Copy))]
    public void What_reads_one_is_found(string name) => Assert.Single(Reads(typeof(Reader).GetMethod(name)!));

    private static IEnumerable<string> Reads(MethodBase method)
        => MethodCalls.Of(method)
            .Where(call => call.Callee.DeclaringType is { } type && (type == typeof(Tensor) || type == typeof(TorchSharp.TensorExtensionMethods)) && IsReader(call.Callee))
            .Select(call => $"{method.DeclaringType}.{method.Name} calls {call.Callee}");

    private static bool IsReader(MethodBase callee)
        => Readers.Contains(callee.Name) || callee.Name.StartsWith("To", StringComparison.Ordinal) || callee.Name.StartsWith("ReadCpu", StringComparison.Ordinal);

    // The guard's Check is where logged steps read what Observe kept; DirectMemory is for inference on the processor; which
    // weights are zero is asked once, before the first step.
    private static bool IsOfAStep(MethodBase method, Type type)
        => (Rooms.Contains(type.Namespace) && type.Name != "DirectMemory" && (type.Name, method.Name) != ("ParameterGroups", "IsZero")) || (type.Namespace == "SimClr.Training" && (Steps.Contains(type.Name) || (type.Name, method.Name) == ("DivergenceGuard", "Observe")));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static class Reader
    {
        public static float Number(Tensor x) => x.item<float>();

        public static float Conversion(Tensor x) => (float)x;

        public static Tensor Copy(Tensor x) => x.cpu();
    }
}
