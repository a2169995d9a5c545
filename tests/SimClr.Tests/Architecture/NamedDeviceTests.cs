using System.Reflection;
using System.Reflection.Emit;
using SimClr.Optimizers;
using static TorchSharp.torch;

namespace SimClr.Tests.Architecture;

/// <summary>
/// Independence from a program's default device: every tensor is created on an explicit device, and raw pointers are
/// taken only to CPU memory.
/// </summary>
public sealed class NamedDeviceTests
{
    // The test programs, which set no default device.
    private static readonly string[] NotRead = ["SimClr.Tests", "SimClr.RankProgram", "SimClr.Fuzz"];

    // The types that read or write tensor memory directly, and the reason why it is CPU memory.
    private static readonly Dictionary<string, string> Pointers = new()
    {
        ["DirectMemory"] = "DirectConvolution.Supports requires the CPU",
        ["HostBuffer"] = "allocated on the CPU, pinned for a device",
        ["MpiBuffer"] = "copied to the CPU if necessary",
        ["RankMessages"] = "allocated on the CPU",
        ["Nccl"] = "allocated on the CPU; NCCL itself reads the tensors that ranks exchange",
        ["EmbeddedRows"] = "allocated on the CPU",
        ["EmbedInputs"] = "allocated on the CPU",
        ["RankChecksum"] = "copied to the CPU",
        ["SafetensorsFile"] = "copied to the CPU, or allocated on it",
        ["PthFile"] = "allocated on the CPU",
        ["PthWriter"] = "copied to the CPU",
        ["EmbeddingJob"] = "copied to the CPU",
        ["EncoderFingerprint"] = "copied to the CPU",
        ["InferenceNetwork"] = "copied to the CPU",
        ["TrainedClassifier"] = "copied to the CPU",
        ["ImageClassifier"] = "copied to the CPU, or read from a file",
        ["LinearTrainer"] = "copied to the CPU",
        ["OnnxCheck"] = "copied to the CPU",
        ["ModuleWeights"] = "copied to the CPU",
        ["OnnxBenchmark"] = "allocated on the CPU",
        ["InnerProducts"] = "search computes on the CPU",
        ["Pca"] = "search computes on the CPU",
        ["NearestNeighbors"] = "evaluation of embeddings computes on the CPU",
        ["FeatureBlocks"] = "evaluation of embeddings computes on the CPU",
        ["LinearEvaluation"] = "evaluation of embeddings computes on the CPU",
        ["LogisticCurvature"] = "evaluation of embeddings computes on the CPU",
        ["LogisticObjective"] = "evaluation of embeddings computes on the CPU",
        ["LogisticPath"] = "evaluation of embeddings computes on the CPU",
        ["ContrastiveProbe"] = "evaluation of embeddings computes on the CPU",
        ["WeightSpectrum"] = "copied to the CPU",
        ["LogisticRegression"] = "evaluation of embeddings computes on the CPU",
    };

    private static readonly Lazy<MethodBase[]> Methods = new(() =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "SimClr*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Except(NotRead)
            .SelectMany(name => MethodCalls.Methods(Assembly.Load(name))),
    ]);

    [Fact]
    public void No_tensor_is_created_on_the_default_device()
    {
        Assert.Contains(Methods.Value, method => method.DeclaringType == typeof(Optimizer));
        string[] found = [.. Methods.Value.SelectMany(OnDefaultDevice)];
        Assert.True(
            found.Length == 0,
            $"These calls name no device, and a program may have changed the default:\n{string.Join("\n", found)}");
    }

    [Fact]
    public void Only_code_that_knows_its_memory_is_the_processors_takes_pointers()
    {
        string[] found = [.. Methods.Value.Where(method => !Pointers.ContainsKey(Outermost(method.DeclaringType!).Name))
            .SelectMany(PointedAt)];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData(nameof(Careless.Zeros), "zeros")]
    [InlineData(nameof(Careless.Range), "arange")]
    [InlineData(nameof(Careless.Array), "tensor")]
    [InlineData(nameof(Careless.Random), "rand")]
    [InlineData(nameof(Careless.Layer), "Linear")]
    [InlineData(nameof(Careless.Seeded), ".ctor")]
    public void A_tensor_created_without_a_device_is_found(string careless, string what)
        => Assert.Contains(
            what, Assert.Single(OnDefaultDevice(typeof(Careless).GetMethod(careless)!)), StringComparison.Ordinal);

    [Theory]
    [InlineData(nameof(Careless.Bytes))]
    [InlineData(nameof(Careless.Numbers))]
    public void A_raw_pointer_is_found(string careless)
        => Assert.Single(PointedAt(typeof(Careless).GetMethod(careless)!));

    [Fact]
    public void A_named_device_passes()
        => Assert.Empty(OnDefaultDevice(typeof(Careless).GetMethod(nameof(Careless.Not))!));

    private static IEnumerable<string> OnDefaultDevice(MethodBase method)
    {
        MethodCalls.Instruction[] code = [.. MethodCalls.Instructions(method)];
        for (int i = 0; i < code.Length; i++)
        {
            if (code[i].Member is MethodBase callee && IsOfTorchSharp(callee) && !StaysWithItsInput(callee)
                && Array.FindIndex(
                    callee.GetParameters(), p => p.ParameterType == typeof(Device)) is >= 0 and int parameter
                && MethodCalls.ArgumentOf(code, i, parameter).Code == OpCodes.Ldnull)
            {
                yield return $"{method.DeclaringType}.{method.Name} calls {callee.DeclaringType}: {callee}";
            }
        }
    }

    private static IEnumerable<string> PointedAt(MethodBase method)
        => MethodCalls.In(method)
            .Where(call => call.Callee.DeclaringType == typeof(Tensor)
                && call.Callee.Name is "get_bytes" or "data" or "storage" or "ReadBytesFromStream")
            .Select(call => $"{method.DeclaringType}.{method.Name} calls {call.Callee}");

    private static bool IsOfTorchSharp(MethodBase callee) => callee.DeclaringType?.Assembly == typeof(Tensor).Assembly;

    // zeros_like(x) is created on the device of x.
    private static bool StaysWithItsInput(MethodBase callee)
        => callee.DeclaringType == typeof(Tensor) || callee.Name.EndsWith("_like", StringComparison.Ordinal);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static class Careless
    {
        public static Tensor Zeros() => zeros(3, 4, dtype: ScalarType.Float32);

        public static Tensor Range(long n) => arange(n, requires_grad: n > 3);

        public static Tensor Array(int[] values)
            => tensor(values.Select(v => (long)v).ToArray(), [values.Length]).mul(2);

        public static Tensor Random(Generator generator) => rand([2, 3], generator: generator);

        public static TorchSharp.Modules.Linear Layer() => nn.Linear(3, 4, dtype: ScalarType.Float64);

        public static Generator Seeded() => new(7);

        public static int Bytes(Tensor x) => x.bytes.Length;

        public static float Numbers(Tensor x) => x.data<float>()[0];

        public static Tensor Not(Tensor x, int[] values)
            => zeros_like(x).add(tensor(values, device: x.device)).add(
                ones(3, device: CPU)).add(x.zeros_like(ScalarType.Float32)).to(CPU);
    }
}
