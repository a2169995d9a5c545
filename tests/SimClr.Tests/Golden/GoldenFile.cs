using System.Text.Json;
using static TorchSharp.torch;

namespace SimClr.Tests.Golden;

/// <summary>Reference values from independent implementations; see Golden/README.md.</summary>
internal static class GoldenFile
{
    public static JsonElement Read(string name)
        => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name))).RootElement;

    public static double[] Numbers(this JsonElement array)
        => array.ValueKind == JsonValueKind.Number
            ? [array.GetDouble()]
            : [.. array.EnumerateArray().SelectMany(Numbers)];

    public static long[] Shape(this JsonElement array)
        => array.ValueKind == JsonValueKind.Number ? [] : [array.GetArrayLength(), .. array[0].Shape()];

    public static Tensor Tensor(this JsonElement array, ScalarType type = ScalarType.Float64)
        => tensor(array.Numbers(), dtype: type).reshape(array.Shape());

    public static double LargestDifference(this Tensor actual, Tensor expected)
        => actual.to_type(ScalarType.Float64).sub(expected).abs().max().item<double>();
}
