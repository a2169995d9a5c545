using System.Reflection;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Tests.Architecture;

/// <summary>Nothing in a training step reads a tensor back to the host, which would make a GPU wait.</summary>
public sealed class UnreadTensorTests
{
    private static readonly string[] Rooms =
    [
        "SimClr.Augmentation", "SimClr.Encoders", "SimClr.Heads", "SimClr.Internals", "SimClr.Layers", "SimClr.Losses",
        "SimClr.Optimizers", "SimClr.Training",
    ];

    private static readonly string[] Steps =
    [
        "ContrastiveStep", "GradientCacheStep", "SupervisedStep", "BatchLoss", "GatheredLoss", "RunningStatistics",
        "DeviceViews", "DeviceChange",
    ];

    // The exceptions in these rooms: a whole type, or one method.
    private static readonly Dictionary<string, string> MayRead = new()
    {
        ["DirectMemory"] = "for inference on the processor",
        ["PixelRing"] = "its memory is the host's",
        ["HostBuffer"] = "its memory is the host's",
        ["ParameterGroups.IsZero"] = "which weights are zero is asked once, before the first step",
        ["RunHealth"] = "at logged steps",
        ["DivergenceGuard.Check"] = "at logged steps: what Observe kept",
        ["OnlineProbe.Top1"] = "at logged steps",
        ["RunMeter.NormOf"] = "at logged steps",
        ["RankedWorld.Gather"] = "at logged steps",
        ["RankedWorld.Sum"] = "two counts, in memory of the host",
        ["FineTuneWatch"] = "the loss, every few steps",
        ["RankChecksum"] = "before a checkpoint",
        ["SyntheticStep.Run"] = "to wait for the device, whose time it takes",
        ["TrainedClassifier"] = "for inference",
    };

    // These read values, and so do conversions to a number; cat, stack and the like do not.
    private static readonly string[] Readers =
    [
        "item", "cpu", "data", "get_bytes", "tolist", "is_nonzero", "equal", "allclose", "Item", "op_Explicit",

        // The number of elements of their results depends on values.
        "nonzero", "masked_select", "argwhere", "bincount", "repeat_interleave", "unique", "unique_consecutive",
    ];

    [Fact]
    public void Losses_encoders_optimizers_and_steps_read_no_tensor()
    {
        MethodBase[] methods = [.. MethodCalls.Methods(typeof(Optimizer).Assembly)
            .Where(method => IsOfAStep(method, Outermost(method.DeclaringType!)))];
        Assert.All(Rooms, room => Assert.Contains(methods, method => method.DeclaringType!.Namespace == room));
        Assert.All(Steps, step => Assert.Contains(methods, method => method.DeclaringType!.Name == step));
        string[] found = [.. methods.SelectMany(method => Reads(method))];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData(nameof(Reader.Number))]
    [InlineData(nameof(Reader.Conversion))]
    [InlineData(nameof(Reader.Copy))]
    [InlineData(nameof(Reader.Move))]
    [InlineData(nameof(Reader.Chosen))]
    public void A_method_that_reads_a_tensor_is_found(string name)
        => Assert.Single(Reads(typeof(Reader).GetMethod(name)!));

    private static IEnumerable<string> Reads(MethodBase method)
    {
        MethodCalls.Instruction[] code = [.. MethodCalls.Instructions(method)];
        for (int i = 0; i < code.Length; i++)
        {
            if (code[i].Member is MethodBase { DeclaringType: { } type } callee
                && (((type == typeof(Tensor) || type == typeof(TorchSharp.TensorExtensionMethods))
                    && (IsReader(callee) || MovesToTheHost(code, i, callee))) || IsIndex(callee)))
            {
                yield return $"{method.DeclaringType}.{method.Name} calls {callee}";
            }
        }
    }

    private static bool MovesToTheHost(MethodCalls.Instruction[] code, int call, MethodBase callee)
        => callee.Name == "to"
            && Array.FindIndex(callee.GetParameters(), p => p.ParameterType == typeof(Device)) is >= 0 and int parameter
            && MethodCalls.ArgumentOf(code, call, parameter).Member?.Name == nameof(CPU);

    private static bool IsReader(MethodBase callee)
        => Readers.Contains(callee.Name) || callee.Name.StartsWith("To", StringComparison.Ordinal)
            || callee.Name.StartsWith("ReadCpu", StringComparison.Ordinal);

    // As an index, x[mask] reads the number of set elements.
    private static bool IsIndex(MethodBase callee)
        => (callee.DeclaringType == typeof(Tensor)
            && callee.Name == "get_TensorItems"
            && callee.GetParameters()[0].ParameterType == typeof(Tensor[]))
            || (callee.DeclaringType == typeof(TensorIndex) && callee.Name == nameof(TensorIndex.Tensor));

    private static bool IsOfAStep(MethodBase method, Type type)
        => Rooms.Contains(type.Namespace) && !MayRead.Keys.Any(name =>
            name == type.Name || (name.StartsWith($"{type.Name}.", StringComparison.Ordinal)
                && IsOf(method, name[(type.Name.Length + 1)..])));

    // The method and its local functions.
    private static bool IsOf(MethodBase method, string name)
        => method.Name == name || method.Name.StartsWith($"<{name}>", StringComparison.Ordinal);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static class Reader
    {
        public static float Number(Tensor x) => x.item<float>();

        public static float Conversion(Tensor x) => (float)x;

        public static Tensor Copy(Tensor x) => x.cpu();

        public static Tensor Chosen(Tensor x, Tensor mask) => x[mask];

        public static Tensor Move(Tensor x) => x.to(CPU, non_blocking: true);
    }
}
