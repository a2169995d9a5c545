using SimClr.Augmentation;
using SimClr.Onnx.Format;

namespace SimClr.Onnx;

/// <summary>The input of the model, and the part of the preprocessing that the model contains.</summary>
internal sealed class InputGraph(GraphBuilder graph, Preparation preparation)
{
    public const string Name = "images";
    public const string Batch = "batch";

    /// <summary>Adds the input and its preprocessing.</summary>
    /// <param name="kind">The input of the model.</param>
    /// <returns>The name of the encoder's input, [N, 3, size, size].</returns>
    public string Add(OnnxInput kind)
    {
        switch (kind)
        {
            case OnnxInput.Pixels:
                graph.Input(Name, TensorProto.Types.DataType.Uint8, Batch, preparation.Size, preparation.Size, 3);
                return AddNormalization(Planes(), byte.MaxValue);
            case OnnxInput.Images:
                graph.Input(Name, TensorProto.Types.DataType.Uint8, Batch, "height", "width", 3);
                return AddNormalization(AddResize(Planes()), byte.MaxValue);
            default:
                graph.Input(Name, TensorProto.Types.DataType.Float, Batch, 3, preparation.Size, preparation.Size);
                return Name;
        }
    }

    /// <summary>Converts bytes, [N, H, W, 3], to floats 0 … 255, [N, 3, H, W].</summary>
    private string Planes()
    {
        string planes = graph.Add("Transpose", "input.planes", [Name], ("perm", new long[] { 0, 3, 1, 2 }));
        return graph.Add("Cast", "input.floats", [planes], ("to", (int)TensorProto.Types.DataType.Float));
    }

    /// <summary>Maps 0 … 255 to (x / 255 − mean) · scale with one multiplication and one addition.</summary>
    private string AddNormalization(string input, float max)
    {
        EvaluationTransform pixels = preparation.Transform;
        float[] factor = [.. Enumerable.Range(0, 3).Select(channel => (float)((double)pixels.Scale[channel] / max))];
        float[] shift = [.. Enumerable.Range(0, 3).Select(channel => -pixels.Mean[channel] * pixels.Scale[channel])];
        string x = graph.Add("Mul", "input.scaled", [input, graph.Constant("input.factor", factor, 3, 1, 1)]);
        return shift.All(value => value == 0) ? x
            : graph.Add("Add", "input.normalized", [x, graph.Constant("input.shift", shift, 3, 1, 1)]);
    }

    /// <summary>
    /// Adds the evaluation transform: the short side is resized with antialiasing, and the center is cropped.
    /// </summary>
    private string AddResize(string input)
    {
        string size = graph.Constant("input.size", preparation.Size);
        string sides = graph.Add("Shape", "input.sides", [Name], ("start", 1), ("end", 3));
        string shortest = graph.Add("ReduceMin", "input.shortest", [sides], ("keepdims", 1));
        string long_ = graph.Add(
            "Mul",
            "input.stretched",
            [sides, graph.Constant("input.short_side", preparation.Transform.ShortSide)]);
        string fitted = graph.Add("Div", "input.fitted", [long_, shortest]);
        string resized = graph.Add(
            "Resize",
            "input.resized",
            [input, "", "", fitted],
            ("axes", new long[] { 2, 3 }),
            ("mode", preparation.Interpolation == Interpolation.Bicubic ? "cubic" : "linear"),
            ("cubic_coeff_a", -0.5f),
            ("antialias", 1),
            ("exclude_outside", 1));
        string clamped = graph.Add(
            "Clip",
            "input.clamped",
            [resized, graph.Scalar("input.black", 0), graph.Scalar("input.white", byte.MaxValue)]);

        // Half of the margin, rounded to even, as in torchvision's center crop and ONNX's Round.
        string rest = graph.Add("Sub", "input.rest", [fitted, size]);
        string half = graph.Add(
            "Mul",
            "input.half",
            [
                graph.Add("Cast", "input.rest_float", [rest], ("to", (int)TensorProto.Types.DataType.Float)),
                graph.Scalar("input.one_half", 0.5f),
            ]);
        string start = graph.Add(
            "Cast",
            "input.start",
            [graph.Add("Round", "input.margin", [half])],
            ("to", (int)TensorProto.Types.DataType.Int64));
        string end = graph.Add("Add", "input.end", [start, size]);
        return graph.Add("Slice", "input.cropped", [clamped, start, end, graph.Constant("input.axes", 2, 3)]);
    }
}
